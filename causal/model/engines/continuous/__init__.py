"""Counterfactuals in models over real numbers, with any evidence."""

from causal.model.engines.continuous.answering import DRAWS as DRAWS
from causal.model.engines.continuous.answering import answered as answered
from causal.model.engines.continuous.unitwise import UNIT_DRAWS as UNIT_DRAWS
from causal.model.engines.continuous.unitwise import unit_answers as unit_answers

__all__ = ["DRAWS", "UNIT_DRAWS", "answered", "unit_answers"]
