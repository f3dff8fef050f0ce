"""Conditional probability tables: what a Bayesian network gives, plus a named coupling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from operator import add
from types import MappingProxyType
from typing import TypeAlias, cast

from causal.errors import ModelError
from causal.model.exact import Number, Row, Whole, distribution, exact, shown, whole
from causal.model.finite.columns import Lookup
from causal.model.finite.coupling import Cell, Coupling, InverseCDF
from causal.model.finite.settings import by_setting, domain, named
from causal.model.mechanism import Chances, Column, Columns, Trait, Value, Values
from causal.model.noise import Finite
from causal.model.posterior import Cells
from causal.variables import Names, Variables

__all__ = ["Table"]

Weights: TypeAlias = Iterable[Number] | str

FINITE = frozenset({Trait.TABLE})
ORDERED = InverseCDF()


@dataclass(frozen=True, init=False, repr=False)
class Table:
    """P(value | given) row by row, and the coupling that makes it an equation.

    ``given`` names parents and shared noises alike.  A row is written as its probabilities in the
    order of ``values``; with one name the key of a row is the value itself, with none there is
    only one row. ``ignores`` names arrows that the graph has and this mechanism makes no use of.

    >>> uptake = Table("X", {0: "3/4, 1/4", 1: (0.5, 0.5)})
    >>> uptake.rows[1,]
    (Fraction(1, 2), Fraction(1, 2))
    >>> [uptake.respond((x,), cell=1) for x in (0, 1)]    # the unit whose noise is in [1/2, 3/4)
    [0, 1]
    >>> Table((), "1/3, 1/3, 1/3", values=("low", "middle", "high")).cells
    (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))
    """

    given: tuple[str, ...]
    settings: tuple[Values, ...]  # what is given in each row, in order
    laws: tuple[Row, ...]
    values: Values
    coupling: Coupling
    ignores: tuple[str, ...]
    whole: Whole = field(compare=False)  # all rows, one after the other, over one denominator
    reads: Variables = field(compare=False)  # parents and shared noises, the ignored ones included

    def __init__(
        self,
        given: Names,
        rows: Mapping[Value, Weights] | Weights,
        *,
        values: Iterable[Value] = (0, 1),
        coupling: Coupling | None = None,
        ignores: Names = (),
    ) -> None:
        names, possible = named(given), domain(values)
        if coupling is not None and not callable(getattr(coupling, "cells", None)):
            raise ModelError(
                f"the rows of a table cannot be coupled by {coupling!r}, but by InverseCDF(), "
                "GumbelMax(), Independent() or Unknown()"
            )
        settings, written = by_setting(_rows(rows), names)
        laws, numbers = _fractions(written)
        parts = whole(numbers)
        if not _are_laws(laws, parts, len(possible)):
            _refuse(settings, laws, len(possible))
        ignored = tuple(sorted(named(ignores))) if ignores else ()
        vars(self).update(
            given=names,
            settings=settings,
            laws=laws,
            values=possible,
            coupling=ORDERED if coupling is None else coupling,
            ignores=ignored,
            whole=parts,
            reads=frozenset(names + ignored),
        )

    def __repr__(self) -> str:
        rows = ", ".join(f"{key}: {shown(row)!r}" for key, row in self._pairs)
        return f"Table({self.given}, {{{rows}}}, values={self.values}, coupling={self.coupling})"

    @property
    def rows(self) -> Mapping[Values, Row]:
        """The law of the value under each setting of ``given``."""
        return MappingProxyType(self._rows)

    @property
    def cells(self) -> Row:
        """The probabilities of the private noise that the coupling asks for."""
        return tuple(cell.weight for cell in self._cells)

    def respond(self, given: Values, cell: int) -> Value:
        """The value under a setting of ``given`` and one cell of private noise."""
        return self.values[self._cells[cell].picks[self._places[given]]]

    @property
    def picks(self) -> tuple[tuple[int, ...], ...]:
        """For each cell, the place of the value in every row."""
        return tuple(cell.picks for cell in self._cells)

    @property
    def assumes(self) -> str:
        """How the rows hang together, which no data on one world can tell; empty for one row."""
        return f"rows coupled by {type(self.coupling).__name__}" if len(self.laws) > 1 else ""

    @property
    def noise(self) -> Finite:
        """The cells of the private noise."""
        return Finite(self.cells)

    @property
    def traits(self) -> frozenset[Trait]:
        """Everything is finite."""
        return FINITE

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value of each unit, whose noise is the cell that it is in."""
        return self._lookup.forward(given, noise)

    def abduct(self, value: Column, given: Columns) -> Cells:
        """The cells in which each unit can be, by their weights."""
        return self._lookup.abduct(value, given)

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """The law of each unit's value in another row, by the cells in which it can be."""
        return self._lookup.couple(value, given, then)

    @property
    def _pairs(self) -> Iterator[tuple[Values, Row]]:
        return zip(self.settings, self.laws, strict=True)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup.of(self)

    @cached_property
    def _rows(self) -> dict[Values, Row]:
        return dict(self._pairs)

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        return self.coupling.cells(self.laws)

    @cached_property
    def _places(self) -> dict[Values, int]:
        return {key: place for place, key in enumerate(self.settings)}

    def to_dict(self) -> dict[str, object]:
        """The table as plain data, probabilities as text.

        >>> Table((), "1/4, 3/4").to_dict()["rows"]
        [{'given': [], 'law': ['1/4', '3/4']}]
        """
        return {
            "kind": "table",
            "given": list(self.given),
            "values": list(self.values),
            "coupling": type(self.coupling).__name__,
            "rows": [
                {"given": list(key), "law": [str(p) for p in row]} for key, row in self._pairs
            ],
            "ignores": list(self.ignores),
        }


def _rows(rows: Mapping[Value, Weights] | Weights) -> Mapping[Value, tuple[Number, ...]]:
    """Rows of numbers, as they are where they are that already."""
    written = rows if isinstance(rows, Mapping) else {(): rows}
    if set(map(type, written.values())) == {tuple}:
        return cast("Mapping[Value, tuple[Number, ...]]", written)
    return {key: _numbers(key, row) for key, row in written.items()}


def _fractions(rows: tuple[tuple[Number, ...], ...]) -> tuple[tuple[Row, ...], list[Fraction]]:
    """The same rows in fractions, themselves where they are that already, and all their entries."""
    numbers = [*chain.from_iterable(rows)]
    if {*map(type, numbers)} == {Fraction}:
        return cast("tuple[Row, ...]", rows), cast("list[Fraction]", numbers)
    laws = tuple([tuple(map(exact, row)) for row in rows])
    return laws, [*chain.from_iterable(laws)]


def _numbers(key: Value, weights: Weights) -> tuple[Number, ...]:
    try:
        return tuple(weights.split(",") if isinstance(weights, str) else weights)
    except TypeError as error:
        raise ModelError(
            f"the row {key!r} is {weights!r}, not one probability for each value"
        ) from error


def _are_laws(laws: Sequence[Row], parts: Whole, size: int) -> bool:
    """Whether every row has a probability for each value, none of them negative, and sums to one.

    In whole numbers and all rows at once, as models are made of many small tables.
    """
    numbers, scale = parts
    if set(map(len, laws)) != {size} or min(numbers) < 0:
        return False
    sums = numbers[::size]
    for i in range(1, size):
        sums = list(map(add, sums, numbers[i::size]))
    return set(sums) == {scale}


def _refuse(settings: Iterable[Values], laws: Iterable[Row], size: int) -> None:
    """Raise ProbabilityError or ModelError for the first row that is no law."""
    for key, row in zip(settings, laws, strict=True):
        shown_key = repr(key[0] if len(key) == 1 else key)
        distribution(row, of=f"the row {shown_key}")
        if len(row) != size:
            raise ModelError(f"the row {shown_key} has {len(row)} probabilities for {size} values")
