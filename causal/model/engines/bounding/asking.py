"""A quantity as ratios of events: sum of factor * P(outcome, given) / P(given), and a constant."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from numbers import Real

from causal.errors import DomainError, QueryError, UnknownVariableError
from causal.model.engines.bounding.patterns import Values
from causal.model.engines.bounding.unfolding import Event
from causal.model.exact import exact
from causal.query import Assignment, Comparison, Expectation, Probability, Quantity, Term
from causal.query import Event as Asked
from causal.query.comparison import Relation
from causal.variables import Variable, natural, nearest

__all__ = ["Ratio", "ratios"]

HOLDS: dict[Relation, Callable[..., bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Ratio:
    """A factor times P(outcome | given), every variable placed in its world.

    ``evidence`` is what is given as the question writes it.
    """

    factor: Fraction
    outcome: tuple[Event, ...]
    given: tuple[Event, ...]
    evidence: str = ""


def ratios(
    quantity: Quantity, domains: Mapping[Variable, Values]
) -> tuple[Fraction, tuple[Ratio, ...]]:
    """The constant and the ratios that a quantity is a sum of.

    Raises UnknownVariableError, DomainError, or QueryError where a value is missing.

    >>> effect = Quantity.parse("1 - E(Y[X=1])")
    >>> constant, found = ratios(effect, {"X": (0, 1), "Y": (0, 1, 2)})
    >>> constant, [str(ratio.factor) for ratio in found]
    (Fraction(1, 1), ['-1', '-2'])
    """
    _require(quantity, domains)
    constant = sum((factor for factor, part in quantity.parts if part is None), Fraction(0))
    found = [
        ratio
        for factor, part in quantity.parts
        if part is not None
        for ratio in _ratios(factor, part, domains)
    ]
    return constant, tuple(found)


def _ratios(
    factor: Fraction, part: Probability | Expectation, domains: Mapping[Variable, Values]
) -> Iterator[Ratio]:
    given = tuple(_event(event, part.do, domains) for event in part.given)
    evidence = ", ".join(map(str, part.given))
    if isinstance(part, Probability):
        outcome = tuple(_event(event, part.do, domains) for event in part.events)
        yield Ratio(factor, outcome, given, evidence)
        return
    for value in domains[part.term.variable]:
        number: object = value
        if not isinstance(number, Real):
            raise QueryError(f"{part} is a mean, but {part.term.variable} takes {value!r}")
        if value:
            outcome = (Event((_placed(part.term, part.do),), frozenset({(value,)})),)
            yield Ratio(factor * exact(str(value)), outcome, given, evidence)


def _event(event: Asked, do: tuple[Assignment, ...], domains: Mapping[Variable, Values]) -> Event:
    if isinstance(event, Comparison):
        return _compared(event, do, domains)
    if event.value is None:
        raise QueryError(f"{event} is left open; bounds need values, as in {event}=1")
    if event.value not in domains[event.variable]:
        raise DomainError(event.variable, event.value, domains[event.variable])
    return Event((_placed(event, do),), frozenset({(event.value,)}))


def _compared(
    event: Comparison, do: tuple[Assignment, ...], domains: Mapping[Variable, Values]
) -> Event:
    relation = HOLDS[event.relation]
    terms = tuple(_placed(term, do) for term in event.terms)
    try:
        if isinstance(event.right, Term):
            pairs = product(domains[terms[0].variable], domains[terms[1].variable])
            return Event(terms, frozenset((a, b) for a, b in pairs if relation(a, b)))
        values = domains[terms[0].variable]
        return Event(terms, frozenset((a,) for a in values if relation(a, event.right)))
    except TypeError as error:
        raise QueryError(f"{event} compares what has no order") from error


def _placed(term: Term, do: tuple[Assignment, ...]) -> Term:
    return replace(term, value=None, under=do or term.under)


def _require(quantity: Quantity, domains: Mapping[Variable, Values]) -> None:
    known: Iterable[str] = sorted(domains, key=natural)
    if missing := sorted(quantity.variables - domains.keys(), key=natural):
        close = dict.fromkeys(name for one in missing for name in nearest(one, known))
        raise UnknownVariableError(missing, tuple(known), close)
