"""Torch modules as causal models: their components, and what `do(component off)` changes.

The only room, with the bundled studies, that imports torch. Names are looked up when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.neural.activations import Activations as Activations
    from ablation.neural.activations import observe as observe
    from ablation.neural.components import Components as Components
    from ablation.neural.noise import KeyedNoise as KeyedNoise
    from ablation.neural.patch import Acted as Acted
    from ablation.neural.patch import Patch as Patch
    from ablation.neural.patch import ablated as ablated
    from ablation.neural.selection import select as select
    from ablation.neural.worlds import paired as paired
    from ablation.neural.worlds import twins as twins

_HOMES = {
    "Acted": "patch",
    "Activations": "activations",
    "Components": "components",
    "KeyedNoise": "noise",
    "Patch": "patch",
    "ablated": "patch",
    "observe": "activations",
    "paired": "worlds",
    "select": "selection",
    "twins": "worlds",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation.neural' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.neural.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
