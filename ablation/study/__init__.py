"""The pre-registration: question, components, design, metrics and seeds, stated before a run."""

from ablation.study.budget import Budget
from ablation.study.metric import Metric
from ablation.study.statement import Study, System
from ablation.study.streams import Streams
from ablation.study.toml import in_file

__all__ = ["Budget", "Metric", "Streams", "Study", "System", "in_file"]
