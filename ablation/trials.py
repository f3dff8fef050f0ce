"""What a study asked for beside what came of it: one row a planned trial, failures included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Protocol, Self, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ablation.canonical import Json
from ablation.errors import AblationError
from ablation.plan import PlannedTrial, lay_out
from ablation.runs import Runs
from ablation.study import Study
from ablation.trial import TABLE, Trial, column

_UNIT = attrgetter("condition", "seed")


class Log(Protocol):
    """Where trials lie that nobody has made yet: their columns at once, the rest when asked."""

    @property
    def runs(self) -> Runs:
        """The trials that count, by column."""
        ...

    def trials(self, rows: Sequence[int]) -> Iterator[Trial]:
        """Make the trials of these places in `runs`."""
        ...

    def environments(self, rows: Sequence[int]) -> Iterator[Mapping[str, Json]]:
        """Read where and how the trials of these places ran."""
        ...

    def attempts(self) -> tuple[Trial, ...]:
        """Make every attempt ever recorded."""
        ...

    def frame(self) -> pd.DataFrame:
        """Lay the trials out as `Trials.frame` does, in the order of `runs`."""
        ...


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
        self.planned = lay_out(study).trials
        made = tuple(attempts)
        units = {_UNIT(each) for each in self.planned}
        latest: dict[tuple[str, int], Trial] = {}
        for trial in sorted(made, key=lambda each: each.attempt):
            unit = _UNIT(trial)
            if trial.study != study.name or unit not in units:
                raise AblationError(
                    f"{trial.condition!r}, seed {trial.seed}, of the study {trial.study!r} "
                    f"is not in the plan of {study.name!r}."
                )
            latest[unit] = trial
        trials = [latest[unit] for each in self.planned if (unit := _UNIT(each)) in latest]
        self._log: Log = _Made(study, trials, made)
        self._order = np.arange(len(trials))

    @classmethod
    def lying_in(cls, study: Study, log: Log) -> Self:
        """Stand on a log: trials are made of it when one is asked for."""
        trials = cls.__new__(cls)
        trials._study, trials._log = study, log
        return trials

    @property
    def study(self) -> Study:
        """What was asked."""
        return self._study

    @cached_property
    def planned(self) -> tuple[PlannedTrial, ...]:
        """Every trial that the study asks for, run or not."""
        return lay_out(self._study).trials

    @cached_property
    def attempts(self) -> tuple[Trial, ...]:
        """Every attempt ever recorded, the superseded ones too."""
        return self._log.attempts()

    @property
    def missing(self) -> tuple[PlannedTrial, ...]:
        """The planned trials that have no attempt yet."""
        units = {*self._units()}
        return tuple(each for each in self.planned if _UNIT(each) not in units)

    @property
    def runs(self) -> Runs:
        """The trials by column, in no order that means anything."""
        return self._log.runs

    @cached_property
    def ordered(self) -> Runs:
        """The trials by column, in the order of the plan."""
        return self.runs.taken(self._order)

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials that failed, in the order of the plan."""
        return tuple(self._log.trials(self._order[self.ordered.failed].tolist()))

    @property
    def environments(self) -> Iterator[Mapping[str, Json]]:
        """What was recorded of where and how each trial ran, in the order of the plan."""
        return self._log.environments(self._order.tolist())

    @overload
    def __getitem__(self, index: int) -> Trial: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Trial, ...]: ...
    def __getitem__(self, index: int | slice) -> Trial | tuple[Trial, ...]:
        if isinstance(index, slice):
            return tuple(self._log.trials(self._order[index].tolist()))
        return next(self._log.trials([int(self._order[index])]))

    def __iter__(self) -> Iterator[Trial]:
        return self._log.trials(self._order.tolist())

    def __len__(self) -> int:
        return len(self.runs)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Trials)
            and self.study == other.study
            and self.attempts == other.attempts
        )

    def __hash__(self) -> int:
        return hash(self._study)

    def __repr__(self) -> str:
        failed = int(self.runs.failed.sum())
        return (
            f"<Trials of {self._study.name!r}: {len(self)} of {len(self.planned)}, {failed} failed>"
        )

    def frame(self) -> pd.DataFrame:
        """Lay the trials out as a tidy table: one row a trial, one column a metric.

        A metric called as another column, "seed" say, is "metric seed" there.
        """
        return self._log.frame().take(self._order).reset_index(drop=True)

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

    def _units(self) -> Iterator[tuple[str, int]]:
        """The condition and the seed of each trial, in the order of the log."""
        conditions = [condition for condition, _ in self.runs.labels]
        said = (conditions[label] for label in self.runs.label.tolist())
        return zip(said, self.runs.seed.tolist(), strict=True)

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        """Which trial of the log comes first in the plan, which second, and so on."""
        places = {unit: place for place, unit in enumerate(map(_UNIT, self.planned))}
        found = np.fromiter(map(places.__getitem__, self._units()), np.intp, len(self))
        return np.argsort(found)


class _Made:
    """Trials that were made already, the last attempts in the order of the plan."""

    def __init__(self, study: Study, trials: Sequence[Trial], attempts: tuple[Trial, ...]) -> None:
        self._study, self._trials, self._attempts = study, trials, attempts

    @cached_property
    def runs(self) -> Runs:
        return Runs.of(self._trials)

    def trials(self, rows: Sequence[int]) -> Iterator[Trial]:
        return (self._trials[row] for row in rows)

    def environments(self, rows: Sequence[int]) -> Iterator[Mapping[str, Json]]:
        return (self._trials[row].environment for row in rows)

    def attempts(self) -> tuple[Trial, ...]:
        return self._attempts

    def frame(self) -> pd.DataFrame:
        declared = [each.name for each in self._study.metrics]
        extra = sorted({name for each in self._trials for name in each.metrics} - set(declared))
        return pd.DataFrame(
            [
                [getattr(each, name) for name in TABLE]
                + [each.metrics.get(name, float("nan")) for name in declared + extra]
                for each in self._trials
            ],
            columns=[*TABLE, *map(column, declared + extra)],
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
