"""What a mechanism is: one variable's equation, over what it reads and private noise."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Protocol, TypeAlias

from causal.model.exact import Row
from causal.variables import Variable, Variables

__all__ = ["FiniteMechanism", "Mechanism", "Value", "Values", "private"]

Value: TypeAlias = Hashable
Values: TypeAlias = tuple[Value, ...]


class Mechanism(Protocol):
    """How a variable gets its value."""

    @property
    def reads(self) -> Variables:
        """Parents and shared noises, by name: what the graph must show, and all it may show."""


class FiniteMechanism(Mechanism, Protocol):
    """A mechanism with finitely many inputs, values and private noises: a table says it all."""

    @property
    def given(self) -> tuple[str, ...]:
        """Those of ``reads`` on which the value may depend, in the order of the rows."""

    @property
    def values(self) -> Values:
        """The domain, in order."""

    @property
    def rows(self) -> Mapping[Values, Row]:
        """The law of the value under each setting of ``given``, private noise summed out."""

    @property
    def cells(self) -> Row:
        """The probabilities of the private noise."""

    def respond(self, given: Values, cell: int) -> Value:
        """The value under a setting of ``given`` and one cell of private noise."""

    @property
    def assumes(self) -> str:
        """What it says about several worlds beyond what its rows say; empty when nothing."""

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""


def private(variable: Variable) -> str:
    """The name of the noise that only this variable's mechanism reads.

    >>> private("Y")
    'noise of Y'
    """
    return f"noise of {variable}"
