"""Power: the smallest effect that a design is likely to find, before anything runs.

The noncentral t distribution for paired differences (Cohen 1988, "Statistical power analysis", 2),
at the level which the first of so many adjusted tests has to reach. The unit is the spread of one
run, without what its seed brings to all conditions alike.
"""

import math

from scipy import special

from ablation.design import Contrast


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
    bar = float(special.stdtrit(df, 1 - (1 - level) / 2 / among))
    low, high = 0.0, bar + 1
    while _found(bar, df, high) < power:
        high *= 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _found(bar, df, middle) < power else (low, middle)
    return high * contrast.spread / math.sqrt(seeds)


def _found(bar: float, df: int, delta: float) -> float:
    """How often a t of this noncentrality comes above the bar."""
    return 1 - float(special.nctdtr(df, delta, bar))
