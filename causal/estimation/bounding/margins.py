"""Bounds from margins alone: Fréchet for two events, Manski for a mean with unseen outcomes.

Fréchet (1951); Manski (1990), "Nonparametric bounds on treatment effects".
"""

from __future__ import annotations

from causal.errors import OptionError
from causal.estimation.bounding.necessity import Interval
from causal.expression.law import Number

__all__ = ["frechet", "manski"]


def frechet(one: Number, other: Number) -> Interval:
    """The probability of two events together, from the probability of each.

    >>> from fractions import Fraction
    >>> print(*frechet(Fraction(3, 4), Fraction(1, 2)))
    1/4 1/2
    """
    return Interval(max(0, one + other - 1), min(one, other))


def manski(seen: Number, mean: Number, *, least: Number = 0, most: Number = 1) -> Interval:
    """The mean of an outcome that a share of units shows, with mean ``mean`` among these.

    Under X=1, say: those with X=1 show it, and nothing is assumed about the others except that the
    outcome lies between ``least`` and ``most``.

    >>> from fractions import Fraction
    >>> print(*manski(Fraction(1, 2), Fraction(4, 5)))
    2/5 9/10
    """
    if not 0 <= seen <= 1:
        raise OptionError("seen", seen, "it is a share of all units")
    return Interval(seen * mean + (1 - seen) * least, seen * mean + (1 - seen) * most)
