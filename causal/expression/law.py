"""A finite law as a sparse table, read from whatever kind of frame the caller uses.

Tables are read through the few methods that a pandas Series or DataFrame has, so that this floor
needs no array library and exact rationals stay exact.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol, TypeAlias, TypeVar, cast

from causal.errors import DataError, UnknownVariableError
from causal.variables import Variable, Variables, natural, nearest

__all__ = ["Cell", "Frame", "Labelled", "Law", "Number", "read"]

Value: TypeAlias = Hashable
Cell: TypeAlias = tuple[Value, ...]
Number: TypeAlias = Fraction | float
_Kind = TypeVar("_Kind", bound=Hashable)


class _Index(Protocol):
    @property
    def names(self) -> Sequence[Hashable]: ...


class Labelled(Protocol):
    """The face of a pandas Series: probabilities under named index levels."""

    @property
    def index(self) -> _Index:
        """Its levels are named after the variables."""

    def items(self) -> Iterable[tuple[Hashable, object]]:
        """Pairs of a cell and its probability."""


class Frame(Protocol):
    """The face of a pandas DataFrame: one row a unit, one column a variable."""

    @property
    def columns(self) -> Iterable[Hashable]:
        """The names of the variables."""

    def value_counts(self, subset: list[Hashable]) -> object:
        """How often each combination of values occurs."""

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Law:
    """A law over finitely many cells; cells that are not listed have probability zero."""

    variables: tuple[Variable, ...]
    cells: Mapping[Cell, Number]

    @cached_property
    def domains(self) -> dict[Variable, tuple[Value, ...]]:
        """The values of each variable, sorted when they can be, else as they first occur."""
        return {
            name: _in_order(dict.fromkeys(cell[i] for cell in self.cells))
            for i, name in enumerate(self.variables)
        }

    def margin(self, keep: Sequence[Variable]) -> dict[Cell, Number]:
        """The law of some of the variables."""
        places = [self.variables.index(name) for name in keep]
        margin: dict[Cell, Number] = {}
        for cell, weight in self.cells.items():
            key = tuple(cell[i] for i in places)
            margin[key] = margin[key] + weight if key in margin else weight
        return margin


def read(table: Labelled | Frame, needed: Variables) -> Law:
    """The law of the ``needed`` variables in a table of probabilities or of observations.

    Raises UnknownVariableError for a column that is not there, DataError for missing values.
    """
    if hasattr(table, "columns"):
        return _observed(cast("Frame", table), needed)
    return _listed(table, needed)


def _listed(table: Labelled, needed: Variables) -> Law:
    names = tuple(str(name) for name in table.index.names)
    _require(needed, names)
    single = len(names) == 1
    pairs: Iterator[tuple[Hashable, object]] = iter(table.items())
    cells = {
        ((key,) if single else cast("Cell", key)): cast("Number", weight)
        for key, weight in pairs
        # An exact zero is the same as no cell; an array of weights (many laws at once) is kept.
        if not (isinstance(weight, int | float | Fraction) and weight == 0)
    }
    whole = Law(names, cells)
    keep = sorted(needed, key=natural)
    return whole if len(keep) == len(names) else Law(tuple(keep), whole.margin(keep))


def _observed(frame: Frame, needed: Variables) -> Law:
    columns = {str(name): name for name in frame.columns}
    _require(needed, tuple(columns))
    if not len(frame):
        raise DataError("the data has no rows; a formula needs at least one observation")
    keep = sorted(needed, key=natural)
    if not keep:
        return Law((), {(): Fraction(1)})
    counts = cast("Labelled", frame.value_counts([columns[name] for name in keep]))
    law = _listed(counts, needed)
    total = sum(int(cast("float", n)) for n in law.cells.values())
    if total != len(frame):
        raise DataError(
            f"{len(frame) - total} of {len(frame)} rows have a missing value in "
            f"{', '.join(keep)}; drop or impute them first"
        )
    cells = {cell: Fraction(int(n), total) for cell, n in law.cells.items()}
    # Counts come most frequent first; sorted cells make equal data give equal answers.
    return Law(law.variables, {cell: cells[cell] for cell in _in_order(cells)})


def _require(needed: Variables, names: tuple[Variable, ...]) -> None:
    if missing := sorted(needed - set(names), key=natural):
        close = dict.fromkeys(hit for name in missing for hit in nearest(name, names))
        raise UnknownVariableError(missing, names, close, where="data")


def _in_order(values: Iterable[_Kind]) -> tuple[_Kind, ...]:
    listed = list(values)
    try:
        return tuple(sorted(listed))  # type: ignore[type-var]  # tried; mixed kinds fall back
    except TypeError:
        return tuple(listed)
