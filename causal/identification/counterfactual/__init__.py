"""What would have been, from a graph and data: formulas for counterfactuals.

Most questions are about effects, so these pages are opened by the first counterfactual.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.identification.counterfactual.asked import parallel_worlds as parallel_worlds
    from causal.identification.counterfactual.asked import valued as valued
    from causal.identification.counterfactual.paths import path_specific as path_specific
    from causal.identification.counterfactual.quantities import (
        IdentifiedQuantity as IdentifiedQuantity,
    )
    from causal.identification.counterfactual.quantities import (
        identify_quantity as identify_quantity,
    )
    from causal.identification.counterfactual.quantities import laws_behind as laws_behind
    from causal.identification.counterfactual.regimes import by_regimes as by_regimes
    from causal.identification.counterfactual.regimes import in_one_world as in_one_world
    from causal.identification.counterfactual.solving import (
        identify_counterfactual as identify_counterfactual,
    )

_PAGES = {
    "IdentifiedQuantity": "quantities",
    "by_regimes": "regimes",
    "identify_counterfactual": "solving",
    "identify_quantity": "quantities",
    "in_one_world": "regimes",
    "laws_behind": "quantities",
    "parallel_worlds": "asked",
    "path_specific": "paths",
    "valued": "asked",
}

__all__ = list(_PAGES)


def __getattr__(name: str) -> object:
    if page := _PAGES.get(name):
        value: object = getattr(import_module(f"{__name__}.{page}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
