"""What a table looks like from here: the few methods that pandas tables have, and we call.

This floor imports no array library; whatever has these methods is read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol, runtime_checkable

from causal.expression.regimes import Regime

__all__ = ["Experiments", "Frame", "Labelled", "Levelled", "Named"]


@runtime_checkable
class Named(Protocol):
    """The face of a pandas Index."""

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its levels."""


@runtime_checkable
class Levelled(Protocol):
    """The face of a pandas MultiIndex, whose keys are tuples, even those of a single level."""

    @property
    def levels(self) -> Sequence[object]:
        """The values of each level."""


@runtime_checkable
class Labelled(Protocol):
    """The face of a pandas Series: probabilities under named index levels."""

    @property
    def index(self) -> Named:
        """Its levels are named after the variables."""

    def items(self) -> Iterable[tuple[Hashable, object]]:
        """Pairs of a cell and its probability."""


@runtime_checkable
class Frame(Protocol):
    """The face of a pandas DataFrame: one row a unit, one column a variable."""

    @property
    def columns(self) -> Iterable[Hashable]:
        """The names of the variables."""

    def value_counts(self, subset: list[Hashable]) -> object:
        """How often each combination of values occurs."""

    def __len__(self) -> int: ...


class Experiments(Protocol):
    """The face of a mapping ``{"do(X=1)": law, ..., "P(.)": law}``: one law for each regime."""

    def items(self) -> Iterable[tuple[Regime, object]]:
        """The regimes, each with its law."""

    def keys(self) -> Iterable[object]:
        """The regimes."""

    def values(self) -> Iterable[object]:
        """The laws."""
