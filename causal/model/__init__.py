"""Structural causal models: mechanisms, noise, interventions as data, counterfactuals."""

from causal.model.engines.abduction import NoiseLaw as NoiseLaw
from causal.model.engines.abduction import abduct as abduct
from causal.model.engines.abduction import predict as predict
from causal.model.engines.counterfactual import Counterfactual as Counterfactual
from causal.model.engines.counterfactual import counterfactual as counterfactual
from causal.model.finite.coupling import Independent as Independent
from causal.model.finite.coupling import InverseCDF as InverseCDF
from causal.model.finite.response import Response as Response
from causal.model.finite.table import Table as Table
from causal.model.intervention import Do as Do
from causal.model.intervention import Intervention as Intervention
from causal.model.noise import Noise as Noise
from causal.model.random_models import random_scm as random_scm
from causal.model.scm import SCM as SCM

__all__ = [
    "SCM",
    "Counterfactual",
    "Do",
    "Independent",
    "Intervention",
    "InverseCDF",
    "Noise",
    "NoiseLaw",
    "Response",
    "Table",
    "abduct",
    "counterfactual",
    "predict",
    "random_scm",
]
