"""Means, and sums of means and probabilities, from data: each part by the law that it is taken of.

A mean is identified when the law is, whatever numbers the values are.  A sum is when each part is;
when one part alone is not, neither is the sum.  Where several are not, they might cancel.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from causal.errors import QueryError
from causal.expression import Expression, P, Quotient
from causal.expression.law import Experiments, Frame, Labelled
from causal.graph import ADMG
from causal.identification.answers import Answer, Identified, NotIdentified, Undecided
from causal.identification.counterfactual.asked import valued
from causal.query import Comparison, Expectation, Probability, Quantity, Query, Relation, Term
from causal.variables import quoted

__all__ = [
    "IdentifiedPart",
    "IdentifiedQuantity",
    "QuantityAnswer",
    "identify_quantity",
    "laws_behind",
]

Part: TypeAlias = Probability | Expectation
Solve: TypeAlias = Callable[[Query], Answer]
Number: TypeAlias = Fraction | float

ORDERS: Mapping[Relation, Callable[[Number, Number], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class IdentifiedPart:
    """One part of a quantity: a mean or a probability, and the formula of the law behind it.

    What is set needs no law: ``answer`` is then None, and the value is ``known``.
    """

    part: Part
    answer: Identified | None
    known: Fraction = Fraction(0)

    def evaluate(self, law: Labelled | Frame | Experiments) -> Number:
        """The number on a law, or on laws of experiments."""
        if self.answer is None:
            return self.known
        series = self.answer.formula.evaluate(law)
        levels = [str(name) for name in series.index.names]
        spare = self._spare(series.index[0], levels)
        total: Number = Fraction(0)
        for key, p in series.items():
            cell = key if isinstance(key, tuple) else (key,)
            if all(cell[at] == value for at, value in spare.items()):
                values = {term: cell[levels.index(name)] for term, name in self._names.items()}
                total += self._weight(values) * p
        return total

    @cached_property
    def _names(self) -> dict[Term, str]:
        """The levels of the terms whose values are summed over."""
        assert self.answer is not None
        values = valued(self.answer.query)
        open_ = {term: values[term] for term in self.answer.query.outcome if term.value is None}
        return {term: symbol.variable + "'" * symbol.mark for term, symbol in open_.items()}

    def _spare(self, first: object, levels: list[str]) -> dict[int, object]:
        """Levels on which the number does not depend, each at its first value."""
        cell = first if isinstance(first, tuple) else (first,)
        used = set(self._names.values())
        return {at: cell[at] for at, name in enumerate(levels) if name not in used}

    def _weight(self, values: Mapping[Term, object]) -> Number:
        """What a cell of the law counts for."""
        if isinstance(self.part, Expectation):
            return _number(values[self.part.term], self.part)
        for event in self.part.events:
            if isinstance(event, Comparison):
                right = values[event.right] if isinstance(event.right, Term) else event.right
                if not self._holds(event.relation, values[event.left], right):
                    return Fraction(0)
        return Fraction(1)

    def _holds(self, relation: Relation, left: object, right: object) -> bool:
        if relation in ("=", "!="):
            return (left == right) == (relation == "=")
        return ORDERS[relation](_number(left, self.part), _number(right, self.part))

    def text(self, write: Callable[[Expression], str], sum_: str) -> str:
        """The formula in a notation, values and all."""
        if self.answer is None:
            return str(self.known)
        formula = self.answer.formula
        inside = write(formula)
        if isinstance(self.part, Expectation):
            name = quoted(self.part.term.variable)
            body = f"({inside})" if isinstance(formula, Quotient) else inside
            return f"{sum_}_{{{name}}} {name} {body}"
        compared = [str(e) for e in self.part.events if isinstance(e, Comparison)]
        if not compared:
            return inside
        grouped = f"({inside})" if isinstance(formula, Quotient) else inside
        return f"{sum_}_{{{', '.join(compared)}}} {grouped}"


@dataclass(frozen=True)
class IdentifiedQuantity:
    """Yes: a quantity as a function of what is observed, or of experiments.

    >>> from causal import identify
    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(identify(graph, "E(Y[X=1]) - E(Y[X=0])"))
    E(Y[X=1]) - E(Y[X=0]) = Σ_{Y} Y Σ_{Z} P(Y | X=1, Z) P(Z) - Σ_{Y} Y Σ_{Z} P(Y | X=0, Z) P(Z)
    """

    graph: ADMG
    query: Quantity
    parts: tuple[tuple[Fraction, IdentifiedPart | None], ...]

    def evaluate(self, law: Labelled | Frame | Experiments) -> Number:
        """The number on a law, on data, or on laws of experiments, as a formula takes them.

        Raises what ``Expression.evaluate`` raises, and QueryError where a value is no number.
        """
        total: Number = Fraction(0)
        for factor, part in self.parts:
            total += factor if part is None else factor * part.evaluate(law)
        return total

    @cached_property
    def answers(self) -> tuple[Identified, ...]:
        """The answers for the laws behind the parts, each with its derivation."""
        found = (part.answer for _, part in self.parts if part is not None)
        return tuple(dict.fromkeys(answer for answer in found if answer is not None))

    @cached_property
    def experiments(self) -> tuple[P, ...]:
        """The laws that only an experiment shows; none where observation will do."""
        return tuple(dict.fromkeys(law for answer in self.answers for law in answer.experiments))

    @property
    def formula(self) -> str:
        """The right-hand side as text."""
        return self._written(str, "Σ")

    def latex(self) -> str:
        r"""The right-hand side as LaTeX."""
        return self._written(lambda formula: formula.latex(), r"\sum")

    def __str__(self) -> str:
        return f"{self.query} = {self.formula}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @property
    def signed(self) -> list[tuple[str, str]]:
        """Each part as text, with its sign before it."""
        return self._signed(str, "Σ")

    def _written(self, write: Callable[[Expression], str], sum_: str) -> str:
        (sign, first), *rest = self._signed(write, sum_)
        head = first if sign == "+" else f"-{first}"
        return " ".join([head, *(f"{sign} {text}" for sign, text in rest)])

    def _signed(self, write: Callable[[Expression], str], sum_: str) -> list[tuple[str, str]]:
        found = []
        for factor, part in self.parts:
            size = abs(factor)
            text = str(size) if part is None else part.text(write, sum_)
            if part is not None and size != 1:
                text = f"{size} {text}"
            found.append(("-" if factor < 0 else "+", text))
        return found


QuantityAnswer: TypeAlias = IdentifiedQuantity | NotIdentified | Undecided


def identify_quantity(graph: ADMG, quantity: Quantity, solve: Solve) -> QuantityAnswer:
    """A formula for each part, or the law that has none; ``solve`` identifies a law.

    Undecided where the parts that have no formula may still make up a sum that has one.
    """
    found: list[tuple[Fraction, IdentifiedPart | None]] = []
    missing: list[tuple[Part, NotIdentified | Undecided]] = []
    for factor, part in quantity.parts:
        if part is None:
            found.append((factor, None))
            continue
        if (known := _known(part)) is not None:
            found.append((factor, IdentifiedPart(part, None, known)))
            continue
        answer = solve(_law(part))
        if isinstance(answer, Identified):
            found.append((factor, IdentifiedPart(part, answer)))
        else:
            missing.append((part, answer))
    if not missing:
        return IdentifiedQuantity(graph, quantity, tuple(found))
    part, answer = missing[0]
    if len(missing) == 1 and not _compares(part):
        return answer
    return Undecided(graph, quantity, _why_open(missing))


def laws_behind(quantity: Quantity) -> tuple[Query, ...]:
    """The laws that the parts of a quantity are taken of.

    >>> print(*laws_behind(Quantity.parse("E(Y[X=1]) - P(Y=1)")))
    P(Y[X=1]) P(Y=1)
    """
    parts = (part for _, part in quantity.parts if part is not None)
    return tuple(_law(part) for part in parts if _known(part) is None)


def _why_open(missing: list[tuple[Part, NotIdentified | Undecided]]) -> str:
    part, answer = missing[0]
    if len(missing) > 1:
        texts = " and ".join(str(part) for part, _ in missing)
        return f"{texts} have no formula each, and may cancel"
    return f"{part} may need less than the law {answer.query}, which has no formula"


def _law(part: Part) -> Query:
    """The law that a part is taken of: what is compared, or averaged, is left open."""
    given = []
    _require_values(part)
    for event in part.given:
        if isinstance(event, Comparison):
            raise QueryError(f"{part} is given a comparison; a formula is given values")
        given.append(event)
    return Query(tuple(dict.fromkeys(_open(part))), part.do, tuple(given))


def _require_values(part: Part) -> None:
    """Raise QueryError for a part that is no number, as something that matters is left open."""
    events = () if isinstance(part, Expectation) else part.events
    terms = [event for event in (*events, *part.given) if isinstance(event, Term)]
    open_ = [term.variable for term in terms if term.value is None]
    worlds = (a for term in (*_open(part), *terms) for a in term.under)
    open_ += [a.variable for a in (*part.do, *worlds) if a.value is None]
    if open_:
        name = quoted(open_[0])
        raise QueryError(f"{part} leaves {name} open; a number needs a value, as in {name}=1")


def _open(part: Part) -> Iterator[Term]:
    if isinstance(part, Expectation):
        yield part.term
        return
    for event in part.events:
        yield from event.terms if isinstance(event, Comparison) else (event,)


def _compares(part: Part) -> bool:
    return isinstance(part, Probability) and any(isinstance(e, Comparison) for e in part.events)


def _known(part: Part) -> Fraction | None:
    """The mean of what is set, which is what it is set to."""
    if not isinstance(part, Expectation):
        return None
    for assignment in (*part.term.under, *part.do):
        here = assignment.variable == part.term.variable and assignment.reader is None
        if here and isinstance(assignment.value, int | float | str):
            return Fraction(_number(assignment.value, part))
    return None


def _number(value: object, part: Part) -> Number:
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        return value
    if hasattr(value, "item"):
        return _number(value.item(), part)
    raise QueryError(
        f"{part} has no value: {quoted(next(iter(_open(part))).variable)} meets {value!r}, which "
        "is no number; ask for the probability of one value"
    )
