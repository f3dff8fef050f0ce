"""The pre-registration: question, components, design, metrics and seeds, stated before a run."""

from ablation.study.metric import Metric
from ablation.study.statement import Study, System

__all__ = ["Metric", "Study", "System"]
