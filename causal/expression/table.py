"""Sparse tables over named values: join, sum out, divide.

What a formula evaluates to on the way.  A cell that is absent is zero; a conditional on an event of
probability zero is a ``Hole``, which absorbs everything but zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from causal.errors import PositivityError
from causal.expression.law import Cell, Frame, Labelled, Law, Number
from causal.expression.notation import by_name
from causal.variables import Symbol

if TYPE_CHECKING:
    from pandas import Series

__all__ = ["Hole", "Table", "as_series", "conditional", "eliminated", "quotient"]


@dataclass(frozen=True)
class Hole:
    """An undefined number, and the conditional and cell that made it so."""

    conditional: str
    cell: str


Entry: TypeAlias = Number | Hole


@dataclass(frozen=True)
class Table:
    """A function of the values of some symbols; absent cells are zero."""

    symbols: tuple[Symbol, ...]
    cells: dict[Cell, Entry]

    def join(self, other: Table) -> Table:
        """The pointwise product."""
        shared = [s for s in other.symbols if s in self.symbols]
        fresh = [s for s in other.symbols if s not in self.symbols]
        here = [self.symbols.index(s) for s in shared]
        there = [other.symbols.index(s) for s in shared]
        rest = [other.symbols.index(s) for s in fresh]
        groups: dict[Cell, list[tuple[Cell, Entry]]] = {}
        for cell, entry in other.cells.items():
            key = tuple(cell[i] for i in there)
            groups.setdefault(key, []).append((tuple(cell[i] for i in rest), entry))
        cells = {
            cell + tail: _times(entry, factor)
            for cell, entry in self.cells.items()
            for tail, factor in groups.get(tuple(cell[i] for i in here), ())
        }
        return Table((*self.symbols, *fresh), cells)

    def summed(self, over: Iterable[Symbol]) -> Table:
        """The sum over all values of the given symbols."""
        gone = set(over)
        places = [i for i, s in enumerate(self.symbols) if s not in gone]
        cells: dict[Cell, Entry] = {}
        for cell, entry in self.cells.items():
            key = tuple(cell[i] for i in places)
            cells[key] = _plus(cells[key], entry) if key in cells else entry
        return Table(tuple(self.symbols[i] for i in places), cells)


def _times(one: Entry, other: Entry) -> Entry:
    if isinstance(one, Hole):
        return one
    return other if isinstance(other, Hole) else one * other


def _plus(one: Entry, other: Entry) -> Entry:
    if isinstance(one, Hole):
        return one
    return other if isinstance(other, Hole) else one + other


def conditional(
    law: Law, of: Sequence[Symbol], given: Sequence[Symbol], do: Sequence[Symbol] = (), *, name: str
) -> Table:
    """P(of | do, given) for every value; a Hole wherever ``given`` never happens.

    Constants select their cells, and are no symbols of the table.
    """
    symbols = (*of, *given, *do)
    domains = [_possible(law, s) for s in symbols]
    cells: dict[Cell, Entry] = {}
    for setting in itertools.product(*domains[len(of) + len(given) :]):
        regime = law.under({s.variable: v for s, v in zip(do, setting, strict=True)})
        within = _within(regime, of, given, domains, name)
        cells |= {cell + setting: entry for cell, entry in within.items()}
    fixed = {i: s.value for i, s in enumerate(symbols) if s.value is not None}
    if not fixed:
        return Table(symbols, cells)
    open_places = [i for i in range(len(symbols)) if i not in fixed]
    kept = {
        tuple(cell[i] for i in open_places): entry
        for cell, entry in cells.items()
        if all(cell[i] == value for i, value in fixed.items())
    }
    return Table(tuple(symbols[i] for i in open_places), kept)


def _within(
    law: Law,
    of: Sequence[Symbol],
    given: Sequence[Symbol],
    domains: Sequence[Sequence[Hashable]],
    name: str,
) -> dict[Cell, Entry]:
    """P(of | given) in one law, cell by cell."""
    joint = law.margin([s.variable for s in (*of, *given)])
    if not given:
        return dict(joint)
    base = law.margin([s.variable for s in given])
    cells: dict[Cell, Entry] = {c: n / base[c[len(of) :]] for c, n in joint.items()}
    for condition in itertools.product(*domains[len(of) : len(of) + len(given)]):
        if condition not in base:
            hole = Hole(name, _assignment(given, condition))
            for values in itertools.product(*domains[: len(of)]):
                cells[values + condition] = hole
    return cells


def _possible(law: Law, symbol: Symbol) -> Sequence[Hashable]:
    return law.domains[symbol.variable] if symbol.value is None else (symbol.value,)


def quotient(numerator: Table, denominator: Table, law: Law, name: str) -> Table:
    """The pointwise ratio; a Hole wherever the denominator is zero."""
    inverse: dict[Cell, Entry] = {
        cell: entry if isinstance(entry, Hole) else Fraction(1) / entry
        for cell, entry in denominator.cells.items()
    }
    ratio = numerator.join(Table(denominator.symbols, inverse))
    extra = [s for s in ratio.symbols if s not in denominator.symbols]
    place = {s: i for i, s in enumerate((*denominator.symbols, *extra))}
    order = [place[s] for s in ratio.symbols]
    for below in itertools.product(*(law.domains[s.variable] for s in denominator.symbols)):
        if below not in denominator.cells:
            hole = Hole(name, _assignment(denominator.symbols, below))
            for beside in itertools.product(*(law.domains[s.variable] for s in extra)):
                both = below + beside
                ratio.cells[tuple(both[i] for i in order)] = hole
    return ratio


def eliminated(tables: Sequence[Table], over: frozenset[Symbol], law: Law) -> Table:
    """Σ_over of a product of tables: each symbol is summed as soon as its last table is joined."""
    waiting = list(tables)
    pending = set(over)
    while pending:
        symbol = min(pending, key=lambda s: (_width(waiting, s), s))
        touching = [t for t in waiting if symbol in t.symbols]
        waiting = [t for t in waiting if symbol not in t.symbols]
        pending.remove(symbol)
        if touching:
            waiting.append(_joined(touching).summed([symbol]))
        else:  # a sum of equal terms, one for each value
            count = Fraction(len(law.domains[symbol.variable]))
            waiting.append(Table((), {(): count}))
    return _joined(waiting)


def _width(tables: Iterable[Table], symbol: Symbol) -> int:
    return len({s for t in tables if symbol in t.symbols for s in t.symbols})


def _joined(tables: Sequence[Table]) -> Table:
    whole = Table((), {(): Fraction(1)})
    for table in sorted(tables, key=lambda t: len(t.cells)):
        whole = whole.join(table)
    return whole


def _assignment(symbols: Iterable[Symbol], values: Cell) -> str:
    return ", ".join(
        f"{s} = {value}" if s.value is None else f"{Symbol(s.variable)} = {value}"
        for s, value in zip(symbols, values, strict=True)
    )


def as_series(table: Table, law: Law, *, like: Labelled | Frame) -> Series:
    """The whole grid of values as a Series of the caller's kind; PositivityError for holes."""
    if holes := [entry for entry in table.cells.values() if isinstance(entry, Hole)]:
        name = holes[0].conditional
        raise PositivityError(name, list(dict.fromkeys(h.cell for h in holes)))
    symbols = sorted(table.symbols, key=by_name)
    place = [table.symbols.index(s) for s in symbols]
    entries = {tuple(cell[i] for i in place): entry for cell, entry in table.cells.items()}
    grid = itertools.product(*(law.domains[s.variable] for s in symbols))
    values = {cell: entries.get(cell, Fraction(0)) for cell in grid}
    # The caller's own class builds the answer, so this floor imports no array library.
    frame = cast("Any", like)
    series = type(frame.iloc[:, 0]) if isinstance(like, Frame) else type(frame)
    if not symbols:
        return cast("Series", series(list(values.values())))
    labelled = {cell[0] if len(cell) == 1 else cell: entry for cell, entry in values.items()}
    names = [s.variable + "'" * s.mark for s in symbols]
    return cast("Series", series(labelled).rename_axis(names))
