"""Variances that borrow strength: what a few seeds cannot say alone, many components say together.

Smyth (2004, Statistical Applications in Genetics 3:3): with s² | σ² ~ σ² χ²_d / d and
1/σ² ~ χ²_d0 / (d0 s0²), the posterior mean of 1/σ² is 1 / s̃² with s̃² = (d0 s0² + d s²) / (d0 + d),
and a t statistic built on s̃² has d + d0 degrees of freedom. d0 and s0² come from the first two
moments of log s², in closed form.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special

FEWEST = 3
"""Below this many variances there is nothing to learn a prior from."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What the components have in common: a scaled inverse χ² for their variances.

    >>> prior = Prior(df=4.0, variance=2.0)
    >>> prior.shrink(8.0, 4.0), prior.capped(2.0).shrink(8.0, 4.0)
    ((5.0, 8.0), (6.0, 6.0))
    """

    df: float
    variance: float

    def shrink(self, variance: float, df: float) -> tuple[float, float]:
        """Give the posterior variance and its degrees of freedom (Smyth 2004, section 3)."""
        if math.isinf(self.df):
            return self.variance, math.inf
        total = self.df + df
        return (self.df * self.variance + df * variance) / total, total

    def capped(self, df: float) -> "Prior":
        """Give the same centre with at most this many degrees of freedom behind it.

        A handful of variances cannot show that all are alike (d0 is often estimated infinite when
        they are not), and variances of differences from one baseline are themselves correlated.
        """
        return replace(self, df=min(self.df, df))


def fit_prior(variances: Sequence[float], dfs: Sequence[float]) -> Prior | None:
    """Fit d0 and s0² to positive sample variances; None when fewer than three are given.

    Smyth (2004), section 6.2. Where the variances differ by no more than chance, d0 is infinite and
    s0² is the pooled variance, which is then its maximum-likelihood value.

    >>> fit_prior([1.0, 1.1, 0.9, 1.0], [4, 4, 4, 4])
    Prior(df=inf, variance=1.0)
    >>> fit_prior([1.0, 2.0], [4, 4]) is None
    True
    """
    if len(variances) < FEWEST:
        return None
    s2, d = np.asarray(variances, dtype=float), np.asarray(dfs, dtype=float)
    e = np.log(s2) - special.digamma(d / 2) + np.log(d / 2)
    excess = float(np.var(e, ddof=1) - np.mean(special.polygamma(1, d / 2)))
    if excess <= 0:
        return Prior(df=math.inf, variance=float((d * s2).sum() / d.sum()))
    half = inverse_trigamma(excess)
    centre = float(np.mean(e) + special.digamma(half) - math.log(half))
    return Prior(df=2 * half, variance=math.exp(centre))


def inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value for x > 0.

    1/x + 1/(2x²) < trigamma(x) < 1/x + 1/x² brackets the root between two square roots.

    >>> round(inverse_trigamma(math.pi**2 / 6), 12)
    1.0
    """

    def gap(x: float) -> float:
        return float(special.polygamma(1, x)) - value

    low = (1 + math.sqrt(1 + 2 * value)) / (2 * value)
    high = (1 + math.sqrt(1 + 4 * value)) / (2 * value)
    return float(optimize.brentq(gap, low * (1 - 1e-9), high * (1 + 1e-9), xtol=1e-14, rtol=1e-13))


def stands_apart(variances: Sequence[float], *, times: float) -> tuple[bool, ...]:
    """Say of each variance whether it is more than `times` the median of the positive ones.

    >>> stands_apart([1.0, 1.2, 0.8, 90.0, 0.0], times=6.0)
    (False, False, False, True, False)
    """
    positive = [v for v in variances if v > 0]
    if not positive:
        return tuple(False for _ in variances)
    bar = times * float(np.median(positive))
    return tuple(v > bar for v in variances)
