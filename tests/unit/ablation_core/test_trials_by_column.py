"""Trials that stand on columns say what trials that were made one by one say, to the last bit."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from math import fsum, inf
from pathlib import Path

import pandas as pd
import pytest

from ablation import (
    Component,
    LeaveOneOut,
    Metric,
    RandomMasks,
    ShapleySampling,
    Study,
    Trial,
    Trials,
    contrasts,
    effects,
    interactions,
    load,
    variance_sources,
)
from ablation.errors import AblationError, DamagedStoreError, StoreError
from ablation.plan import lay_out
from ablation.report.study import study_page
from ablation.statistics.comparing import DIVERGED, askings, compare
from ablation.statistics.ended import Ended
from ablation.store import Store, loading, verify
from ablation.store.blocks import ROWS

PARTS = [Component(name, switch=name) for name in "abcd"]
STUDIES = {
    "lone": {"design": LeaveOneOut(), "seeds": 130, "baseline": 160},
    "crossed": {"design": LeaveOneOut(), "seeds": {"split": 12, "init": 11}},
    "masks": {"design": RandomMasks(9), "seeds": 60},
    "shapley": {"design": ShapleySampling(4), "seeds": 100},
}


def stated(name: str) -> Study:
    metrics = [Metric("m", equivalence=0.1), Metric("loss", higher_is_better=False)]
    config = dict.fromkeys("abcd", True)
    return Study(name, "toy:train", PARTS, metrics=metrics, config=config, **STUDIES[name])


def attempts(study: Study, seed: int) -> Iterator[Trial]:
    """Some fail and are run again, some never run, some diverge, some lack a metric."""
    rng = random.Random(seed)
    planned = list(lay_out(study).trials)
    rng.shuffle(planned)
    for each in planned[: int(len(planned) * 0.97)]:
        fails = rng.choices([(False,), (True,), (True, False), (True, True)], [20, 1, 1, 1])[0]
        for attempt, failed in enumerate(fails, start=1):
            metrics = {"m": rng.gauss(0, 1), "loss": rng.choice([0.0, -0.0, rng.random(), 1e200])}
            for name in rng.choices([(), ("m",), ("loss",)], [20, 1, 1])[0]:
                del metrics[name]
            if rng.random() < 0.1:
                metrics["beside"] = 0.5
            yield Trial(
                study=study.name, condition=each.condition, component=each.component,
                seed=each.seed, attempt=attempt, config=each.config, key=each.key,
                status="failed" if failed else "done", metrics={} if failed else metrics,
                error="ValueError: no\nat all" if failed else None, wall_s=rng.random(),
                environment={"host": rng.choice("ab"), "order": each.order},
            )  # fmt: skip


@pytest.fixture(scope="module", params=STUDIES)
def both(request, tmp_path_factory: pytest.TempPathFactory) -> tuple[Trials, Trials, Path]:
    study = stated(request.param)
    made = [*attempts(study, len(request.param))]
    path = tmp_path_factory.mktemp("both") / "runs.db"
    with Store.open(path) as store:
        store.register(study)
        store.append_all(made)
    assert len(made) > ROWS
    return Trials(study, made), by_column(path), path


def by_column(path: Path) -> Trials:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_MANY", 0)
        return load(path)


def test_tables_are_the_same_to_the_last_bit(both: tuple[Trials, Trials, Path]) -> None:
    made, columns, _ = both
    for table in (effects, interactions, contrasts):
        one, other = table(made), table(columns)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
        assert repr(one.attrs) == repr(other.attrs)
    if len(made.study.streams.crossed) > 1:
        one, other = variance_sources(made), variance_sources(columns)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(made.frame(), columns.frame(), check_exact=True)
    assert repr(made) == repr(columns)


def test_trials_are_made_when_they_are_asked_for(both: tuple[Trials, Trials, Path]) -> None:
    made, columns, _ = both
    assert (columns[3], columns[-1], columns[5:9]) == (made[3], made[-1], made[5:9])
    assert [*columns] == [*made]
    assert columns.failed == made.failed == tuple(each for each in made if not each.done)
    assert columns.missing == made.missing
    assert columns == made
    assert hash(columns) == hash(made)
    pd.testing.assert_frame_equal(made.covariates(), columns.covariates())


def test_the_report_is_the_same(both: tuple[Trials, Trials, Path]) -> None:
    made, columns, _ = both
    assert study_page(made).render() == study_page(columns).render()


def test_sides_are_those_of_the_trials_one_by_one(both: tuple[Trials, Trials, Path]) -> None:
    """The definition, without a column: a side is there where every run that it weighs finished."""
    _, columns, _ = both
    runs = {(each.condition, each.seed): each for each in columns}
    values = {
        unit: each.metrics["loss"]
        for unit, each in runs.items()
        if abs(each.metrics.get("loss", inf)) < DIVERGED
    }
    ended = Ended(columns.runs)
    diverged = ended.beyond("loss", DIVERGED)
    named = askings(columns)
    for asking, found in zip(named, compare(columns, "loss"), strict=True):
        for side, given in enumerate((found.baseline, found.ablated)):
            expected = {
                seed: fsum(
                    weight * values[name, seed] for name, weight in contrast.sides[side].items()
                )
                for seed, contrast in asking.by_seed.items()
                if all((name, seed) in values for name in contrast.sides[side])
            }
            inside = {seed: value for seed, value in given.items() if seed in asking.by_seed}
            assert repr(inside) == repr(expected)
        weighed = [
            runs[name, seed]
            for name in sorted(asking.conditions)
            for seed, contrast in asking.by_seed.items()
            if (name, seed) in runs and name in contrast.weights
        ]
        told = ended.weighed(asking, diverged)
        assert told.ran == bool(weighed)
        assert told.failed == sum(not each.done for each in weighed)
        assert [*told.diverged] == [
            (each.seed, each.metrics["loss"])
            for each in weighed
            if abs(each.metrics.get("loss", 0.0)) >= DIVERGED
        ]


def damaged(whole: Path, path: Path, change: str) -> Path:
    """Copy a store and edit one row behind the triggers' back."""
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (text,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'trials_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER trials_update")
        connection.execute(f"UPDATE trials SET {change}")
        connection.execute(text)
        connection.execute("PRAGMA journal_mode = WAL")
    return path


@pytest.mark.parametrize("cell", ["metrics = '{\"m\":9}'", "seed = seed + 5000", "config = '{}'"])
def test_a_row_that_rotted_in_a_kept_block_changes_no_number_and_makes_no_trial(
    both: tuple[Trials, Trials, Path], tmp_path: Path, cell: str
) -> None:
    made, _, whole = both
    path = damaged(whole, tmp_path / "runs.db", f"{cell} WHERE id = 77")
    columns = by_column(path)
    pd.testing.assert_frame_equal(effects(made), effects(columns), check_exact=True)
    assert not verify(path).sound
    for ask in (lambda: columns.attempts, lambda: load(path)):
        with pytest.raises(DamagedStoreError, match="row 77"):
            ask()


def test_a_row_that_rotted_after_the_last_block_is_refused_at_once(
    both: tuple[Trials, Trials, Path], tmp_path: Path
) -> None:
    *_, whole = both
    with closing(sqlite3.connect(whole)) as connection:
        (last,) = connection.execute("SELECT max(id) FROM trials").fetchone()
    path = damaged(whole, tmp_path / "runs.db", f"config = '{{}}' WHERE id = {last}")
    with pytest.raises(DamagedStoreError):
        by_column(path)


def test_another_store_in_the_place_of_the_first_makes_no_trial(tmp_path: Path) -> None:
    study, paths = stated("lone"), [tmp_path / "one.db", tmp_path / "other.db"]
    for seed, path in enumerate(paths):
        with Store.open(path) as store:
            store.register(study)
            store.append_all(attempts(study, seed))
    columns = by_column(paths[0])
    paths[1].replace(paths[0])
    with pytest.raises(DamagedStoreError, match="is not what its block says"):
        columns[0]
    paths[0].unlink()
    with pytest.raises(StoreError, match="does not exist"):
        columns[0]


def test_a_trial_that_was_never_planned_is_refused(tmp_path: Path) -> None:
    study = stated("masks")
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study)
        store.append(
            Trial(
                study="masks",
                condition="without e",
                component="e",
                seed=0,
                status="done",
                metrics={"m": 1.0},
            )
        )
    with pytest.raises(AblationError, match="is not in the plan"):
        by_column(tmp_path / "runs.db")
