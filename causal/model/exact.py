"""Probabilities are exact rationals, so that two roads to the same number can meet with ``==``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeAlias

from causal.errors import ProbabilityError

__all__ = ["Number", "Row", "Whole", "distribution", "exact", "whole"]

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
        if type(number) is float:  # the same number as by its text, in half the time
            return Fraction(*Decimal(repr(number)).as_integer_ratio())
        return Fraction(str(number))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ProbabilityError(
            f"{number!r} is not a number; write 0.25, '1/4' or Fraction(1, 4)"
        ) from error


def distribution(weights: Iterable[Number], *, of: str) -> Row:
    """Read the probabilities of one law; raises ProbabilityError unless they sum to one exactly.

    >>> distribution(["1/4", 0.75], of="X")
    (Fraction(1, 4), Fraction(3, 4))
    """
    try:
        law = tuple(map(exact, weights))
    except ProbabilityError as error:
        raise ProbabilityError(f"the law of {of}: {error}") from error
    parts, scale = whole(law)
    if min(parts, default=0) < 0:
        raise ProbabilityError(f"the law of {of} has a negative probability: {shown(law)}")
    if (total := sum(parts)) != scale:
        raise ProbabilityError(
            f"the law of {of} sums to {Fraction(total, scale)}, not to 1: {shown(law)}; "
            "thirds are written '1/3'"
        )
    return law


class Whole(NamedTuple):
    """Fractions as whole numbers over one common denominator."""

    parts: list[int]
    scale: int


def whole(law: Iterable[Fraction]) -> Whole:
    """Some fractions over their least common denominator.

    >>> whole((Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)))
    Whole(parts=[3, 2, 1], scale=6)
    """
    ratios = [p.as_integer_ratio() for p in law]
    scale = lcm(*{below for _, below in ratios})
    return Whole([above * (scale // below) for above, below in ratios], scale)


def shown(law: Iterable[Fraction]) -> str:
    """A law as its numbers, such as ``1/4, 3/4``.

    >>> shown((Fraction(1, 4), Fraction(3, 4)))
    '1/4, 3/4'
    """
    return ", ".join(map(str, law))
