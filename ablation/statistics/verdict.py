"""What an interval says about a component, in one word and in the metric's direction.

An effect is compared with the region of practical equivalence, not with zero alone (Lakens 2017,
Social Psychological and Personality Science 8:355): "not significant" is not "does not matter".
"""

import math
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["matters", "hurts", "equivalent", "undecided"]


def verdict(
    interval: tuple[float, float],
    *,
    p_holm: float,
    level: float,
    equivalence: float | None,
    higher_is_better: bool,
) -> Verdict:
    """Judge a difference (baseline minus ablated) by its interval and its adjusted p.

    - "matters": without the component the metric is worse by more than the region;
    - "hurts": without it the metric is *better* by more than the region;
    - "equivalent": the whole interval lies within the region (only where there is one);
    - "undecided": the interval reaches across an edge, there is none, or the claim does not survive
      the number of components it was picked from.

    >>> from functools import partial
    >>> judge = partial(verdict, p_holm=0.01, level=0.95, equivalence=0.01, higher_is_better=True)
    >>> judge((0.02, 0.05)), judge((-0.05, -0.02)), judge((-0.001, 0.002)), judge((0.0, 0.02))
    ('matters', 'hurts', 'equivalent', 'undecided')
    """
    low, high = interval if higher_is_better else (-interval[1], -interval[0])
    if math.isnan(low) or math.isnan(high):
        return "undecided"
    region = equivalence or 0.0
    if region > 0 and -region <= low and high <= region:
        return "equivalent"
    if p_holm > 1 - level:
        return "undecided"
    if low > region:
        return "matters"
    return "hurts" if high < -region else "undecided"
