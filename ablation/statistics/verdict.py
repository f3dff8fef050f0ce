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
    p_above: float,
    p_below: float,
    level: float,
    equivalence: float | None,
    higher_is_better: bool,
) -> Verdict:
    """Judge a difference (baseline minus ablated) by its interval and two adjusted p values.

    `p_above` is against an effect of at most +region and `p_below` against one of at least -region,
    each adjusted for all components (`multiplicity.beyond`).

    - "matters": without the component the metric is worse by more than the region;
    - "hurts": without it the metric is *better* by more than the region;
    - "equivalent": the whole interval lies within the region (only where there is one);
    - "undecided": the interval reaches across an edge, there is none, or the claim does not survive
      the number of components it was picked from.

    "matters" and "hurts" are adjusted: at most 1 - level of studies make any false one.
    "equivalent" is not: each component by itself has two one-sided tests at (1 - level) / 2, twice
    as strict as TOST at 1 - level.

    >>> from functools import partial
    >>> judge = partial(verdict, level=0.95, equivalence=0.01, higher_is_better=True)
    >>> judge((0.02, 0.05), p_above=0.01, p_below=1), judge((0.02, 0.05), p_above=0.2, p_below=1)
    ('matters', 'undecided')
    >>> judge((-0.05, -0.02), p_above=1, p_below=0.01), judge((0, 0.002), p_above=1, p_below=1)
    ('hurts', 'equivalent')
    """
    low, high = interval
    if math.isnan(low) or math.isnan(high):
        return "undecided"
    region = equivalence or 0.0
    if region > 0 and -region <= low and high <= region:
        return "equivalent"
    if low > region and p_above <= 1 - level:
        return "matters" if higher_is_better else "hurts"
    if high < -region and p_below <= 1 - level:
        return "hurts" if higher_is_better else "matters"
    return "undecided"
