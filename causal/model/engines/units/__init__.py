"""Counterfactuals of observed units, at the speed of memory."""

from causal.model.engines.units.outcomes import potential_outcomes as potential_outcomes

__all__ = ["potential_outcomes"]
