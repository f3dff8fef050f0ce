"""Interventions as data: what is done to a model prints, compares, hashes and saves.

An intervention names its targets and says which mechanism each of them gets in place of the old
one; the new graph follows from what the new mechanisms read.  ``Do`` reads nothing.  A shift reads
what the old mechanism read, a replacement what it likes: both fit behind the same face.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from causal.errors import DomainError
from causal.model.finite.response import Response
from causal.model.mechanism import Mechanism, Value
from causal.variables import Variable, Variables, natural, quoted

__all__ = ["Do", "Intervention"]


class Intervention(Protocol):
    """A change of some mechanisms, which leaves all others, and all noise, as they were."""

    @property
    def targets(self) -> Variables:
        """The variables whose mechanisms change."""

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """The mechanism of a target from now on."""


@dataclass(frozen=True, init=False, repr=False)
class Do:
    """Set variables to constants, whatever their causes say (Pearl's do-operator).

    >>> Do(X=1)
    Do({'X': 1})
    >>> print(Do({"blood pressure": "low"}, X=0))
    do(X=0, "blood pressure"=low)
    """

    settings: tuple[tuple[Variable, Value], ...]

    def __init__(self, settings: Mapping[Variable, Value] | None = None, /, **more: Value) -> None:
        merged = {**(settings or {}), **more}
        ordered = sorted(merged.items(), key=lambda pair: natural(pair[0]))
        object.__setattr__(self, "settings", tuple(ordered))

    def __repr__(self) -> str:
        return f"Do({dict(self.settings)})"

    def __str__(self) -> str:
        return f"do({', '.join(f'{quoted(name)}={value}' for name, value in self.settings)})"

    @property
    def targets(self) -> Variables:
        """The variables that are set."""
        return frozenset(name for name, _ in self.settings)

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """A constant; raises DomainError when the variable cannot take that value."""
        value = dict(self.settings)[target]
        if value not in was.values:
            raise DomainError(target, value, was.values)
        return Response((), {(): value}, values=was.values)
