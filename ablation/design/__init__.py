"""Which conditions are compared, how, and what all of them have in common: their seeds."""

from ablation.design.condition import Condition, Design
from ablation.design.contrast import Contrast
from ablation.design.factorial import FractionalFactorial, FullFactorial
from ablation.design.leave_one_out import AddOneIn, LeaveOneOut, Pairs
from ablation.design.naming import BASELINE
from ablation.design.plackett_burman import PlackettBurman
from ablation.design.random_masks import RandomMasks
from ablation.design.reading import design, written
from ablation.design.screening import GroupScreening
from ablation.design.seeds import Seeds
from ablation.design.shapley import Shapley, ShapleySampling

__all__ = [
    "BASELINE",
    "AddOneIn",
    "Condition",
    "Contrast",
    "Design",
    "FractionalFactorial",
    "FullFactorial",
    "GroupScreening",
    "LeaveOneOut",
    "Pairs",
    "PlackettBurman",
    "RandomMasks",
    "Seeds",
    "Shapley",
    "ShapleySampling",
    "design",
    "written",
]
