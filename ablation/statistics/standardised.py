"""Standardised effects: the difference in units of the seeds' spread. Raw units come first.

Cohen's d with the pooled standard deviation (Cohen 1988, 2.5.1) and Hedges' g, which takes out its
small-sample bias exactly (Hedges 1981, Journal of Educational Statistics 6:107). With few seeds,
a deterministic task has a tiny spread and so an enormous d: compare d only between like studies,
and expect no adjective ("small", "large") from this package.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ablation.statistics.comparison import flat
from ablation.statistics.methods import variance
from ablation.statistics.noncentral import noncentrality

UNDEFINED = math.nan


@dataclass(frozen=True, kw_only=True)
class Standardised:
    """Cohen's d, Hedges' g, and the interval of what both estimate; NaN where undefined.

    The interval inverts the noncentral t of two independent groups (Steiger and Fouladi 1997).
    Where conditions share seeds, and with them their luck, it is too wide rather than too narrow.

    >>> Standardised().hedges_g
    nan
    """

    cohens_d: float = UNDEFINED
    hedges_g: float = UNDEFINED
    lower: float = UNDEFINED
    upper: float = UNDEFINED


def standardised(on: Sequence[float], off: Sequence[float], *, level: float) -> Standardised:
    """Standardise the difference of two conditions; undefined when neither has any spread.

    >>> effect = standardised((2.0, 4.0, 6.0), (1.0, 3.0, 5.0), level=0.95)
    >>> effect.cohens_d, round(effect.hedges_g, 3), round(effect.lower, 2), round(effect.upper, 2)
    (0.5, 0.399, -1.16, 2.11)
    """
    n, m = len(on), len(off)
    df = n + m - 2
    if min(n, m) < 2 or (flat(on, beside=[*on, *off]) and flat(off, beside=[*on, *off])):
        return Standardised()
    pooled = ((n - 1) * variance(on) + (m - 1) * variance(off)) / df
    d = (fmean(on) - fmean(off)) / math.sqrt(pooled)
    scale = math.sqrt(n * m / (n + m))
    tail = (1 - level) / 2
    return Standardised(
        cohens_d=d,
        hedges_g=correction(df) * d,
        lower=noncentrality(d * scale, df, 1 - tail) / scale,
        upper=noncentrality(d * scale, df, tail) / scale,
    )


def correction(df: float) -> float:
    """Hedges' exact factor J = Γ(df/2) / (√(df/2) Γ((df-1)/2)), for df > 1.

    >>> round(correction(8), 4)
    0.9027
    """
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
