"""Laws and samples as regimes: what was measured, what was set, and how many units there were."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import pandas as pd

from causal.errors import DataError, OptionError, QueryError
from causal.expression.law import Law, in_order, read
from causal.graph import ADMG
from causal.model import Do
from causal.model.engines.bounding import Regime
from causal.model.exact import exact
from causal.query.reading import actions
from causal.query.tokens import Cursor
from causal.variables import Variable, listed, natural

__all__ = ["Experiments", "Table", "Tables", "arrows", "domains_of", "read_regimes", "tables"]

Table: TypeAlias = pd.Series | pd.DataFrame
Tables: TypeAlias = Table | Sequence[Table]
Experiments: TypeAlias = Mapping[str | Do, Tables]
Values: TypeAlias = tuple[Hashable, ...]


def tables(data: Tables | None) -> Iterator[Table]:
    """One table, or several that were seen apart.

    >>> len(list(tables(pd.DataFrame({"X": [0, 1]})))), len(list(tables(None)))
    (1, 0)
    """
    if isinstance(data, pd.Series | pd.DataFrame):
        yield data
    elif isinstance(data, Sequence):
        yield from data
    elif data is not None:
        raise DataError(f"data is a pandas Series or DataFrame, or several; found {data!r:.60}")


def read_regimes(
    graph: ADMG, data: Tables | None, experiments: Experiments | None
) -> tuple[Regime, ...]:
    """Observations first, then experiments; raises DataError, or QueryError for what was set.

    >>> law = pd.Series([0.3, 0.7], index=pd.Index([0, 1], name="Y"))
    >>> [trial] = read_regimes(ADMG.parse("X -> Y"), None, {"do(X=1)": law})
    >>> trial.do, trial.names, trial.units
    ({'X': 1}, ('Y',), None)
    """
    found = [_regime(graph, {}, table) for table in tables(data)]
    for key, seen in (experiments or {}).items():
        do = _settings(key)
        graph.require(do)
        found += [_regime(graph, do, table) for table in tables(seen)]
    if not found:
        raise DataError("there is no data: give a law, observations, or experiments")
    return tuple(found)


def domains_of(
    graph: ADMG,
    regimes: Iterable[Regime],
    declared: Mapping[Variable, Iterable[Hashable]] | None,
    given: Iterable[Table] = (),
) -> dict[Variable, Values]:
    """The values of every variable: declared, or else all that occur anywhere, in order.

    A law that is ``given`` lists values too where it gives them the probability zero.

    Raises DataError for a variable that was never measured and has no declared values.
    """
    declared = declared or {}
    graph.require(declared)
    seen: dict[Variable, dict[Hashable, None]] = {v: {} for v in graph.nodes}
    for regime in regimes:
        for v, value in regime.do.items():
            seen[v][value] = None
        for place, v in enumerate(regime.names):
            seen[v].update(dict.fromkeys(cell[place] for cell in regime.cells))
    for law in (table for table in given if isinstance(table, pd.Series)):
        for v in seen.keys() & set(law.index.names):
            seen[v].update(dict.fromkeys(map(_plain, law.index.unique(v))))
    domains = {v: tuple(declared[v]) if v in declared else in_order(seen[v]) for v in graph.nodes}
    for v, values in domains.items():
        if not values:
            raise DataError(
                f"{v} was never measured; declare its values, domains={{{v!r}: (0, 1)}}, or hide "
                f"it, graph.hide([{v!r}])"
            )
        if strange := [value for value in seen[v] if value not in values]:
            raise DataError(f"{v} is {strange[0]!r} in the data, which its declared values lack")
    return domains


def arrows(
    monotone: Mapping[Variable, Variable] | Iterable[str],
) -> tuple[tuple[Variable, Variable], ...]:
    """Arrows as pairs: from ``{"X": "Y"}``, or from texts such as ``"X -> Y"``.

    >>> arrows(["X -> Y", '"blood sugar" -> Y'])
    (('X', 'Y'), ('blood sugar', 'Y'))
    """
    if isinstance(monotone, Mapping):
        return tuple(monotone.items())
    texts = [monotone] if isinstance(monotone, str) else list(monotone)
    found: list[tuple[Variable, Variable]] = []
    for text in texts:
        graph = ADMG.parse(text)
        if not graph.directed or graph.bidirected:
            raise OptionError("monotone", text, "it is written as an arrow of the graph: X -> Y")
        found += graph.directed
    return tuple(found)


def _settings(key: str | Do) -> dict[Variable, Hashable]:
    if isinstance(key, Do):
        return dict(key.settings)
    cursor = Cursor(key)
    found = actions(cursor)
    settings = {a.variable: a.value for a in found if isinstance(a.value, int | float | str)}
    if not found or len(settings) < len(found):
        raise QueryError(f"{key!r} names no experiment; write 'do(X=1)'")
    cursor.end()
    return {**settings}


def _regime(graph: ADMG, do: Mapping[Variable, Hashable], table: Table) -> Regime:
    named = table.columns if isinstance(table, pd.DataFrame) else table.index.names
    known = frozenset(map(str, named)) & frozenset(graph.nodes)
    if not known - do.keys():
        raise DataError(
            f"no column is named after a variable of the graph: {listed(map(str, named))}"
        )
    law = read(table, known)
    places = [i for i, v in enumerate(law.variables) if v not in do]
    _check_settings(law, do)
    cells: dict[Values, Fraction] = {}
    for cell, weight in law.cells.items():
        key = tuple(_plain(cell[i]) for i in places)
        cells[key] = cells.get(key, Fraction(0)) + exact(_plain_number(weight))
    names = tuple(law.variables[i] for i in places)
    units = len(table) if isinstance(table, pd.DataFrame) else None
    return Regime(do, names, cells, units)


def _check_settings(law: Law, do: Mapping[Variable, Hashable]) -> None:
    for v in sorted(do.keys() & set(law.variables), key=natural):
        if strange := [value for value in law.domains[v] if value != do[v]]:
            raise DataError(f"{v} was set to {do[v]!r}, but the data has {strange[0]!r}")


def _plain(value: Hashable) -> Hashable:
    """The value as Python's own, so that it prints as it was written."""
    return value.item() if isinstance(value, np.generic) else value


def _plain_number(number: Fraction | float) -> Fraction | str:
    return number if isinstance(number, Fraction) else str(number)
