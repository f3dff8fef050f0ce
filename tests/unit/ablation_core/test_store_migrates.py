"""Stores of every released version are read as they are, and brought up to date when written."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, load
from ablation.outcomes import Outcomes
from ablation.store import Store, verify
from ablation.store.schema import VERSION

STUDY = Study(
    "toy", "toy:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], 4,
    config={"a": True},
)  # fmt: skip

# What version 1 wrote, word for word; it is not taken from the package on purpose.
VERSION_1 = """
PRAGMA application_id = 1094863921;
PRAGMA user_version = 1;
CREATE TABLE studies (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    package TEXT NOT NULL,
    registered TEXT NOT NULL,
    checksum TEXT NOT NULL);
CREATE TABLE trials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    study TEXT NOT NULL REFERENCES studies (name),
    condition TEXT NOT NULL,
    component TEXT,
    seed INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    key TEXT NOT NULL,
    metrics TEXT NOT NULL,
    config TEXT NOT NULL,
    error TEXT,
    wall_s REAL NOT NULL,
    cpu_s REAL NOT NULL,
    environment TEXT NOT NULL,
    recorded TEXT NOT NULL,
    checksum TEXT NOT NULL,
    UNIQUE (study, condition, seed, attempt));
CREATE TRIGGER studies_update BEFORE UPDATE ON studies
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER studies_delete BEFORE DELETE ON studies
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER trials_update BEFORE UPDATE ON trials
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
CREATE TRIGGER trials_delete BEFORE DELETE ON trials
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END;
PRAGMA journal_mode = WAL;
"""


def chained(before: str, cells: list[object]) -> list[object]:
    text = json.dumps([before, *cells], ensure_ascii=False, separators=(",", ":"))
    return [*cells, hashlib.sha256(text.encode()).hexdigest()]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of version 1 with three trials of four seeds."""
    path = tmp_path / "runs.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    stated = chained("", ["toy", STUDY.text, "0.1.0", "2026-01-01T00:00:00+00:00"])
    connection.execute("INSERT INTO studies VALUES (?, ?, ?, ?, ?)", stated)
    before = ""
    for number in (1, 2, 3):
        seed, off = (number - 1) // 2, number % 2 == 0
        row = chained(
            before,
            [
                number, "toy", "without a" if off else "baseline", "a" if off else None, seed, 1,
                "done", f"{number:064x}", json.dumps({"m": seed + 0.25}, separators=(",", ":")),
                json.dumps({"a": not off}, separators=(",", ":")), None, 1.5, 1.25, "{}",
                "2026-01-01T00:00:00+00:00",
            ],
        )  # fmt: skip
        before = str(row[-1])
        connection.execute(f"INSERT INTO trials VALUES ({', '.join('?' * 16)})", row)
    connection.commit()
    connection.close()
    return path


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()


def trial(seed: int, condition: str = "baseline") -> Trial:
    return Trial(
        study="toy", condition=condition, component=None if condition == "baseline" else "a",
        seed=seed, status="done", metrics={"m": 0.5},
    )  # fmt: skip


def test_an_old_store_is_read_and_verified_without_being_changed(old: Path) -> None:
    assert [each.metrics["m"] for each in load(old)] == [0.25, 0.25, 1.25]
    assert verify(old).sound
    with Store.read(old) as store:
        assert store.examples("toy") == {}
    assert version(old) == 1


def test_an_old_store_that_is_written_to_is_brought_up_to_date_and_keeps_its_rows(
    old: Path,
) -> None:
    before = load(old).attempts
    with Store.open(old) as store:
        store.append(trial(2), {"right": Outcomes.of([1, 0])})
    assert version(old) == VERSION
    assert verify(old).sound
    assert load(old).attempts[:3] == before
    assert len(load(old)) == 4


def test_damage_done_before_the_migration_is_still_found_after_it(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("DROP TRIGGER trials_update")
    connection.execute("UPDATE trials SET seed = 3 WHERE id = 3")
    connection.execute(
        "CREATE TRIGGER trials_update BEFORE UPDATE ON trials\n"
        "    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END"
    )
    connection.commit()
    connection.close()
    Store.open(old).close()
    assert verify(old).problems == ("row 3 is not what was written",)


def test_the_file_itself_says_its_version_as_soon_as_it_is_brought_up_to_date(old: Path) -> None:
    """Programs of earlier versions ask the file, and not the log beside it."""
    with Store.open(old):
        assert int.from_bytes(old.read_bytes()[60:64]) == VERSION
