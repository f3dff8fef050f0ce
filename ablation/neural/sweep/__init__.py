"""Sweeps: the exact effect of every component, at close to the least arithmetic possible."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.neural.sweep.asking import Progress as Progress
    from ablation.neural.sweep.screening import screen as screen
    from ablation.neural.sweep.screens import FirstOrder as FirstOrder
    from ablation.neural.sweep.screens import IntegratedGradients as IntegratedGradients
    from ablation.neural.sweep.screens import LowPrecision as LowPrecision
    from ablation.neural.sweep.sweeping import sweep as sweep

_HOMES = {
    "FirstOrder": "screens",
    "IntegratedGradients": "screens",
    "LowPrecision": "screens",
    "Progress": "asking",
    "screen": "screening",
    "sweep": "sweeping",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation.neural.sweep' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.neural.sweep.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
