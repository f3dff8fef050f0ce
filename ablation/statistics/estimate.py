"""An effect with its uncertainty: a mean difference, its standard error, its degrees of freedom."""

import math
from dataclasses import dataclass
from statistics import fmean

from scipy import stats


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean difference in raw units whose studentised error follows Student's t.

    `on` and `off` are the values that went in, and `moved` is by how much further runs of the
    baseline move its mean. `se` is NaN where they cannot give one; `note` then
    says why, and there is no interval and no p rather than an optimistic one.

    >>> one = Estimate(on=(0.9, 0.8), off=(0.6, 0.7), se=0.05, df=4, method="paired t")
    >>> round(one.effect, 3), [round(end, 3) for end in one.interval(0.95)], round(one.p, 4)
    (0.2, [0.061, 0.339], 0.0161)
    """

    on: tuple[float, ...]
    off: tuple[float, ...]
    method: str
    se: float = math.nan
    df: float = math.nan
    note: str = ""
    moved: float = 0.0

    @property
    def n(self) -> int:
        """How many seeds it rests on: the smaller condition, where the two differ."""
        return min(len(self.on), len(self.off))

    @property
    def baseline(self) -> float:
        """The mean with every component on."""
        return fmean(self.on) + self.moved if self.on else math.nan

    @property
    def ablated(self) -> float:
        """The mean with the component off."""
        return fmean(self.off) if self.off else math.nan

    @property
    def effect(self) -> float:
        """Baseline minus ablated: what is lost when the component is off."""
        return self.baseline - self.ablated

    def interval(self, level: float) -> tuple[float, float]:
        """Give the central interval at this level, (NaN, NaN) when there is no standard error."""
        half = float(stats.t.ppf((1 + level) / 2, self.df)) * self.se
        return self.effect - half, self.effect + half

    @property
    def p(self) -> float:
        """The two-sided p of no difference, NaN when there is no standard error."""
        return 2 * float(stats.t.sf(abs(self.effect) / self.se, self.df))

    def above(self, edge: float) -> float:
        """Give the one-sided p that speaks for an effect above `edge`, against one at or below it.

        >>> one = Estimate(on=(0.9, 0.8), off=(0.6, 0.7), se=0.05, df=4, method="paired t")
        >>> round(2 * one.above(0.0), 4), round(one.above(0.1), 4), round(one.below(0.1), 4)
        (0.0161, 0.0581, 0.9419)
        """
        return float(stats.t.sf((self.effect - edge) / self.se, self.df))

    def below(self, edge: float) -> float:
        """Give the one-sided p that speaks for an effect below `edge`, against one at or above."""
        return float(stats.t.cdf((self.effect - edge) / self.se, self.df))
