"""How far off can it be? Bounds from a graph and data where there is no formula."""

from causal.estimation.bounds.answers import Bounds as Bounds
from causal.estimation.bounds.answers import Falsified as Falsified
from causal.estimation.bounds.face import bounds as bounds

__all__ = ["Bounds", "Falsified", "bounds"]
