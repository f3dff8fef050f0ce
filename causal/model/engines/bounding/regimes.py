"""Regimes: a law and what was set when it was seen, as conditional probabilities with limits.

The limits are those of Clopper & Pearson (1934), cell by cell, so that all of them hold together
with the probability asked for (Bonferroni).  Without a number of units the law counts as known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from scipy.special import betaincinv

from causal.model.engines.bounding.patterns import SURELY, Chance, Value, Values
from causal.variables import Variable, Variables

__all__ = ["Regime"]

GRAIN = 10**9  # limits are widened to multiples of 1/GRAIN, so that fractions stay short


@dataclass(frozen=True, eq=False)
class Regime:
    """The law of ``names`` when ``do`` was set; ``units`` is how many were seen, None when all.

    >>> coin = Regime({}, ("X",), {(0,): Fraction(1, 4), (1,): Fraction(3, 4)})
    >>> coin.chance({"X": 1}, {}).value
    Fraction(3, 4)
    """

    do: Mapping[Variable, Value]
    names: tuple[Variable, ...]
    cells: Mapping[Values, Fraction]
    units: int | None = None

    def chance(
        self,
        event: Mapping[Variable, Value],
        given: Mapping[Variable, Value],
        *,
        risk: Fraction = Fraction(0),
    ) -> Chance | None:
        """P(event | given) with limits that miss it with probability ``risk`` at most.

        None where what is given was never seen.
        """
        if not event:
            return SURELY
        below = self.mass(given)
        if not below:
            return None
        value = self.mass({**given, **event}) / below
        if self.units is None or not risk:
            return Chance(value, value, value)
        return _limits(value, round(below * self.units), risk)

    def only(self, keep: Variables) -> Regime:
        """The same regime, had only some variables been measured."""
        if keep.issuperset(self.names):
            return self
        names = tuple(name for name in self.names if name in keep)
        return Regime(self.do, names, self._margin(names), self.units)

    def mass(self, event: Mapping[Variable, Value]) -> Fraction:
        """The probability of some values."""
        keep = tuple(name for name in self.names if name in event)
        return self._margin(keep).get(tuple(event[name] for name in keep), Fraction(0))

    def _margin(self, keep: tuple[Variable, ...]) -> dict[Values, Fraction]:
        if keep not in self._margins:
            places = [self.names.index(name) for name in keep]
            margin: dict[Values, Fraction] = {}
            for cell, weight in self.cells.items():
                key = tuple(cell[place] for place in places)
                margin[key] = margin.get(key, Fraction(0)) + weight
            self._margins[keep] = margin
        return self._margins[keep]

    @cached_property
    def _margins(self) -> dict[tuple[Variable, ...], dict[Values, Fraction]]:
        return {}


def _limits(share: Fraction, n: int, risk: Fraction) -> Chance:
    """Clopper-Pearson limits for a share of n, each missed with probability risk / 2 at most.

    >>> half = _limits(Fraction(1, 2), 10, Fraction(1, 20))
    >>> round(float(half.low), 4), round(float(half.high), 4)
    (0.1871, 0.8129)
    """
    hits, tail = round(share * n), float(risk) / 2
    low = betaincinv(hits, n - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, n - hits, 1 - tail) if hits < n else 1.0
    return Chance(
        Fraction(floor(low * GRAIN), GRAIN), share, Fraction(min(ceil(high * GRAIN), GRAIN), GRAIN)
    )
