"""What a study asked for beside what came of it: one row a planned trial, failures included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import pandas as pd

from ablation.canonical import Json
from ablation.errors import AblationError
from ablation.plan import PlannedTrial, lay_out
from ablation.study import Study
from ablation.trial import TABLE, Trial, column


class NotTrialsError(AblationError, TypeError):
    """Effects, or a report, were asked of something else than trials."""

    def __init__(self, given: object) -> None:
        self.given = given
        shown = (
            f"{given!r}, a {type(given).__name__}"
            if isinstance(given, str | Path)
            else (f"a {type(given).__name__}")
        )
        super().__init__(
            f"trials of a study were expected, and given was {shown}. ablation.run returns "
            "trials, and ablation.load reads them from a store."
        )


class Trials(Sequence[Trial]):
    """The trials of one study, in the order of its plan; of several attempts the last counts.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=1, config={"attention": True})
    >>> trial = Trial(study="toy", condition="baseline", component=None, seed=0,
    ...               status="done", metrics={"accuracy": 0.9})
    >>> trials = Trials(study, [trial])
    >>> len(trials), len(trials.planned), trials.frame()["accuracy"].tolist()
    (1, 2, [0.9])
    """

    def __init__(self, study: Study, attempts: Iterable[Trial]) -> None:
        self._study = study
        self._planned = lay_out(study).trials
        self._attempts = tuple(attempts)
        units = {(each.condition, each.seed) for each in self._planned}
        latest: dict[tuple[str, int], Trial] = {}
        for trial in sorted(self._attempts, key=lambda each: each.attempt):
            unit = (trial.condition, trial.seed)
            if trial.study != study.name or unit not in units:
                raise AblationError(
                    f"{trial.condition!r}, seed {trial.seed}, of the study {trial.study!r} "
                    f"is not in the plan of {study.name!r}."
                )
            latest[unit] = trial
        self._trials = tuple(
            latest[unit]
            for each in self._planned
            if (unit := (each.condition, each.seed)) in latest
        )

    @property
    def study(self) -> Study:
        """What was asked."""
        return self._study

    @property
    def planned(self) -> tuple[PlannedTrial, ...]:
        """Every trial that the study asks for, run or not."""
        return self._planned

    @property
    def attempts(self) -> tuple[Trial, ...]:
        """Every attempt ever recorded, the superseded ones too."""
        return self._attempts

    @property
    def missing(self) -> tuple[PlannedTrial, ...]:
        """The planned trials that have no attempt yet."""
        units = {(each.condition, each.seed) for each in self._trials}
        return tuple(each for each in self._planned if (each.condition, each.seed) not in units)

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Trial, ...]: ...
    def __getitem__(self, index: int | slice) -> Trial | tuple[Trial, ...]:
        return self._trials[index]

    def __len__(self) -> int:
        return len(self._trials)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Trials)
            and self.study == other.study
            and self.attempts == other.attempts
        )

    def __hash__(self) -> int:
        return hash((self._study, len(self._attempts)))

    def __repr__(self) -> str:
        failed = sum(not each.done for each in self)
        return (
            f"<Trials of {self._study.name!r}: {len(self)} of {len(self.planned)}, {failed} failed>"
        )

    def frame(self) -> pd.DataFrame:
        """Lay the trials out as a tidy table: one row a trial, one column a metric.

        A metric called as another column, "seed" say, is "metric seed" there.
        """
        declared = [each.name for each in self._study.metrics]
        extra = sorted({name for each in self for name in each.metrics} - set(declared))
        return pd.DataFrame(
            [
                [getattr(each, name) for name in TABLE]
                + [each.metrics.get(name, float("nan")) for name in declared + extra]
                for each in self
            ],
            columns=[*TABLE, *map(column, declared + extra)],
        )

    def covariates(self) -> pd.DataFrame:
        """Lay out what was recorded beside the metrics: one row a trial, one column a covariate.

        Columns that no trial has are left out; packages and streams have a column for each name,
        as "packages.torch" and "streams.init".

        >>> from ablation import Component, LeaveOneOut, Metric, Study
        >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
        ...               LeaveOneOut(), [Metric("accuracy")], seeds=1, config={"attention": True})
        >>> trial = Trial(study="toy", condition="baseline", component=None, seed=0, status="done",
        ...               metrics={}, environment={"host": "atlas", "streams": {"init": 0}})
        >>> list(Trials(study, [trial]).covariates().columns)
        ['condition', 'seed', 'status', 'wall_s', 'cpu_s', 'host', 'streams.init']
        """
        return pd.DataFrame(
            [
                {
                    "condition": each.condition,
                    "seed": each.seed,
                    "status": each.status,
                    "wall_s": each.wall_s,
                    "cpu_s": each.cpu_s,
                    **dict(_flat(each.covariates.written())),
                }
                for each in self
            ]
        )


def _flat(facts: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            prefix = "" if name == "other" else f"{name}."
            yield from ((f"{prefix}{inner}", fact) for inner, fact in value.items())
        else:
            yield name, value


def require_trials(given: object) -> None:
    """Refuse what is no trials of a study: a table of them, the file that they are in.

    >>> require_trials("runs.db")
    Traceback (most recent call last):
    ablation.trials.NotTrialsError: trials of a study were expected, and given was 'runs.db', a \
str. ablation.run returns trials, and ablation.load reads them from a store.
    """
    if not isinstance(given, Trials):
        raise NotTrialsError(given)
