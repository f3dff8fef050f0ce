"""A confidence interval for a number that is only known to lie between two estimated ends.

Imbens & Manski (2004), equations (6) and (7).  It covers the number, not the whole interval, so it
is narrower than limits of both ends; at width zero it is the usual interval.  It needs normal ends
with standard errors and a width that is itself well estimated, which extremes of many expressions
do not have; ``bounds`` therefore does not use it.
"""

from __future__ import annotations

from scipy.optimize import brentq
from scipy.stats import norm

from causal.errors import OptionError

__all__ = ["imbens_manski"]


def imbens_manski(
    lower: float, upper: float, *, errors: tuple[float, float], level: float = 0.95
) -> tuple[float, float]:
    """Limits that cover a number between two ends, which have these standard errors.

    >>> [round(end, 3) for end in imbens_manski(0.2, 0.2, errors=(0.1, 0.1))]
    [0.004, 0.396]
    >>> [round(end, 3) for end in imbens_manski(0.2, 0.9, errors=(0.1, 0.1))]
    [0.036, 1.064]
    """
    if not 0 < level < 1:
        raise OptionError("level", level, "it lies between 0 and 1")
    if upper < lower or min(errors) < 0:
        raise OptionError("lower", lower, f"it is at most upper, {upper}, and errors are positive")
    largest = max(errors)
    if not largest:
        return lower, upper
    width = (upper - lower) / largest

    def miss(critical: float) -> float:
        return float(norm.cdf(critical + width) - norm.cdf(-critical) - level)

    critical = float(brentq(miss, 0.0, 50.0))
    return lower - critical * errors[0], upper + critical * errors[1]
