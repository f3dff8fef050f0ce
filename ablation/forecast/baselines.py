"""How many runs of the baseline: what √K times as many cost, what they bring, and what seeds would.

Dunnett (1955) runs the control √K times as often as each of K arms that share nothing with it. Arms
that share their seeds with it know most of that already: of a paired variance 2 (1 - r) s² / N, the
share (1 - r) / 2 (1 - N / M) is what M instead of N baselines save, r being the seeds' share of s².
The same trials spent on further seeds bring down the whole.
"""

from dataclasses import dataclass
from math import sqrt

from ablation.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """So many pairs, further baselines and arms; standard errors are in those of the pairs alone.

    >>> more = Baselines(pairs=5, more=5, arms=4)
    >>> round(more.error(0.0), 3), round(more.error(0.9), 3), round(more.by_seeds, 3)
    (0.866, 0.987, 0.913)
    >>> round(more.even, 2)
    0.33
    """

    pairs: int
    more: int
    arms: int

    def error(self, share: float) -> float:
        """Give the standard error where seeds bring this share of the spread."""
        return sqrt((1 + share) / 2 + (1 - share) / 2 * self.pairs / (self.pairs + self.more))

    @property
    def by_seeds(self) -> float:
        """The standard error if as many trials were spent on further seeds."""
        return sqrt(self.pairs / (self.pairs + self.more / (self.arms + 1)))

    @property
    def even(self) -> float:
        """The share of the spread above which further seeds are worth more than baselines."""
        saved = self.more / (self.pairs + self.more)
        return max(0.0, 1 - 2 * (1 - self.by_seeds**2) / saved)


def by_root(study: Study) -> Baselines | None:
    """Say what baseline = "sqrt" is for a study; None where it adds no run."""
    if not study.takes_baselines:
        return None
    arms = len(study.design.conditions(study.components)) - 1
    pairs = len(study.seeds)
    more = round(pairs * sqrt(arms)) - pairs
    return Baselines(pairs=pairs, more=more, arms=arms) if more > 0 and pairs > 1 else None
