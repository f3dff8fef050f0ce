"""How far a study is, is counted without making a trial, and equals counting the trials."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ablation import Component, LeaveOneOut, Metric, RandomMasks, Study, Trial, load
from ablation.design import Design, Pairs
from ablation.errors import AblationError, DamagedStoreError
from ablation.plan import lay_out
from ablation.store import Store
from ablation.store.listing import listed_trials
from ablation.store.progress import planned, progress

PARTS = [Component(name, switch=name) for name in "abc"]
CONFIG = dict.fromkeys("abce", True)


MODULE = Component("d", module="blocks.1")


def study(
    design: Design, *, name: str = "toy", parts: Sequence[Component] = PARTS, **more: object
) -> Study:
    return Study(name, "toy:train", parts, design, [Metric("m")], 6, config=CONFIG, **more)


STUDIES = {
    "leave-one-out": study(LeaveOneOut()),
    "lone baselines": study(LeaveOneOut(), baseline=10),
    "pairs": study(Pairs()),
    "other masks in every block": study(RandomMasks(4)),
    "patched at inference": study(
        LeaveOneOut(),
        parts=[*PARTS, MODULE, Component("e", module="e", switch="e")],
        evaluate="toy:evaluate",
    ),
    "not all can be run": study(LeaveOneOut(), parts=[*PARTS, MODULE]),
}


@pytest.mark.parametrize("kind", STUDIES)
def test_planned_trials_are_counted_as_they_would_be_laid_out(kind: str) -> None:
    laid = lay_out(STUDIES[kind])
    assert planned(STUDIES[kind]) == Counter(each.condition for each in laid.trials)
    assert [*planned(STUDIES[kind])] == [each.name for each in laid.conditions]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Trials in another order than planned, some missing, some tried up to three times."""
    rng = np.random.default_rng(0)
    path = tmp_path / "runs.db"
    with Store.open(path) as opened:
        for name in ("one", "two"):
            stated = study(LeaveOneOut(), baseline=10, name=name)
            opened.register(stated)
            order = rng.permutation(len(lay_out(stated).trials))[:25]
            for each in (lay_out(stated).trials[at] for at in order):
                for attempt in range(1, rng.integers(1, 4) + 1):
                    bad = bool(rng.random() < 0.5)
                    opened.append(
                        Trial(
                            study=name, condition=each.condition, component=each.component,
                            seed=each.seed, status="failed" if bad else "done", attempt=attempt,
                            metrics={} if bad else {"m": rng.random()}, config=each.config,
                            error=f"ValueError: {attempt}\nmore" if bad else None,
                        )
                    )  # fmt: skip
    return path


def test_progress_is_that_of_the_trials(store: Path) -> None:
    for name, found in zip(("one", "two"), progress(store), strict=True):
        trials = load(store, name)
        done = Counter(each.condition for each in trials if each.done)
        failed = Counter(each.condition for each in trials if not each.done)
        missing = Counter(each.condition for each in trials.missing)
        assert (found.study, {**found.done}, {**found.failed}) == (
            name,
            {each: done[each] for each in found.planned},
            {each: failed[each] for each in found.planned},
        )
        assert {each: found.missing(each) for each in found.planned} == {
            each: missing[each] for each in found.planned
        }
        assert {
            (each.condition, each.seed, each.attempt, each.error) for each in found.failures
        } == {
            (each.condition, each.seed, each.attempt, each.error) for each in trials if each.error
        }
        assert progress(store, name) == (found,)


def test_a_list_of_trials_is_in_the_order_of_the_plan(store: Path) -> None:
    trials = load(store, "two")
    _, columns = listed_trials(store, "two")
    with Store.read(store) as opened:
        rows = [*opened.rows(columns.numbers["id"].tolist())]
    assert [row[1:6] for row in rows] == [
        ("two", each.condition, each.component, each.seed, each.attempt) for each in trials
    ]
    assert columns.metric("m").tolist() == pytest.approx(
        [each.metrics.get("m", np.nan) for each in trials], nan_ok=True
    )
    _, every = listed_trials(store, "two", attempts=True)
    assert every.numbers["attempt"].tolist() == [each.attempt for each in trials.attempts]


def test_a_row_that_is_read_by_its_number_is_checked(store: Path) -> None:
    with Store.read(store) as opened, pytest.raises(DamagedStoreError, match="1000 rows were"):
        next(opened.rows([1000]))


def test_a_trial_that_no_plan_has_is_named(tmp_path: Path) -> None:
    odd = Trial(
        study="toy", condition="without d", component="d", seed=0, status="done", metrics={}
    )
    with Store.open(tmp_path / "runs.db") as store:
        store.register(STUDIES["pairs"])
        store.append(odd)
    for read in (progress, listed_trials):
        with pytest.raises(AblationError, match=r"'without d'.* is not in the plan of 'toy'"):
            read(tmp_path / "runs.db")
