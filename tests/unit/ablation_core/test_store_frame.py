"""A long log becomes one table in several processes, each row checked, and equals the slow road."""

import hashlib
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, load
from ablation.errors import DamagedStoreError, UnknownStudyError
from ablation.store import Store, sharing
from ablation.store.blocks import gathered
from ablation.store.frame import frame
from ablation.store.opening import connect
from ablation.store.rows import row_of


def study(name: str) -> Study:
    parts = [Component("a", switch="a")]
    return Study(name, "toy:train", parts, LeaveOneOut(), [Metric("m")], 40, config={"a": True})


def trials() -> list[Trial]:
    """Two studies in turn; some trials failed first, some returned another metric beside."""
    made = []
    for seed in range(40):
        for name, condition in [("one", "baseline"), ("two", "baseline"), ("one", "without a")]:
            bad = seed % 9 == 4
            attempts = [bad] if not bad or seed == 13 else [bad, False]
            for attempt, failed in enumerate(attempts, start=1):
                extra = {"loss": 0.5} if seed % 3 == 0 else {}
                made.append(
                    Trial(
                        study=name, condition=condition,
                        component=None if condition == "baseline" else "a", seed=seed,
                        status="failed" if failed else "done", attempt=attempt,
                        metrics={} if failed else {"m": seed / 7, **extra},
                        error="ValueError: nö\nmore" if failed else None, wall_s=seed / 3,
                    )
                )  # fmt: skip
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(study("one"))
        store.register(study("two"))
        for trial in trials():
            store.append(trial)
    return path


@pytest.mark.parametrize("rows_a_process", [1_000, 40])
def test_the_table_equals_that_of_the_trials(
    path: Path, rows_a_process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_MANY", rows_a_process)
    slow = load(path, "one").frame().sort_values(["condition", "seed"], ignore_index=True)
    fast = frame(path, "one").sort_values(["condition", "seed"], ignore_index=True)
    pd.testing.assert_frame_equal(fast, slow)
    assert fast["status"].value_counts().to_dict() == {"done": 78, "failed": 2}
    assert len(frame(path, "one", attempts=True)) == 86


@pytest.mark.parametrize("row", [1, 31, 32, 33, 128, 129])
def test_a_changed_row_is_found_in_whichever_process_reads_it(
    path: Path, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_MANY", 32)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER trials_update")
    connection.execute("UPDATE trials SET wall_s = wall_s + 1 WHERE id = ?", (row,))
    connection.commit()
    connection.close()
    with pytest.raises(DamagedStoreError, match=f"row {row} is not what was written"):
        frame(path, "two")


@pytest.mark.parametrize("row", [1, 32, 33, 129])
def test_a_lost_row_is_missed_in_whichever_process_reads_it(
    path: Path, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_MANY", 32)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER trials_delete")
    connection.execute("DELETE FROM trials WHERE id = ?", (row,))
    connection.commit()
    connection.close()
    with pytest.raises(DamagedStoreError, match=r"row \d+ is|were written"):
        frame(path, "two")


@pytest.mark.parametrize("rows_a_process", [1_000, 5])
def test_texts_of_another_study_leave_no_trace(
    tmp_path: Path, rows_a_process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_MANY", rows_a_process)
    with Store.open(tmp_path / "runs.db") as store:
        for name in ("one", "two"):
            store.register(study(name))
        for trial in (each for each in trials() if each.study == "two" or not each.error):
            store.append(trial)
    slow = load(tmp_path / "runs.db", "one").frame()
    fast = frame(tmp_path / "runs.db", "one").sort_values(["condition", "seed"], ignore_index=True)
    assert fast["error"].isna().all()
    pd.testing.assert_frame_equal(fast, slow.sort_values(["condition", "seed"], ignore_index=True))


def test_one_of_several_studies_must_be_named(path: Path) -> None:
    with pytest.raises(UnknownStudyError, match="needs the name of one study"):
        frame(path)


def test_a_study_without_trials_is_a_table_without_rows(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study("one"))
    assert frame(tmp_path / "runs.db").columns.tolist()[:3] == ["study", "condition", "component"]
    assert len(frame(tmp_path / "runs.db")) == 0


def test_the_checksum_is_that_of_the_cells_as_json() -> None:
    trial = trials()[-1]
    *cells, stated = row_of(trial, 7, "before", "now")
    text = json.dumps(["before", *cells], ensure_ascii=False, separators=(",", ":"))
    assert stated == hashlib.sha256(text.encode()).hexdigest()


def hostile(number: int) -> Trial:
    """Every control character, quotes, and numbers that are written in many ways."""
    text = "".join(map(chr, (*range(0x20), 0x22, 0x5C, 0x7F, 0x2028, 0x10FFFF, number + 0x370)))
    return Trial(
        study="one", condition=text, component=text, seed=-number, status="failed", key=text,
        metrics={text: 0.1 * number, "m": 5e-324}, config={text: [text, None, 1e300]}, error=text,
        wall_s=1e16 / (number + 1), cpu_s=1e-5 * number, environment={"a": text},
    )  # fmt: skip


def test_blocks_that_sqlite_writes_are_those_that_python_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study("one"))
        for number in range(30):
            store.append(hostile(number))
    fast = frame(tmp_path / "runs.db")
    connection = connect(tmp_path / "runs.db", writing=False)
    assert gathered(connection, 1, 30) is not None
    connection.close()
    monkeypatch.setattr(sharing, "gathered", lambda *_: None)
    pd.testing.assert_frame_equal(fast, frame(tmp_path / "runs.db"))
    assert fast["condition"].tolist() == [hostile(number).condition for number in range(30)]


def test_an_sqlite_without_json_reads_the_same_table(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = frame(path, "one")
    monkeypatch.setattr("ablation.store.blocks._SELECT", "SELECT no_such_function(?, ?)")
    pd.testing.assert_frame_equal(frame(path, "one"), expected)


def test_metrics_that_are_called_as_columns_take_no_column_away(tmp_path: Path) -> None:
    parts = [Component("a", switch="a")]
    named = Study("one", "toy:train", parts, LeaveOneOut(), ["seed"], 40, config={"a": True})
    with Store.open(tmp_path / "runs.db") as store:
        store.register(named)
        for trial in trials():
            if trial.study == "one" and trial.condition == "baseline":
                store.append(replace(trial, metrics={"seed": 3.0} if trial.done else {}))
    table = frame(tmp_path / "runs.db")
    assert sorted(table["seed"]) == [*range(40)]
    assert set(table["metric seed"].dropna()) == {3.0}
