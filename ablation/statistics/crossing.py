"""Intervals where streams are crossed: blocks that share a split are not so many splits.

The variance of a mean over crossed random levels is that of each stream's level means, each divided
by its number of levels, and summed; what is left in every one of them makes the sum too large
rather than too small (Searle, Casella & McCulloch 1992, "Variance components", 4.3). Degrees of
freedom after Satterthwaite (1946, Biometrics Bulletin 2:110).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from statistics import fmean, variance

from ablation.errors import listed
from ablation.statistics.comparison import Comparison
from ablation.statistics.estimate import Estimate
from ablation.study import Study

Levels = Mapping[str, Mapping[int, int]]


def levels_of(study: Study) -> Levels:
    """Say for each crossed stream which of its levels every block has."""
    crossed = study.streams.crossed
    places = zip(*product(*map(range, crossed.values())), strict=True) if crossed else ()
    return {
        name: dict(zip(study.seeds, place, strict=True))
        for name, place in zip(crossed, places, strict=True)
    }


def by_levels(one: Comparison, own: Estimate, levels: Levels) -> Estimate:
    """Widen an estimate by how its differences vary from level to level of the crossed streams.

    Never below the standard error that the blocks would have if each were a draw of its own, and
    with the degrees of freedom of the levels. One level left of a stream gives no interval.

    >>> one = Comparison(component="mlp", baseline=dict(enumerate([3., 3., 5., 5.])),
    ...                  ablated=dict.fromkeys(range(4), 1.0))
    >>> own = Estimate(on=one.on, off=one.off, se=0.6, df=3.0, method="paired t")
    >>> split, init = dict(enumerate([0, 0, 1, 1])), dict(enumerate([0, 1, 0, 1]))
    >>> wide = by_levels(one, own, {"split": split, "init": init})
    >>> wide.se, wide.df, wide.method
    (1.0, 1.0, 'paired t, by levels of split and init')
    """
    if math.isnan(own.se) or one.constant:
        return own
    method = f"{own.method}, by levels of {listed(levels)}"
    means = {name: [*_means(one, level)] for name, level in levels.items()}
    if lone := [name for name, each in means.items() if len(each) < 2]:
        note = f"no interval: one level of {lone[0]} finished"
        return replace(own, method=method, se=math.nan, df=math.nan, note=note)
    parts = [(variance(each) / len(each), len(each) - 1) for each in means.values()]
    whole = math.fsum(part for part, _ in parts)
    below = math.fsum(part**2 / df for part, df in parts)
    df = whole**2 / below if below else float(min(df for _, df in parts))
    return replace(own, method=method, se=max(own.se, math.sqrt(whole)), df=df)


def _means(one: Comparison, level: Mapping[int, int]) -> Iterator[float]:
    """The mean difference of every level of a stream that finished."""
    by_level: dict[int, list[float]] = {}
    for seed, difference in zip(one.seeds, one.differences, strict=True):
        by_level.setdefault(level[seed], []).append(float(difference))
    return map(fmean, by_level.values())


def estimates_by_levels(
    study: Study, comparisons: Sequence[Comparison], estimates: Sequence[Estimate]
) -> Sequence[Estimate]:
    """Leave estimates as they are, unless the study crosses streams."""
    levels = levels_of(study)
    if not levels:
        return estimates
    return [by_levels(*pair, levels) for pair in zip(comparisons, estimates, strict=True)]
