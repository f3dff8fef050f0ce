"""From an estimand and data to a number with its interval; from a graph and data to a verdict."""

from causal.estimation.bounding import Bounds as Bounds
from causal.estimation.bounding import Falsified as Falsified
from causal.estimation.bounding import bounds as bounds
from causal.estimation.estimate import Diagnostics as Diagnostics
from causal.estimation.estimate import Estimate as Estimate
from causal.estimation.estimate import Estimator as Estimator
from causal.estimation.evaluation import Evaluation as Evaluation
from causal.estimation.evaluation import Gap as Gap
from causal.estimation.evaluation import evaluate as evaluate
from causal.estimation.face import estimate as estimate
from causal.estimation.implication_tests import confront as confront
from causal.estimation.independence_tests import FisherZ as FisherZ
from causal.estimation.independence_tests import GSquared as GSquared
from causal.estimation.plug_in import PlugIn as PlugIn
from causal.estimation.support import Positivity as Positivity
from causal.estimation.support import positivity as positivity

__all__ = [
    "Bounds",
    "Diagnostics",
    "Estimate",
    "Estimator",
    "Falsified",
    "FisherZ",
    "GSquared",
    "PlugIn",
    "Positivity",
    "bounds",
    "confront",
    "estimate",
    "positivity",
]
