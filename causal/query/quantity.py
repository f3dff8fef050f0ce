"""What a model can be asked for as one number: probabilities, expectations, sums and differences.

``P(Y[X=0]=0 | X=1, Y=1)``, ``E(Y[X=1]) - E(Y[X=0])``, ``P(Y[X=1] > Y[X=0])``.  A ``Query`` asks
for a law, whose values may stay open; a ``Quantity`` is a number in every model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from causal.errors import QueryError
from causal.query.combining import read_parts
from causal.query.comparison import Comparison
from causal.query.places import pointed_at
from causal.query.question import Query, require_once
from causal.query.terms import Assignment, Term
from causal.variables import Variables

__all__ = ["Event", "Expectation", "Part", "Probability", "Quantity"]

Event: TypeAlias = Term | Comparison


@dataclass(frozen=True)
class Probability:
    """P(events | do, given), each event a value, or a comparison, in a world.

    >>> print(Probability((Term("Y", 1),), do=(Assignment("X", 0),)))
    P(Y=1 | do(X=0))
    """

    events: tuple[Event, ...]
    do: tuple[Assignment, ...] = ()
    given: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a mixture of do(...) and worlds, or one variable in two places."""
        _require_sense(self, self.events)

    def __str__(self) -> str:
        return f"P({', '.join(map(str, self.events))}{_behind(self)})"

    @property
    def query(self) -> Query:
        """The same as a query; raises QueryError where something is compared.

        >>> Probability((Term("Y", 1),)).query
        Query(outcome=(Term(variable='Y', value=1, under=()),), do=(), given=())
        """
        terms = [_plain(self, part) for part in (self.events, self.given)]
        return Query(terms[0], self.do, terms[1])


@dataclass(frozen=True)
class Expectation:
    """E(term | do, given): the mean of a variable in a world.

    >>> print(Expectation(Term("Y", under=(Assignment("X", 1),)), given=(Term("X", 0),)))
    E(Y[X=1] | X=0)
    """

    term: Term
    do: tuple[Assignment, ...] = ()
    given: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a mean of an event, a mixture of do(...) and worlds, or a variable twice."""
        if self.term.value is not None:
            raise QueryError(
                f"E({self.term}) is the mean of an event; write P({self.term})",
                [self.term.variable],
            )
        _require_sense(self, (self.term,))

    def __str__(self) -> str:
        return f"E({self.term}{_behind(self)})"


Part: TypeAlias = tuple[Fraction, Probability | Expectation | None]


@dataclass(frozen=True)
class Quantity:
    """A sum of probabilities and expectations, each with a factor; None stands for a bare number.

    >>> effect = Quantity.parse("E(Y[X=1]) - E(Y[X=0])")
    >>> [str(factor) for factor, part in effect.parts]
    ['1', '-1']
    """

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read a quantity; raises QuerySyntaxError or QueryInTextError, both with line:column.

        >>> print(Quantity.parse("1 - 0.5 P(Y[X=1] != Y[] | X=0)"))
        1 - 1/2 * P(Y[X=1] != Y[] | X=0)
        """
        with pointed_at(text):
            return cls(
                tuple(
                    (raw.factor, None if raw.letter is None else _atom(raw.letter, *raw.inside))
                    for raw in read_parts(text)
                )
            )

    @classmethod
    def of(cls, query: Query) -> Quantity:
        """The probability that a query asks for.

        >>> print(Quantity.of(Query.parse("P(Y=1 | do(X=1), Z=0)")))
        P(Y=1 | do(X=1), Z=0)
        """
        return cls(((Fraction(1), Probability(query.outcome, query.do, query.given)),))

    def __post_init__(self) -> None:
        """Refuse a sum of nothing."""
        if not self.parts:
            raise QueryError("a quantity has at least one part, as in P(Y[X=1]=1)")

    @cached_property
    def variables(self) -> Variables:
        """Every variable it mentions."""
        return frozenset(name for _, part in self.parts if part for name in _mentioned(part))

    def __str__(self) -> str:
        first, *rest = (_signed(factor, part) for factor, part in self.parts)
        head = first[1] if first[0] == "+" else f"-{first[1]}"
        return " ".join([head, *(f"{sign} {text}" for sign, text in rest)])


def _atom(
    letter: str, events: Iterable[Event], do: Iterable[Assignment], given: Iterable[Event]
) -> Probability | Expectation:
    asked, actions, seen = tuple(events), tuple(do), tuple(given)
    if letter == "P":
        return Probability(asked, actions, seen)
    match asked:
        case (Term() as term,):
            return Expectation(term, actions, seen)
        case _:
            raise QueryError(
                f"E({', '.join(map(str, asked))}) is no mean of one variable; "
                "write E(Y[X=1]), and P(...) for events",
                [term.variable for term in _terms(asked)],
            )


def _behind(part: Probability | Expectation) -> str:
    seen = [f"do({', '.join(map(str, part.do))})"] if part.do else []
    seen += map(str, part.given)
    return f" | {', '.join(seen)}" if seen else ""


def _signed(factor: Fraction, part: Probability | Expectation | None) -> tuple[str, str]:
    size = abs(factor)
    text = str(size) if part is None else str(part) if size == 1 else f"{size} * {part}"
    return "-" if factor < 0 else "+", text


def _terms(events: Iterable[Event]) -> Iterator[Term]:
    for event in events:
        yield from event.terms if isinstance(event, Comparison) else (event,)


def _mentioned(part: Probability | Expectation) -> Iterator[str]:
    asked = part.events if isinstance(part, Probability) else (part.term,)
    for term in _terms((*asked, *part.given)):
        yield from term.variables()
    yield from (assignment.variable for assignment in part.do)


def _plain(part: Probability, events: Iterable[Event]) -> tuple[Term, ...]:
    found = tuple(event for event in events if isinstance(event, Term))
    if len(found) < len(tuple(events)):
        raise QueryError(f"{part} compares; a query has values only")
    return found


def _require_sense(part: Probability | Expectation, asked: tuple[Event, ...]) -> None:
    if not asked:
        raise QueryError("a probability needs an event, as in P(Y=1 | do(X=1))")
    everything = (*asked, *part.given)
    if part.do and any(term.under for term in _terms(everything)):
        raise QueryError(
            f"{part} mixes do(...) with worlds in brackets; write every world in brackets",
            [action.variable for action in part.do],
        )
    plain = [event.variable for event in everything if isinstance(event, Term) and not event.under]
    plain += [action.variable for action in part.do]
    require_once(plain, part)
