"""Whether the effect of an ablation is what it is taken for: every check that has a test."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.neural.validity.auditing import audit as audit
    from ablation.neural.validity.verdicts import Audit as Audit

_HOMES = {"Audit": "verdicts", "audit": "auditing"}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation.neural.validity' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.neural.validity.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
