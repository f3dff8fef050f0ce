"""How far a study is, counted from columns: no trial is made, and none is planned one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ablation.errors import AblationError
from ablation.plan import Realised
from ablation.plan.realised import Realiser
from ablation.store.columns import Columns
from ablation.store.record import Store
from ablation.store.sharing import turned
from ablation.study import Study


@dataclass(frozen=True, slots=True)
class Failure:
    """A trial whose last attempt failed, and what it said."""

    condition: str
    seed: int
    attempt: int
    error: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many trials of each condition are planned, done, failed; in the order of the design."""

    study: str
    planned: Mapping[str, int]
    done: Mapping[str, int]
    failed: Mapping[str, int]
    failures: Sequence[Failure]

    def missing(self, condition: str) -> int:
        """How many trials of a condition have no attempt yet."""
        return self.planned[condition] - self.done[condition] - self.failed[condition]


def progress(store: str | Path, study: str | None = None) -> tuple[Progress, ...]:
    """Count the trials of a study, or of every study of a store; of several attempts the last.

    >>> progress("no-such-file.db")
    Traceback (most recent call last):
    ablation.errors.StoreError: no-such-file.db: does not exist.
    """
    path = Path(store)
    with Store.read(path) as opened:
        names = opened.studies() if study is None else [study]
        stated = [opened.study(name) for name in names]
    rows = turned(path)
    return tuple(_progress(each, rows.of_study(each.name).latest()) for each in stated)


def planned(study: Study) -> dict[str, int]:
    """How many trials a study asks for in each condition, in the order of its design.

    >>> from ablation import Component, LeaveOneOut, Metric
    >>> planned(Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=3, config={"attention": True}))
    {'baseline': 3, 'without attention': 3}
    """
    realiser, counts = Realiser(study), Counter[str]()
    for design, seeds in Counter(study.design.at(seed) for seed in study.seeds).items():
        for each in realiser.of(design):
            counts[each.name if isinstance(each, Realised) else ""] += seeds
    counts["baseline"] += len(study.extra_seeds)
    return {name: count for name, count in counts.items() if name and count}


def _progress(study: Study, rows: Columns) -> Progress:
    asked = planned(study)
    counts = np.bincount(rows.label, minlength=len(rows.labels)).tolist()
    ended = {"done": dict.fromkeys(asked, 0), "failed": dict.fromkeys(asked, 0)}
    for (_, condition, _, status), count in zip(rows.labels, counts, strict=True):
        if condition not in asked:
            raise AblationError(f"{condition!r} is not in the plan of {study.name!r}.")
        ended[str(status)][str(condition)] += count
    return Progress(study.name, asked, ended["done"], ended["failed"], _failures(rows, [*asked]))


def _failures(rows: Columns, order: Sequence[str]) -> tuple[Failure, ...]:
    failed = np.array([each == "failed" for each in rows.texts("status")], dtype=bool)
    chosen = rows.chosen(np.flatnonzero(failed[rows.label]))
    found = [
        Failure(str(chosen.labels[label][1]), seed, attempt, str(chosen.errors[error]))
        for label, seed, attempt, error in zip(
            chosen.label.tolist(),
            chosen.numbers["seed"].tolist(),
            chosen.numbers["attempt"].tolist(),
            chosen.error.tolist(),
            strict=True,
        )
    ]
    place = {condition: at for at, condition in enumerate(order)}
    return tuple(sorted(found, key=lambda each: (each.seed, place[each.condition])))
