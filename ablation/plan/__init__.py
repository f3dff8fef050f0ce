"""From a study to its trials: which, in which order, realised how, and what will not be run."""

from ablation.plan.laying import Plan, PlannedTrial, lay_out, plan
from ablation.plan.realised import (
    AT_INFERENCE,
    NotRun,
    Realised,
    contrasts,
    interactions,
    plasticity,
)

__all__ = [
    "AT_INFERENCE",
    "NotRun",
    "Plan",
    "PlannedTrial",
    "Realised",
    "contrasts",
    "interactions",
    "lay_out",
    "plan",
    "plasticity",
]
