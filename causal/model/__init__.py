"""Structural causal models: mechanisms, noise, interventions as data, counterfactuals."""

from causal.model.continuous import CUBE as CUBE
from causal.model.continuous import EXP as EXP
from causal.model.continuous import LOGISTIC as LOGISTIC
from causal.model.continuous import Additive as Additive
from causal.model.continuous import Categorical as Categorical
from causal.model.continuous import Empirical as Empirical
from causal.model.continuous import Exponential as Exponential
from causal.model.continuous import FreeCurve as FreeCurve
from causal.model.continuous import FreeOdds as FreeOdds
from causal.model.continuous import Function as Function
from causal.model.continuous import Laplace as Laplace
from causal.model.continuous import Linear as Linear
from causal.model.continuous import LinearSystem as LinearSystem
from causal.model.continuous import Link as Link
from causal.model.continuous import LocationScale as LocationScale
from causal.model.continuous import Logistic as Logistic
from causal.model.continuous import Logits as Logits
from causal.model.continuous import Monotone as Monotone
from causal.model.continuous import Normal as Normal
from causal.model.continuous import Polynomial as Polynomial
from causal.model.continuous import StudentT as StudentT
from causal.model.continuous import Threshold as Threshold
from causal.model.continuous import Uniform as Uniform
from causal.model.described import intervention_from_dict as intervention_from_dict
from causal.model.described import mechanism_from_dict as mechanism_from_dict
from causal.model.engines.abduction import NoiseLaw as NoiseLaw
from causal.model.engines.abduction import abduct as abduct
from causal.model.engines.abduction import predict as predict
from causal.model.engines.actual_causes import ActualCause as ActualCause
from causal.model.engines.actual_causes import NotACause as NotACause
from causal.model.engines.actual_causes import actual_cause as actual_cause
from causal.model.engines.actual_causes import actual_causes as actual_causes
from causal.model.engines.answers import Counterfactual as Counterfactual
from causal.model.engines.answers import UnitCounterfactuals as UnitCounterfactuals
from causal.model.engines.counterfactual import counterfactual as counterfactual
from causal.model.engines.explaining import Contribution as Contribution
from causal.model.engines.explaining import Explanation as Explanation
from causal.model.engines.explaining import explain as explain
from causal.model.engines.named import controlled_direct_effect as controlled_direct_effect
from causal.model.engines.named import effect_on_the_treated as effect_on_the_treated
from causal.model.engines.named import natural_direct_effect as natural_direct_effect
from causal.model.engines.named import natural_indirect_effect as natural_indirect_effect
from causal.model.engines.named import path_specific_effect as path_specific_effect
from causal.model.engines.named import probability_of_disablement as probability_of_disablement
from causal.model.engines.named import probability_of_enablement as probability_of_enablement
from causal.model.engines.named import probability_of_necessity as probability_of_necessity
from causal.model.engines.named import (
    probability_of_necessity_and_sufficiency as probability_of_necessity_and_sufficiency,
)
from causal.model.engines.named import probability_of_sufficiency as probability_of_sufficiency
from causal.model.engines.units import outcome_probabilities as outcome_probabilities
from causal.model.engines.units import potential_outcomes as potential_outcomes
from causal.model.equations import load_model as load_model
from causal.model.finite.coupling import Independent as Independent
from causal.model.finite.coupling import InverseCDF as InverseCDF
from causal.model.finite.coupling import Unknown as Unknown
from causal.model.finite.race import GumbelMax as GumbelMax
from causal.model.finite.response import Response as Response
from causal.model.finite.table import Table as Table
from causal.model.intervention import Do as Do
from causal.model.intervention import DoEdge as DoEdge
from causal.model.intervention import Intervention as Intervention
from causal.model.intervention import Replace as Replace
from causal.model.intervention import Shift as Shift
from causal.model.intervention import Stochastic as Stochastic
from causal.model.mechanism import Mechanism as Mechanism
from causal.model.noise import Noise as Noise
from causal.model.random_models import random_scm as random_scm
from causal.model.saving import load_system as load_system
from causal.model.saving import save_model as save_model
from causal.model.scm import SCM as SCM

__all__ = [
    "CUBE",
    "EXP",
    "LOGISTIC",
    "SCM",
    "ActualCause",
    "Additive",
    "Categorical",
    "Contribution",
    "Counterfactual",
    "Do",
    "DoEdge",
    "Empirical",
    "Explanation",
    "Exponential",
    "FreeCurve",
    "FreeOdds",
    "Function",
    "GumbelMax",
    "Independent",
    "Intervention",
    "InverseCDF",
    "Laplace",
    "Linear",
    "LinearSystem",
    "Link",
    "LocationScale",
    "Logistic",
    "Logits",
    "Mechanism",
    "Monotone",
    "Noise",
    "NoiseLaw",
    "Normal",
    "NotACause",
    "Polynomial",
    "Replace",
    "Response",
    "Shift",
    "Stochastic",
    "StudentT",
    "Table",
    "Threshold",
    "Uniform",
    "UnitCounterfactuals",
    "Unknown",
    "abduct",
    "actual_cause",
    "actual_causes",
    "controlled_direct_effect",
    "counterfactual",
    "effect_on_the_treated",
    "explain",
    "intervention_from_dict",
    "load_model",
    "load_system",
    "mechanism_from_dict",
    "natural_direct_effect",
    "natural_indirect_effect",
    "outcome_probabilities",
    "path_specific_effect",
    "potential_outcomes",
    "predict",
    "probability_of_disablement",
    "probability_of_enablement",
    "probability_of_necessity",
    "probability_of_necessity_and_sufficiency",
    "probability_of_sufficiency",
    "random_scm",
    "save_model",
]
