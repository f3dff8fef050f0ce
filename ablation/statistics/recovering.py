"""Further runs of the baseline, in seeds in which nothing else ran: what they know is recovered.

A paired difference needs no level of the metric, only what the seeds do not share; lone baselines
tell about that share. It is the recovery of inter-block information (Yates 1940, Annals of Eugenics
10:317). With N pairs, E lone baselines and a weight c on the paired one, a difference is the mean
of c b - a over pairs plus (1 - c) times the mean of the lone ones: unbiased for any c, and shortest
at c = (N + r E) / (N + E), where r is the share of the spread that a seed brings to both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from ablation.statistics.comparison import Comparison
from ablation.statistics.estimate import Estimate
from ablation.statistics.methods import Method, variance
from ablation.statistics.moderated import ModeratedPairedT

FEWEST = 5
"""Pairs from which the seeds' share can be told well enough: below, intervals cover too little."""

RECOVERED = " with lone baselines"


@dataclass(frozen=True)
class Recovering:
    """A paired method that counts lone runs of the baseline as far as they help: the default.

    Without any, with fewer than five pairs, or where pairs do not vary, it is the paired method
    itself. The degrees of freedom are Satterthwaite's.

    >>> one = Comparison(
    ...     component="mlp",
    ...     baseline={0: 5.0, 1: 3.0, 2: 4.0, 3: 6.0, 4: 2.0, 5: 5.0, 6: 5.0, 7: 6.0},
    ...     ablated={0: 2.0, 1: 3.0, 2: 1.0, 3: 3.0, 4: 1.0},
    ...     lone=frozenset({5, 6, 7}),
    ... )
    >>> found, alone = Recovering().estimate([one])[0], ModeratedPairedT().estimate([one])[0]
    >>> round(found.effect, 2), round(found.se, 2), round(alone.effect, 2), round(alone.se, 2)
    (2.26, 0.55, 2.0, 0.63)
    """

    by: Method = field(default_factory=ModeratedPairedT)

    def estimate(self, comparisons: Sequence[Comparison]) -> tuple[Estimate, ...]:
        """Estimate each difference; a seed in which an arm failed is no lone one."""
        paired = self.by.estimate(comparisons)
        lone = [one.alone for one in comparisons]
        weights = [weight(one) for one in comparisons]
        if all(each == 1 for each in weights):
            return paired
        weighed = self.by.estimate(
            [_weighed(one, share) for one, share in zip(comparisons, weights, strict=True)]
        )
        return tuple(
            own if share == 1 or math.isnan(own.se) else _recovered(own, part, one, values, share)
            for own, part, one, values, share in zip(
                paired, weighed, comparisons, lone, weights, strict=True
            )
        )


def weight(one: Comparison) -> float:
    """Weigh the paired baseline, 1 where lone ones cannot help.

    The seed's share of the spread is estimated by the method of moments, from the sums of pairs
    and from the spread of the baseline.

    >>> weight(Comparison(component="mlp", baseline={0: 1.0, 1: 2.0}, ablated={0: 0.0, 1: 1.5}))
    1.0
    """
    lone = one.alone
    pairs, more = len(one.seeds), len(lone)
    if pairs < FEWEST or not more or one.constant:
        return 1.0
    within = variance(one.differences) / 2
    sums = [on + off for on, off in zip(one.on, one.off, strict=True)]
    by_pairs = (variance(sums) / 2 - within) / 2
    by_baseline = variance([*one.on, *lone]) - within
    freedom = (pairs - 1, pairs + more - 1)
    between = (by_pairs * freedom[0] + by_baseline * freedom[1]) / sum(freedom)
    share = max(between, 0.0) / (max(between, 0.0) + within)
    return (pairs + share * more) / (pairs + more)


def _weighed(one: Comparison, share: float) -> Comparison:
    """Shrink the paired baseline, so that a paired method finds the spread of what is left."""
    return replace(one, baseline={seed: share * one.baseline[seed] for seed in one.seeds})


def _recovered(
    own: Estimate, part: Estimate, one: Comparison, lone: Sequence[float], share: float
) -> Estimate:
    """Add the lone baselines' mean, their variance, and their degrees of freedom."""
    all_runs = variance([*one.on, *lone])
    squares = part.se**2, (1 - share) ** 2 * all_runs / len(lone)
    freedom = part.df, len(one.seeds) + len(lone) - 1
    below = math.fsum(square**2 / df for square, df in zip(squares, freedom, strict=True))
    return replace(
        own,
        method=own.method + RECOVERED,
        moved=(1 - share) * (fmean(lone) - fmean(one.on)),
        se=math.sqrt(sum(squares)),
        df=sum(squares) ** 2 / below,
    )
