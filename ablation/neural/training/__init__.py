"""Training many arms of one network at once: seeds and switches as an axis of every tensor."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.neural.training.arms import Arm as Arm
    from ablation.neural.training.initial import keyed as keyed
    from ablation.neural.training.together import train_together as train_together
    from ablation.neural.training.trained import Trained as Trained

_HOMES = {
    "Arm": "arms",
    "Trained": "trained",
    "keyed": "initial",
    "train_together": "together",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation.neural.training' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.neural.training.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
