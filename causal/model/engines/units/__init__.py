"""Counterfactuals of observed units, at the speed of memory."""

from causal.model.engines.units.chances import outcome_probabilities as outcome_probabilities
from causal.model.engines.units.moments import outcome_moments as outcome_moments
from causal.model.engines.units.outcomes import potential_outcomes as potential_outcomes

__all__ = ["outcome_moments", "outcome_probabilities", "potential_outcomes"]
