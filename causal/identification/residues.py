"""Numbers modulo a large prime: exact, of one size, and quicker than fractions that grow.

Two formulas that differ are equal at a random point of the field with probability at most degree /
prime (Schwartz 1980; Zippel 1979).
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Final

__all__ = ["PRIME", "Residue", "drawn"]

PRIME: Final = 2**61 - 1


class Residue:
    """A number modulo the prime; whole numbers and fractions may stand beside it.

    >>> half = Fraction(1) / Residue(2)
    >>> half + half == Residue(1), Fraction(1, 2) * Residue(4) == Residue(2)
    (True, True)
    """

    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n % PRIME

    def __add__(self, other: Residue) -> Residue:
        return Residue(self.n + other.n)

    def __sub__(self, other: Residue) -> Residue:
        return Residue(self.n - other.n)

    def __mul__(self, other: Residue | Fraction) -> Residue:
        return Residue(self.n * _number(other))

    __rmul__ = __mul__

    def __rtruediv__(self, other: Fraction) -> Residue:
        if not self.n:
            raise ZeroDivisionError
        return Residue(_number(other) * pow(self.n, -1, PRIME))

    def __truediv__(self, other: Residue) -> Residue:
        return Residue(self.n * (Fraction(1) / other).n)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Residue) and self.n == other.n

    def __hash__(self) -> int:
        return hash(self.n)


def drawn(draws: Random) -> Residue:
    """Any number but zero and one.

    >>> drawn(Random(0)) in (Residue(0), Residue(1))
    False
    """
    return Residue(draws.randrange(2, PRIME))


def _number(other: Residue | Fraction) -> int:
    if isinstance(other, Residue):
        return other.n
    return other.numerator * pow(other.denominator, -1, PRIME)
