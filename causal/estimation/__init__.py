"""From an estimand and data to a number with its interval."""

from causal.estimation.estimate import Diagnostics as Diagnostics
from causal.estimation.estimate import Estimate as Estimate
from causal.estimation.estimate import Estimator as Estimator
from causal.estimation.face import estimate as estimate
from causal.estimation.plug_in import PlugIn as PlugIn

__all__ = ["Diagnostics", "Estimate", "Estimator", "PlugIn", "estimate"]
