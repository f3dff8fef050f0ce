"""Counterfactuals in models over real numbers, with any evidence."""

from causal.model.engines.continuous.answering import DRAWS as DRAWS
from causal.model.engines.continuous.answering import answered as answered

__all__ = ["DRAWS", "answered"]
