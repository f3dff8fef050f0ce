"""What would have been, from a graph and data: formulas for counterfactuals."""

from causal.identification.counterfactual.solving import (
    identify_counterfactual as identify_counterfactual,
)

__all__ = ["identify_counterfactual"]
