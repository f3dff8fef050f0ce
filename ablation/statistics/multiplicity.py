"""Many components, one family: adjusted p values that keep the chance of any false claim in check.

The way of Holm, which is the default, is in `ablation.multiplicity`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ablation.multiplicity import holm
from ablation.statistics.estimate import Estimate


def bonferroni(ps: Sequence[float]) -> tuple[float, ...]:
    """Multiply every p by how many tests were made.

    >>> bonferroni([0.01, 0.5, math.nan])
    (0.02, 1.0, nan)
    """
    made = sum(not math.isnan(p) for p in ps)
    return tuple(min(made * p, 1.0) if not math.isnan(p) else p for p in ps)


def benjamini_hochberg(ps: Sequence[float]) -> tuple[float, ...]:
    """Adjust step up: the share of false claims among all claims stays below the level on average.

    Benjamini & Hochberg (1995, JRSS B 57:289). It holds for tests that share a baseline, which
    depend on each other positively.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, math.nan])
    (0.03, 0.04, 0.04, nan)
    """
    made = sorted(((p, i) for i, p in enumerate(ps) if not math.isnan(p)), reverse=True)
    adjusted, running = [math.nan] * len(ps), 1.0
    for rank, (p, i) in zip(range(len(made), 0, -1), made, strict=True):
        running = min(running, len(made) / rank * p)
        adjusted[i] = running
    return tuple(adjusted)


def unadjusted(ps: Sequence[float]) -> tuple[float, ...]:
    """Leave p values as they are: every test by itself.

    >>> unadjusted([0.01, 0.5])
    (0.01, 0.5)
    """
    return tuple(ps)


Adjust: TypeAlias = Callable[[Sequence[float]], tuple[float, ...]]
ADJUSTED: Mapping[str, Adjust] = {
    "holm": holm,
    "bonferroni": bonferroni,
    "benjamini-hochberg": benjamini_hochberg,
    "none": unadjusted,
}
"""The corrections that a study can state, by name."""


def beyond(
    estimates: Sequence[Estimate], region: float, adjust: Adjust = holm
) -> tuple[tuple[float, float], ...]:
    """Give each component two adjusted p values: for an effect above +region, and below -region.

    Both directions of all components are one family of one-sided tests, so claims made where one
    is at most alpha hold all together, in size and in direction, in 1 - alpha of studies: wherever
    the true effects lie, also exactly on an edge, and however the tests depend on each other. At
    most one of a component's two can be small, so the factor stays above the number of components.

    >>> one = Estimate(on=(0.9, 0.8), off=(0.6, 0.7), se=0.05, df=4, method="paired t")
    >>> [round(p, 4) for p in (*beyond([one], 0.0)[0], *beyond([one, one], 0.0)[0])]
    [0.0161, 0.9919, 0.0323, 1.0]
    """
    above = [one.above(region) for one in estimates]
    adjusted = adjust([*above, *(one.below(-region) for one in estimates)])
    return tuple(zip(adjusted[: len(above)], adjusted[len(above) :], strict=True))
