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

__all__ = ["Disagreement", "Formulas", "by_formulas"]


@dataclass(frozen=True)
class Formulas:
    """A quantity as a sum of formulas over observations, and its value.

    In a sample a formula may depend on where it is read, so that there is a least and a largest.
    """

    least: Number
    most: Number
    text: str


@dataclass(frozen=True)
class Disagreement:
    """A formula that should not depend on what it mentions freely, and does: no law of the graph.

    Verma & Pearl (1991).
    """

    formula: str
    one: tuple[str, Number]
    other: tuple[str, Number]

    def __str__(self) -> str:
        (here, value), (there, second) = self.one, self.other
        return (
            f"{self.formula} is the same wherever it is read, but at {here} it is "
            f"{float(value):.6g} and at {there} {float(second):.6g}"
        )


def by_formulas(
    graph: ADMG, asked: Quantity, table: Table, *, tolerance: Number
) -> Formulas | Disagreement | None:
    """The value of a quantity all of whose parts have formulas over the law of observations.

    None where some part has none, or divides by what was never seen.

    >>> from causal.model import random_scm
    >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    >>> law = random_scm(napkin, rng=0).law()
    >>> by_formulas(napkin, Quantity.parse("P(Y[X=1]=1)"), law, tolerance=0).least
    Fraction(169, 400)
    """
    law = read(table, frozenset(graph.nodes))
    ends: list[Number] = [Fraction(0), Fraction(0)]
    texts = []
    for factor, query in _queries(asked, law):
        if query is None:
            ends = [end + factor for end in ends]
            continue
        answer = identify(graph, query) if isinstance(query, Query) else None
        if not isinstance(answer, Identified) or answer.experiments:
            return None
        values = _values(answer, law)
        if not values:
            return None
        least, most = (pick(values, key=lambda pair: pair[1]) for pick in (min, max))
        if most[1] - least[1] > tolerance:
            return Disagreement(str(answer), least, most)
        low, high = sorted((factor * least[1], factor * most[1]))
        ends = [ends[0] + low, ends[1] + high]
        texts.append(str(answer))
    return Formulas(ends[0], ends[1], "; ".join(texts))


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


def _values(answer: Identified, law: Law) -> list[tuple[str, Number]]:
    """The value at each setting of what the formula mentions freely; none if one is undefined."""
    table = answer.estimand.table(law)
    known = answer.query.values
    found: list[tuple[str, Number]] = []
    for cell, entry in table.cells.items():
        named = {s.variable: value for s, value in zip(table.symbols, cell, strict=True)}
        if any(named.get(v, value) != value for v, value in known.items()):
            continue
        if isinstance(entry, Hole):
            return []
        free = ", ".join(f"{v}={value}" for v, value in named.items() if v not in known)
        found.append((free, entry))
    return found or [("", Fraction(0))]
