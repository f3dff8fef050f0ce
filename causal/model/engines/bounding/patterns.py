"""Patterns: what a unit's response functions must answer where, for something to happen to it.

Balke & Pearl (1994).  A unit is its response functions, one a variable: what the variable would be
under each setting of its parents.  A slot is one variable under one setting.  Every event, in one
world or in many, is a list of slots with their answers, or a sum of such lists.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from causal.variables import Variable, quoted

__all__ = ["Chance", "Pattern", "Row", "Slot", "Term", "Value", "Values", "pattern", "written"]

Value: TypeAlias = Hashable
Values: TypeAlias = tuple[Value, ...]


class Slot(NamedTuple):
    """A variable under one setting of its parents."""

    variable: Variable
    setting: Values


Pattern: TypeAlias = tuple[tuple[Slot, Value], ...]


class Chance(NamedTuple):
    """A probability and what confines it; known exactly, all three are equal."""

    low: Fraction
    value: Fraction
    high: Fraction

    def times(self, other: Chance) -> Chance:
        """The probability of two independent things.

        >>> half = Fraction(1, 2)
        >>> Chance(half, half, Fraction(1)).times(Chance(half, half, half)).high
        Fraction(1, 2)
        """
        return Chance(self.low * other.low, self.value * other.value, self.high * other.high)

    def plus(self, other: Chance) -> Chance:
        """The probability of one of two things that exclude each other.

        >>> third = Chance(*[Fraction(1, 3)] * 3)
        >>> third.plus(third).value
        Fraction(2, 3)
        """
        high = min(self.high + other.high, Fraction(1))
        return Chance(self.low + other.low, self.value + other.value, high)


NEVER = Chance(Fraction(0), Fraction(0), Fraction(0))
SURELY = Chance(Fraction(1), Fraction(1), Fraction(1))


@dataclass(frozen=True)
class Term:
    """A weight times the probabilities of patterns, each in a district of its own."""

    weight: Chance
    patterns: tuple[Pattern, ...]
    sign: Fraction = Fraction(1)


@dataclass(frozen=True)
class Row:
    """What is known: a sum of terms has this probability; ``label`` is how a reader calls it."""

    terms: tuple[Term, ...]
    chance: Chance
    label: str
    family: str  # rows of one family are the cells of one law, and sum to one


def pattern(pairs: Iterable[tuple[Slot, Value]], rank: Mapping[Variable, int]) -> Pattern:
    """Answers in the one order that makes equal patterns equal: causes first.

    >>> effect, cause = (Slot("A", (0,)), 1), (Slot("B", ()), 0)
    >>> [slot.variable for slot, _ in pattern([effect, cause], {"B": 0, "A": 1})]
    ['B', 'A']
    """
    return tuple(sorted(pairs, key=lambda pair: (rank[pair[0].variable], repr(pair))))


def written(pairs: Iterable[tuple[Variable, Value]]) -> str:
    """Settings as a reader writes them.

    >>> written([("X", 0), ("blood type", "A")])
    'X=0, "blood type"=A'
    """
    return ", ".join(f"{quoted(name)}={value}" for name, value in pairs)
