"""The answer by the other road: what a query is worth in a model, by mutilating the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from causal.errors import DomainError
from causal.model import SCM, Do
from causal.model.mechanism import Value
from causal.query import Query
from causal.variables import Variable, natural, quoted

__all__ = ["Cell", "shown", "truth"]

Cell: TypeAlias = Mapping[Variable, Value]


def truth(model: SCM, query: Query) -> Iterator[tuple[dict[Variable, Value], Fraction]]:
    """P(outcome | do, given) in the model, cell by cell; values that the query fixes stay fixed.

    >>> from causal.graph import ADMG
    >>> from causal.model import Response, Table
    >>> model = SCM.of({"X": Table((), "1/2, 1/2"), "Y": Response("X", {0: 1, 1: 0})})
    >>> [value for _, value in truth(model, Query.parse("P(Y=1 | do(X))"))]
    [Fraction(1, 1), Fraction(0, 1)]
    """
    outcome, given = (sorted(part, key=natural) for part in (query.outcomes, query.conditions))
    actions = sorted(query.actions, key=natural)
    for setting in product(*(_possible(model, query, v) for v in actions)):
        done = dict(zip(actions, setting, strict=True))
        joint = _law(model.under(Do(done)), (*outcome, *given))
        margin = _law(model.under(Do(done)), tuple(given))
        for cell in product(*(_possible(model, query, v) for v in (*outcome, *given))):
            seen = dict(zip((*outcome, *given), cell, strict=True))
            if below := margin[cell[len(outcome) :]]:
                yield done | seen, joint[cell] / below


def shown(cell: Cell) -> str:
    """A cell as text.

    >>> shown({"Y": 1, "X": 0})
    'X=0, Y=1'
    """
    return ", ".join(f"{quoted(v)}={cell[v]}" for v in sorted(cell, key=natural))


def _possible(model: SCM, query: Query, v: Variable) -> tuple[Value, ...]:
    if v not in query.values:
        return model.domains[v]
    if (value := query.values[v]) not in model.domains[v]:
        raise DomainError(v, value, model.domains[v])
    return (value,)


def _law(model: SCM, names: tuple[Variable, ...]) -> dict[tuple[Value, ...], Fraction]:
    """The law of the names, by tuples of values; all of it on () when there are none."""
    if not names:
        return {(): Fraction(1)}
    grid = product(*(model.domains[v] for v in names))
    return dict(zip(grid, model.law(*names), strict=True))
