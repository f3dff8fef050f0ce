"""Where a formula exists after all: its value in place of an interval that is wider than need be.

A program lets all variables of a district share one cause.  Where some of them share none, what a
formula (Tian & Pearl 2002; Shpitser & Pearl 2007) settles can come out as an interval.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from causal.estimation.bounding.reading import Table
from causal.expression.law import Law, Number, read
from causal.expression.table import Hole
from causal.graph import ADMG
from causal.identification import Identified, identify
from causal.query import Probability, Quantity, Query, Term, Value

__all__ = ["Formulas", "by_formulas"]


@dataclass(frozen=True)
class Formulas:
    """A quantity as a sum of formulas over observations, and its value."""

    value: Number
    text: str


def by_formulas(graph: ADMG, asked: Quantity, table: Table) -> Formulas | None:
    """The value of a quantity all of whose parts have formulas over the law of observations.

    None where some part has none, or divides by what was never seen.

    >>> from causal.model import random_scm
    >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    >>> model = random_scm(napkin, rng=0)
    >>> print(by_formulas(napkin, Quantity.parse("P(Y[X=1]=1)"), model.law()).value)
    169/400
    """
    law = read(table, frozenset(graph.nodes))
    total: Number = Fraction(0)
    texts = []
    for factor, query in _queries(asked, law):
        if query is None:
            total += factor
            continue
        answer = identify(graph, query) if isinstance(query, Query) else None
        if not isinstance(answer, Identified) or answer.experiments:
            return None
        value = _value(answer, law)
        if value is None:
            return None
        total += factor * value
        texts.append(str(answer))
    return Formulas(total, "; ".join(texts))


def _queries(asked: Quantity, law: Law) -> Iterator[tuple[Fraction, Query | str | None]]:
    """The parts as queries with their factors; text for what is no query, None for a number."""
    for factor, part in asked.parts:
        if part is None:
            yield factor, None
        elif isinstance(part, Probability):
            plain = all(isinstance(event, Term) for event in (*part.events, *part.given))
            yield factor, part.query if plain else str(part)
        else:
            for value in law.domains[part.term.variable]:
                event = Term(part.term.variable, _written(value), part.term.under)
                one = Probability((event,), part.do, part.given)
                plain = all(isinstance(event, Term) for event in part.given)
                yield factor * Fraction(str(value)), one.query if plain else str(one)


def _written(value: Hashable) -> Value:
    return value if isinstance(value, int | float | str) else str(value)


def _value(answer: Identified, law: Law) -> Number | None:
    table = answer.estimand.table(law)
    known = answer.query.values
    for cell, entry in table.cells.items():
        named = {s.variable: value for s, value in zip(table.symbols, cell, strict=True)}
        if all(named.get(v, value) == value for v, value in known.items()):
            return None if isinstance(entry, Hole) else entry
    return Fraction(0)
