"""The extremes of a program: the least and the largest value that the known laws allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.bounding.costs import Cost, cost_of
from causal.model.engines.bounding.generating import nearly_possible, solved
from causal.model.engines.bounding.linear import NoLawError
from causal.model.engines.bounding.patterns import NEVER, Chance, Term
from causal.model.engines.bounding.program import Fractional, Program
from causal.model.engines.bounding.ratios import WHERE, Piece, least_ratio, least_sum, turned
from causal.model.engines.bounding.tableau import Tableau, tableaux

__all__ = ["Contradicted", "Extreme", "Extremes", "Side", "extreme", "extremes"]

Side: TypeAlias = Literal["lower", "upper"]

LARGEST = 10**6  # what stands for one over a denominator that sampling cannot tell from zero


@dataclass(frozen=True, eq=False)
class Extreme:
    """One end of the interval, and the pieces whose least values add up to it."""

    value: Fraction
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, eq=False)
class Extremes:
    """Both ends; ``loose`` says why they might not be reached, ``untested`` what was left out."""

    lower: Extreme
    upper: Extreme
    tableau: Tableau
    loose: tuple[str, ...]
    untested: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Contradicted:
    """No law of types meets all the lines of this part of the program."""

    tableau: Tableau


def extreme(program: Program, tableau: Tableau, side: Side) -> Extreme:
    """One end alone, over the laws of a tableau; raises NoLawError, and what ``extremes`` does."""
    return _end(nearly_possible(tableau), _sorted_out(program), side)


def extremes(program: Program) -> Extremes | Contradicted:
    """The least and the largest value of a program, each proved in fractions.

    Raises TooLargeError, ImpossibleEvidenceError, or SolverError.

    >>> from causal.model.engines.bounding.patterns import SURELY, Row, Slot
    >>> from causal.model.engines.bounding.program import Fractional
    >>> third, x, y = Fraction(1, 3), ((Slot("X", ()), 1),), ((Slot("Y", ()), 1),)
    >>> rows = [Row((Term(SURELY, (p,)),), Chance(third, third, third), "", "") for p in (x, y)]
    >>> both = Fractional((Term(SURELY, (x + y,)),))
    >>> found = extremes(Program({"X": (0, 1), "Y": (0, 1)}, tuple(rows), (both,)))
    >>> print(found.lower.value, found.upper.value)
    0 1/3
    """
    main, rest, untested = tableaux(program)
    for tableau in rest:
        if not _is_possible(tableau):
            return Contradicted(tableau)
    question, main = _sorted_out(program), nearly_possible(main)
    try:
        ends = [_end(main, question, side) for side in ("lower", "upper")]
    except NoLawError:
        return Contradicted(main)
    loose = list(program.loose)
    if main.is_product:
        loose.append("laws that multiply were bounded together, as if they could be tied")
    if len(ends[0].pieces) > 1:
        loose.append("parts that depend on the same laws were bounded one by one")
    return Extremes(ends[0], ends[1], main, tuple(loose), untested)


def _is_possible(tableau: Tableau) -> bool:
    try:
        solved(tableau, Cost())
    except NoLawError:
        return False
    return True


@dataclass(frozen=True)
class _Question:
    """What is known, what is linear in free laws, and ratios with free denominators."""

    known: tuple[Term, ...]
    free: tuple[Term, ...]
    ratios: tuple[Fractional, ...]
    constant: Fraction


def _end(tableau: Tableau, question: _Question, side: Side) -> Extreme:
    """The least value; or the largest, which is the least of the negative, turned back."""
    sign = 1 if side == "lower" else -1
    pieces = [
        least_ratio(tableau, turned(ratio.above, sign), ratio.below or (), ratio.given)
        for ratio in question.ratios
    ]
    if question.free:
        pieces.append(least_sum(tableau, turned(question.free, sign)))
    settled = cost_of(turned(question.known, sign), "low").constant
    total = sum((piece.value for piece in pieces), settled)
    return Extreme(question.constant + sign * total, tuple(pieces))


def _sorted_out(program: Program) -> _Question:
    """Terms over what is known, divided; and terms gathered over the same free denominator."""
    plain: list[Term] = []
    unsettled: dict[tuple[Term, ...], Fractional] = {}
    for part in program.asked:
        if part.below is None:
            plain += part.above
        elif any(term.patterns for term in part.below):
            before = unsettled.get(part.below)
            above = (*before.above, *part.above) if before else part.above
            unsettled[part.below] = replace(part, above=above)
        else:
            below = _total(part.below, part.given)
            plain += [replace(t, weight=_divided(t.weight, below)) for t in part.above]
    return _Question(
        tuple(term for term in plain if not term.patterns),
        tuple(term for term in plain if term.patterns),
        tuple(unsettled.values()),
        program.constant,
    )


def _total(terms: Iterable[Term], given: str) -> Chance:
    total = NEVER
    for term in terms:
        total = total.plus(term.weight)
    if not total.value:
        raise ImpossibleEvidenceError(given, WHERE)
    return total


def _divided(above: Chance, below: Chance) -> Chance:
    safe = below.low or Fraction(1, LARGEST)
    return Chance(above.low / below.high, above.value / below.value, above.high / safe)
