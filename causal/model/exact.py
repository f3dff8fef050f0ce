"""Probabilities are exact rationals, so that two roads to the same number can meet with ``==``."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeAlias

from causal.errors import ProbabilityError

__all__ = ["Number", "Row", "distribution", "exact"]

Number: TypeAlias = int | float | str | Fraction
Row: TypeAlias = tuple[Fraction, ...]


def exact(number: Number) -> Fraction:
    """Read a number as the rational it is written as: 0.1 is one tenth, not the nearest double.

    >>> exact("1/3"), exact(0.1)
    (Fraction(1, 3), Fraction(1, 10))
    """
    if isinstance(number, Fraction):
        return number
    try:
        return Fraction(str(number))
    except (ValueError, ZeroDivisionError) as error:
        raise ProbabilityError(
            f"{number!r} is not a number; write 0.25, '1/4' or Fraction(1, 4)"
        ) from error


def distribution(weights: Iterable[Number], *, of: str) -> Row:
    """Read the probabilities of one law; raises ProbabilityError unless they sum to one exactly.

    >>> distribution(["1/4", 0.75], of="X")
    (Fraction(1, 4), Fraction(3, 4))
    """
    law = tuple(exact(weight) for weight in weights)
    if any(weight < 0 for weight in law):
        raise ProbabilityError(f"the law of {of} has a negative probability: {shown(law)}")
    if (total := sum(law, start=Fraction())) != 1:
        raise ProbabilityError(
            f"the law of {of} sums to {total}, not to 1: {shown(law)}; thirds are written '1/3'"
        )
    return law


def shown(law: Iterable[Fraction]) -> str:
    """A law as its numbers, such as ``1/4, 3/4``.

    >>> shown((Fraction(1, 4), Fraction(3, 4)))
    '1/4, 3/4'
    """
    return ", ".join(map(str, law))
