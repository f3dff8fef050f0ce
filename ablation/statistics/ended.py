"""How the trials that a contrast weighs ended: how many failed, and which ran away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ablation.runs import Runs
from ablation.statistics.comparing import Asking

Diverged = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Weighed:
    """The trials of a contrast, other than of the baseline: whether any ran, and what is amiss."""

    ran: bool
    failed: int
    diverged: Sequence[tuple[int, float]]


class Ended:
    """The seeds of every condition, and those of them in which it failed."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._seeds = {name: runs.seed[rows].tolist() for name, rows in runs.rows.items()}
        self._failed = {
            name: runs.seed[rows[runs.failed[rows]]].tolist() for name, rows in runs.rows.items()
        }

    def beyond(self, metric: str, edge: float) -> Diverged:
        """Where a metric is as large as the edge or larger, by condition and seed."""
        values = self._runs.metric(metric)
        return self._runs.by_seed(values, np.abs(values) >= edge)

    def weighed(self, asking: Asking, diverged: Diverged) -> Weighed:
        """Sum up the trials that count in a contrast, in the order of the blocks."""
        ran, failed, beyond = False, 0, []
        for name in sorted(asking.conditions):
            ran = ran or any(True for _ in asking.weighs(name, self._seeds.get(name, ())))
            failed += sum(1 for _ in asking.weighs(name, self._failed.get(name, ())))
            if far := diverged.get(name):
                blocks = (seed for seed in asking.by_seed if seed in far)
                beyond += [(seed, far[seed]) for seed in asking.weighs(name, blocks)]
        return Weighed(ran, failed, beyond)
