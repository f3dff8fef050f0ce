"""A finite law as a sparse table, read from whatever kind of frame the caller uses.

Tables are read through the few methods that a pandas Series or DataFrame has, so that this floor
needs no array library and exact rationals stay exact.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from numbers import Real
from typing import Any, TypeAlias, TypeVar, cast

from causal.errors import DataError, MissingRegimeError, UnknownVariableError
from causal.expression.faces import Experiments, Frame, Labelled, Levelled, Named
from causal.expression.regimes import Setting, settings
from causal.variables import Symbol, Variable, Variables, listed, natural, nearest

__all__ = ["Cell", "Experiments", "Frame", "Labelled", "Law", "Number", "in_order", "read"]

Value: TypeAlias = Hashable
Cell: TypeAlias = tuple[Value, ...]
Number: TypeAlias = Fraction | float
_Kind = TypeVar("_Kind", bound=Hashable)


Settings: TypeAlias = frozenset[tuple[Variable, Value]]


@dataclass(frozen=True)
class Law:
    """A law over finitely many cells; cells that are not listed have probability zero.

    ``regimes`` are the laws of experiments on the same variables, by what was set in them.
    """

    variables: tuple[Variable, ...]
    cells: Mapping[Cell, Number]
    regimes: Mapping[Settings, Law] = field(default_factory=dict)

    @cached_property
    def domains(self) -> dict[Variable, tuple[Value, ...]]:
        """The values of each variable, in order."""
        found: dict[Variable, dict[Value, None]] = {}
        for i, name in enumerate(self.variables):
            found[name] = dict.fromkeys(cell[i] for cell in self.cells)
        for values, law in self.regimes.items():
            for name, value in values:
                found.setdefault(name, {})[value] = None
            for name, domain in law.domains.items():
                found.setdefault(name, {}).update(dict.fromkeys(domain))
        return {name: in_order(values) for name, values in found.items()}

    def under(self, values: Mapping[Variable, Value]) -> Law:
        """The law of the experiment that set these; raises MissingRegimeError without it."""
        if not values and (self.cells or not self.regimes):
            return self
        if (found := self.regimes.get(frozenset(values.items()))) is not None:
            return found
        known = [*(["P(.)"] if self.cells else []), *sorted(map(_done, self.regimes))]
        raise MissingRegimeError(_done(values.items()) if values else "P(.)", known)

    def margin(self, keep: Sequence[Variable]) -> dict[Cell, Number]:
        """The law of some of the variables."""
        _require(frozenset(keep), self.variables)
        places = [self.variables.index(name) for name in keep]
        margin: dict[Cell, Number] = {}
        for cell, weight in self.cells.items():
            key = tuple(cell[i] for i in places)
            margin[key] = margin[key] + weight if key in margin else weight
        return margin


def read(table: Labelled | Frame | Experiments, needed: Variables) -> Law:
    """The law of the ``needed`` variables in a table of probabilities or of observations.

    A mapping has one such table for each regime, as causal.expression.regimes tells them.
    Raises UnknownVariableError for a column that is not there, DataError for missing values and for
    numbers that are not probabilities, TypeError for anything that is no table.
    """
    if isinstance(table, Frame):
        return _observed(table, needed)
    if isinstance(table, Labelled) and isinstance(table.index, Named):
        return _listed(table, needed)
    if isinstance(table, Mapping):
        return _experiments(table, needed)
    raise _no_table(table)


def _experiments(tables: Experiments, needed: Variables) -> Law:
    """One law for each regime, of those ``needed`` variables that were measured in it."""
    regimes: dict[Settings, Law] = {}
    for regime, table in tables.items():
        if not isinstance(table, Frame | Labelled):
            raise _no_table(table)
        chosen, measured = settings(regime), _measured(table)
        varied = frozenset(setting.variable for setting in chosen if setting.value is None)
        told = measured & {setting.variable for setting in chosen}
        for values, law in _by_setting(read(table, needed & measured | varied | told), chosen):
            if values in regimes:
                raise DataError(f"there are two laws under {_done(values)}; give one")
            regimes[values] = law
    if not regimes:
        raise DataError("there is no law here; give one for each regime, as in {'do(X=1)': law}")
    observed = regimes.pop(frozenset(), Law((), {}))
    return Law(observed.variables, observed.cells, regimes)


def _by_setting(whole: Law, chosen: Sequence[Setting]) -> Iterator[tuple[Settings, Law]]:
    """The law of each setting that the rows of a table were taken under.

    Raises DataError where a row tells of another value than the one that was set.
    """
    fixed = {s.variable: s.value for s in chosen if s.value is not None}
    told = [s.variable for s in chosen if s.variable in whole.variables]
    places = [whole.variables.index(name) for name in told]
    for row, weight in whole.margin(told).items():
        values = dict(zip(told, row, strict=True))
        if other := {n: v for n, v in values.items() if v != fixed.get(n, v)}:
            under, rows = _done(fixed.items()), _done(other.items())
            raise DataError(f"the law under {under} has rows that were taken under {rows}")
        cells = {
            cell: part / weight
            for cell, part in whole.cells.items()
            if tuple(cell[i] for i in places) == row
        }
        yield frozenset({**values, **fixed}.items()), Law(whole.variables, cells)


def _no_table(found: object) -> TypeError:
    return TypeError(
        f"a law is a pandas Series with named index levels, or a DataFrame; found {found!r:.80}"
    )


def _measured(table: Labelled | Frame) -> Variables:
    names = table.columns if isinstance(table, Frame) else table.index.names
    return frozenset(map(str, names))


def _done(settings: Iterable[tuple[Variable, Value]]) -> str:
    ordered = sorted(settings, key=lambda pair: natural(pair[0]))
    return f"do({', '.join(str(Symbol(name, value=value)) for name, value in ordered)})"


def _listed(table: Labelled, needed: Variables) -> Law:
    names = tuple(str(name) for name in table.index.names)
    _require(needed, names)
    cells = _cells(table, len(names))
    _check(cells, names)
    # An exact zero is the same as no cell; an array of weights (many laws at once) is kept.
    possible = {c: w for c, w in cells.items() if not (isinstance(w, Real) and w == 0)}
    keep = sorted(needed, key=natural)
    whole = Law(names, possible)
    return whole if len(keep) == len(names) else Law(tuple(keep), whole.margin(keep))


def _cells(table: Labelled, width: int) -> dict[Cell, Number]:
    """Weights by cell; what stands twice is added up."""
    cells: dict[Cell, Number] = {}
    # A MultiIndex has tuples for keys, even one of a single level, such as value_counts makes.
    bare = width == 1 and not isinstance(table.index, Levelled)
    for key, entry in table.items():
        cell, weight = (key,) if bare else cast("Cell", key), cast("Number", entry)
        cells[cell] = cells[cell] + weight if cell in cells else weight
    return cells


def _check(cells: Mapping[Cell, Number], names: tuple[Variable, ...]) -> None:
    """Raise DataError unless the weights are probabilities that sum to one."""
    weights = [w for w in cells.values() if isinstance(w, Real)]
    for cell, weight in cells.items():
        if isinstance(weight, Real) and not weight >= 0:
            where = ", ".join(f"{n}={v}" for n, v in zip(names, cell, strict=True))
            raise DataError(f"{weight} at {where} is no probability")
    if len(weights) < len(cells):  # arrays of weights: many laws at once
        return
    total = sum(weights)
    if abs(float(total) - 1) > 1e-9:
        counts = "; these look like counts: divide them by their sum" if total > 1.5 else ""
        raise DataError(f"the probabilities sum to {float(total):.6g}, not to 1{counts}")


def _observed(frame: Frame, needed: Variables) -> Law:
    columns = {str(name): name for name in frame.columns}
    _require(needed, tuple(columns))
    if not len(frame):
        raise DataError("the data has no rows; a formula needs at least one observation")
    keep = sorted(needed, key=natural)
    if not keep:
        return Law((), {(): Fraction(1)})
    counts = _counts(frame, [columns[name] for name in keep])
    total = sum(counts.values())
    if total != len(frame):
        lacking = [v for v in keep if sum(_counts(frame, [columns[v]]).values()) < len(frame)]
        raise DataError(
            f"{len(frame) - total} of {len(frame)} rows have a missing value in "
            f"{listed(lacking)}; drop or impute them first"
        )
    cells = {cell: Fraction(n, total) for cell, n in counts.items() if n}
    # Counts come most frequent first; sorted cells make equal data give equal answers.
    return Law(tuple(keep), {cell: cells[cell] for cell in in_order(cells)})


def _counts(frame: Frame, columns: list[Hashable]) -> dict[Cell, int]:
    """How many rows there are of each cell, those with missing values left out."""
    counted = _cells(cast("Labelled", frame.value_counts(columns)), len(columns))
    return {cell: int(cast("Any", n)) for cell, n in counted.items()}


def in_order(values: Iterable[_Kind]) -> tuple[_Kind, ...]:
    """Values in their own order; in that of their texts where kinds are mixed and have none.

    >>> in_order([2, 10, 1]), in_order([2, "a", None])
    ((1, 2, 10), ('a', 2, None))
    """
    listed = list(values)
    try:
        return tuple(sorted(cast("list[Any]", listed)))
    except TypeError:
        return tuple(sorted(listed, key=repr))


def _require(needed: Variables, names: tuple[Variable, ...]) -> None:
    if missing := sorted(needed - set(names), key=natural):
        close = dict.fromkeys(hit for name in missing for hit in nearest(name, names))
        raise UnknownVariableError(missing, names, close, where="data")
