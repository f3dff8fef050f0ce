"""The trials that count, by column: what effects need of a million runs, without a `Trial` each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from operator import itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ablation.trial import Trial

Label: TypeAlias = tuple[str, str | None]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Runs:
    """The last attempt of every trial: one place in each array a trial, in one order for all.

    `label` numbers the `labels`, each a condition and its component; a metric that a trial lacks
    is not a number there.

    >>> runs = Runs.of([Trial(study="toy", condition="baseline", component=None, seed=0,
    ...                       status="done", metrics={"accuracy": 0.9})])
    >>> runs.labels, runs.metric("accuracy").tolist(), runs.metric("loss").tolist()
    ((('baseline', None),), [0.9], [nan])
    """

    labels: tuple[Label, ...]
    label: NDArray[np.int32]
    seed: NDArray[np.int64]
    failed: NDArray[np.bool_]
    wall_s: Floats
    cpu_s: Floats
    metrics: Mapping[str, Floats]

    @classmethod
    def of(cls, trials: Sequence[Trial]) -> "Runs":
        """Turn trials that lie in memory."""
        said = [(each.condition, each.component) for each in trials]
        places = {each: place for place, each in enumerate(dict.fromkeys(said))}
        names = dict.fromkeys(name for each in trials for name in each.metrics)
        return cls(
            labels=tuple(places),
            label=np.array([places[each] for each in said], dtype=np.int32),
            seed=np.array([each.seed for each in trials], dtype=np.int64),
            failed=np.array([not each.done for each in trials], dtype=np.bool_),
            wall_s=np.array([each.wall_s for each in trials], dtype=np.float64),
            cpu_s=np.array([each.cpu_s for each in trials], dtype=np.float64),
            metrics={
                name: np.array([each.metrics.get(name, nan) for each in trials], dtype=np.float64)
                for name in names
            },
        )

    def __len__(self) -> int:
        return len(self.label)

    def metric(self, name: str) -> Floats:
        """One metric, NaN where a trial has none."""
        found = self.metrics.get(name)
        return np.full(len(self), nan) if found is None else found

    def taken(self, rows: NDArray[np.intp]) -> "Runs":
        """Take these rows, in this order."""
        return Runs(
            labels=self.labels,
            label=self.label[rows],
            seed=self.seed[rows],
            failed=self.failed[rows],
            wall_s=self.wall_s[rows],
            cpu_s=self.cpu_s[rows],
            metrics={name: values[rows] for name, values in self.metrics.items()},
        )

    @cached_property
    def rows(self) -> Mapping[str, NDArray[np.intp]]:
        """Where the trials of each condition stand."""
        conditions = [condition for condition, _ in self.labels]
        codes = {each: code for code, each in enumerate(dict.fromkeys(conditions))}
        code = np.array([codes[each] for each in conditions], dtype=np.intp)[self.label]
        order = np.argsort(code, kind="stable")
        cuts = np.cumsum(np.bincount(code, minlength=len(codes)))[:-1]
        return dict(zip(codes, np.split(order, cuts), strict=True)) if codes else {}

    def by_seed(self, values: Floats, among: NDArray[np.bool_]) -> Mapping[str, dict[int, float]]:
        """Give some of the values of each condition by seed: those of the trials that are meant.

        Conditions come in the order of the first trial that is; one that has none is not there.
        """
        meant = {name: rows[among[rows]] for name, rows in self.rows.items()}
        there = [(rows[0], name, rows) for name, rows in meant.items() if len(rows)]
        return {
            name: dict(zip(self.seed[rows].tolist(), values[rows].tolist(), strict=True))
            for _, name, rows in sorted(there, key=itemgetter(0))
        }
