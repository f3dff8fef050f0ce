"""A study's trials as they lie in a store: columns at once, a row only when a trial is asked for.

The columns are those of the blocks that were kept, and bound to the chain of the rows. A trial that
is made later is what its row says, if the row is what was written and says what the columns do.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from ablation.canonical import Json
from ablation.design import BASELINE, Design
from ablation.errors import AblationError
from ablation.plan import Realised
from ablation.plan.realised import Realiser
from ablation.runs import Label, Runs
from ablation.store.columns import Columns
from ablation.store.frame import table
from ablation.store.record import Store
from ablation.store.rows import COLUMNS, Row, sound, trial_of
from ablation.store.sharing import turned
from ablation.study import Study
from ablation.trial import Trial

_ENVIRONMENT = COLUMNS.index("environment")


class StoredLog:
    """The trials of one study in a store, the last attempt of each by column."""

    def __init__(self, path: Path, study: Study) -> None:
        self._path, self._study = path, study
        attempts = turned(path).of_study(study.name)
        _require_planned(study, attempts)
        self._columns = attempts.latest().of_study(study.name)

    @cached_property
    def runs(self) -> Runs:
        """The trials that count, in the order in which they ended."""
        columns = self._columns
        failed = np.array([each != "done" for each in columns.texts("status")], dtype=bool)
        labels = zip(columns.texts("condition"), columns.texts("component"), strict=True)
        return Runs(
            labels=cast("tuple[Label, ...]", tuple(labels)),
            label=columns.label,
            seed=columns.numbers["seed"],
            failed=failed[columns.label],
            wall_s=columns.numbers["wall_s"],
            cpu_s=columns.numbers["cpu_s"],
            metrics=columns.metrics,
        )

    def trials(self, rows: Sequence[int]) -> Iterator[Trial]:
        """Make trials of their rows, each after a check against its checksum and the columns."""
        for row, cells in zip(rows, self._rows(rows), strict=True):
            trial = trial_of(cells)
            if _said(trial) != self._told(row):
                sound(self._path, (), [f"row {cells[0]!r} is not what its block says"])
            yield trial

    def environments(self, rows: Sequence[int]) -> Iterator[Mapping[str, Json]]:
        """Read where and how the trials of these places ran."""
        return (json.loads(cast("str", cells[_ENVIRONMENT])) for cells in self._rows(rows))

    def attempts(self) -> tuple[Trial, ...]:
        """Make every attempt ever recorded, after a check of every row of the store."""
        with Store.read(self._path) as opened:
            return opened.trials(self._study.name)

    def frame(self) -> pd.DataFrame:
        """Lay the trials out, in the order in which they ended."""
        return table(self._study, self._columns)

    def _rows(self, rows: Sequence[int]) -> Iterator[Row]:
        with Store.read(self._path) as opened:
            yield from opened.rows(self._columns.numbers["id"][rows].tolist())

    def _told(self, row: int) -> tuple[object, ...]:
        """What the columns say of a trial."""
        columns = self._columns
        metrics = {name: float(values[row]) for name, values in columns.metrics.items()}
        return (
            columns.labels[columns.label[row]],
            columns.errors[columns.error[row]],
            [values[row] for name, values in columns.numbers.items() if name != "id"],
            {name: value for name, value in metrics.items() if not isnan(value)},
        )


def _said(trial: Trial) -> tuple[object, ...]:
    """What a trial says of itself, as columns do."""
    return (
        (trial.study, trial.condition, trial.component, trial.status),
        trial.error,
        [trial.seed, trial.attempt, trial.wall_s, trial.cpu_s],
        dict(trial.metrics),
    )


def _require_planned(study: Study, rows: Columns) -> None:
    """Refuse a trial that the study never asked for."""
    realiser, known = Realiser(study), dict[Design, frozenset[str]]()
    asked: dict[int, frozenset[str]] = {}
    for seed in study.seeds:
        design = study.design.at(seed)
        if design not in known:
            found = (each.name for each in realiser.of(design) if isinstance(each, Realised))
            known[design] = frozenset(found)
        asked[seed] = known[design]
    asked.update(dict.fromkeys(study.extra_seeds, frozenset({BASELINE})))
    conditions = rows.texts("condition")
    for label, seed in zip(rows.label.tolist(), rows.numbers["seed"].tolist(), strict=True):
        if conditions[label] not in asked.get(seed, ()):
            raise AblationError(
                f"{conditions[label]!r}, seed {seed}, of the study {study.name!r} "
                f"is not in the plan of {study.name!r}."
            )
