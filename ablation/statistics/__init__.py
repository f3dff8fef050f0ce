"""From trials to numbers: effects with intervals, adjusted for how many were looked at."""

from ablation.multiplicity import holm
from ablation.statistics.comparing import compare
from ablation.statistics.comparison import Comparison
from ablation.statistics.effects import contrasts, effects, interactions
from ablation.statistics.estimate import Estimate
from ablation.statistics.methods import Method, PairedT, Welch
from ablation.statistics.moderated import ModeratedPairedT
from ablation.statistics.recovering import Recovering
from ablation.statistics.sources import variance_sources
from ablation.statistics.verdict import Verdict

__all__ = [
    "Comparison",
    "Estimate",
    "Method",
    "ModeratedPairedT",
    "PairedT",
    "Recovering",
    "Verdict",
    "Welch",
    "compare",
    "contrasts",
    "effects",
    "holm",
    "interactions",
    "variance_sources",
]
