"""Power: the smallest effect that a design is likely to find, before anything runs.

The noncentral t distribution for paired differences (Cohen 1988, "Statistical power analysis", 2),
at the level which the first of so many adjusted tests has to reach. The unit is the spread of one
run, without what its seed brings to all conditions alike.
"""

import math

from scipy import optimize, stats

from ablation.design import Contrast
from ablation.statistics.noncentral import below


def detectable(
    contrast: Contrast, seeds: int, *, among: int = 1, level: float = 0.95, power: float = 0.8
) -> float:
    """Give the smallest effect found with this power, in standard deviations of one run.

    `among` is how many effects are looked at together. It is the paired t's; the default method
    borrows some spread from the other components and finds slightly smaller ones. One seed has no
    spread, so it finds nothing: the answer is infinite.

    >>> one = Contrast("attention", ["baseline"], ["without attention"])
    >>> round(detectable(one, 5), 2), round(detectable(one, 5, among=20), 2)
    (2.38, 5.34)
    >>> detectable(one, 1)
    inf
    """
    if seeds < 2:
        return math.inf
    df = seeds - 1
    bar = float(stats.t.isf((1 - level) / 2 / among, df))

    def lacking(delta: float) -> float:
        return 1 - below(bar, df, delta) - power

    high = bar + 1
    while lacking(high) < 0:
        high *= 2
    delta = float(optimize.brentq(lacking, 0.0, high, xtol=1e-9))
    return delta * contrast.spread / math.sqrt(seeds)
