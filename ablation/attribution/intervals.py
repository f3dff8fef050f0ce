"""Intervals that hold at any number of draws: for shares that were counted, and for ratios.

Counts have the exact binomial interval (Clopper & Pearson 1934). Where every draw gives a chance
instead of a yes or no, a ratio of means is held against an empirical Bernstein bound (Maurer &
Pontil 2009, theorem 4), which needs no normal law.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binomtest

Interval: TypeAlias = tuple[float, float]
Shares: TypeAlias = NDArray[np.float64]
ANYTHING: Interval = (0.0, 1.0)


def binomial(successes: int, n: int, level: float) -> Interval:
    """The interval of a share that was counted; anything at all where nothing was.

    >>> [round(end, 3) for end in binomial(8, 10, 0.95)]
    [0.444, 0.975]
    """
    if not n:
        return ANYTHING
    found = binomtest(successes, n).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def ratio(part: Shares, whole: Shares, level: float) -> Interval:
    """The interval of mean(part) / mean(whole), draw by draw 0 <= part <= whole <= 1.

    A ratio r is kept unless mean(part - r whole), which lies within a range of one, is farther
    from zero than chance allows.

    >>> half = np.full(2000, 0.5)
    >>> [round(end, 3) for end in ratio(half / 2, half, 0.95)]
    [0.49, 0.51]
    """
    n, total = len(whole), float(whole.mean()) if len(whole) else 0.0
    if n < 2 or not total:
        return ANYTHING
    say = np.log(4 / (1 - level))

    def beyond(r: float) -> float:
        """How far the mean is beyond what chance allows; r is refused above zero."""
        gaps = part - r * whole
        allowed = np.sqrt(2 * gaps.var(ddof=1) * say / n) + 7 * say / (3 * (n - 1))
        return float(abs(gaps.mean()) - allowed)

    best = float(part.mean()) / total
    return _end(beyond, best, 0.0), _end(beyond, best, 1.0)


def _end(beyond: Callable[[float], float], inside: float, outside: float) -> float:
    return outside if beyond(outside) <= 0 else float(brentq(beyond, inside, outside))
