"""What would have been, from a graph and data: formulas for counterfactuals."""

from causal.identification.counterfactual.asked import parallel_worlds as parallel_worlds
from causal.identification.counterfactual.asked import valued as valued
from causal.identification.counterfactual.paths import path_specific as path_specific
from causal.identification.counterfactual.solving import (
    identify_counterfactual as identify_counterfactual,
)

__all__ = ["identify_counterfactual", "parallel_worlds", "path_specific", "valued"]
