"""Full blocks are kept by column too: the same table, bound to the rows, never trusted blindly."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, frame, load
from ablation.errors import DamagedStoreError
from ablation.store import Store, keeping, verify
from ablation.store.blocks import ROWS
from ablation.store.columns import Columns
from ablation.store.opening import connect
from ablation.store.schema import ALL_TRIALS

SEEDS = 600


def study(name: str) -> Study:
    parts = [Component("a", switch="a")]
    return Study(name, "toy:train", parts, LeaveOneOut(), [Metric("m")], SEEDS, config={"a": True})


def trials(name: str) -> Iterator[Trial]:
    """Some failed first, some failed for good, some returned another metric beside."""
    for seed in range(SEEDS):
        for condition in ("baseline", "without a"):
            bad = seed % 90 == 4
            for attempt, failed in enumerate([bad] if seed % 180 else [True, bad], start=1):
                yield Trial(
                    study=name, condition=condition, seed=seed, attempt=attempt,
                    component=None if condition == "baseline" else "a",
                    status="failed" if failed else "done",
                    metrics={} if failed else {"m": seed / 7, **({"b": 1.0} if seed % 3 else {})},
                    error=f"ValueError: nö\n{seed}" if failed else None, wall_s=seed / 3,
                )  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "runs.db"
    with Store.open(path) as store:
        for name in ("one", "two"):
            store.register(study(name))
            store.append_all(trials(name))
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "runs.db"),))
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return tmp_path / "runs.db"


@contextmanager
def behind(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """Edit behind the triggers' back."""
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute(asked, (table,)).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, text in triggers:
            connection.execute(text)


def kept(path: Path) -> int:
    with closing(connect(path, writing=False)) as connection:
        return len(keeping.kept(connection))


def by_plan(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["condition", "seed"], ignore_index=True)


def test_full_blocks_are_kept_and_the_table_is_that_of_the_trials(path: Path) -> None:
    assert kept(path) == 4
    assert verify(path).sound
    for name in ("one", "two"):
        pd.testing.assert_frame_equal(by_plan(frame(path, name)), by_plan(load(path, name).frame()))


def test_rows_turned_one_by_one_give_the_same_bytes(path: Path) -> None:
    with closing(connect(path, writing=False)) as connection:
        rows = connection.execute(ALL_TRIALS).fetchall()
        found = keeping.kept(connection)
    for number, each in enumerate(found):
        slow = Columns.of(rows[number * ROWS : (number + 1) * ROWS])
        assert slow.written() == each.written()


def test_a_store_of_which_blocks_are_not_yet_kept_is_caught_up_with_as_it_grows(
    path: Path,
) -> None:
    expected = frame(path, "one")
    with behind(path, "blocks") as connection:
        connection.execute("DELETE FROM blocks")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'blocks'")
    pd.testing.assert_frame_equal(frame(path, "one"), expected)
    extra = [each for each in trials("three") if each.seed < 2]
    with Store.open(path) as store:
        store.register(study("three"))
        store.append(extra[0])
        assert kept(path) == 1
        store.append_all(extra[1:])
    assert kept(path) == 4
    assert verify(path).sound
    pd.testing.assert_frame_equal(frame(path, "one"), expected)


CELLS = {
    "id": "id + 7",
    "above": "upper(above)",
    "last": "replace(last, '0', '1')",
    "turned": "CAST(turned || x'00' AS BLOB)",
    "checksum": "upper(checksum)",
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("number", [2, 4])
def test_a_block_that_was_changed_is_found_and_its_rows_are_read_instead(
    path: Path, cell: str, number: int
) -> None:
    expected = frame(path, "one")
    with behind(path, "blocks") as connection:
        connection.execute(f"UPDATE blocks SET {cell} = {CELLS[cell]} WHERE id = {number}")
    assert kept(path) == number - 1
    assert not verify(path).sound
    pd.testing.assert_frame_equal(frame(path, "one"), expected)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_block_that_is_gone_is_missed(path: Path, number: int) -> None:
    expected = frame(path, "two")
    with behind(path, "blocks") as connection:
        connection.execute("DELETE FROM blocks WHERE id = ?", (number,))
    assert not verify(path).sound
    pd.testing.assert_frame_equal(frame(path, "two"), expected)


def test_a_whole_block_of_another_store_is_not_taken(path: Path, tmp_path: Path) -> None:
    """A page of a backup in the wrong place: its own checksum is right, its rows are others."""
    expected = frame(path, "one")
    with Store.open(tmp_path / "other.db") as store:
        store.register(study("two"))
        store.append_all(trials("two"))
    with behind(path, "blocks") as connection:
        connection.execute("ATTACH ? AS other", (str(tmp_path / "other.db"),))
        connection.execute("DELETE FROM blocks WHERE id = 1")
        connection.execute("INSERT INTO blocks SELECT * FROM other.blocks WHERE id = 1")
    assert kept(path) == 0
    assert verify(path).problems == ("block 1 is not what rows 1 to 512 say",)
    pd.testing.assert_frame_equal(frame(path, "one"), expected)


@pytest.mark.parametrize("row", [1, 300, 512, 513, 2048, 2300])
def test_a_row_that_was_changed_is_named_and_never_in_a_table(path: Path, row: int) -> None:
    expected = frame(path, "one")
    with behind(path, "trials") as connection:
        connection.execute("UPDATE trials SET wall_s = wall_s + 1 WHERE id = ?", (row,))
    assert verify(path).problems == (f"row {row} is not what was written",)
    with pytest.raises(DamagedStoreError, match=f"row {row} is"):
        load(path, "one")
    if row <= 2048:
        pd.testing.assert_frame_equal(frame(path, "one"), expected)
    else:
        with pytest.raises(DamagedStoreError, match=f"row {row} is"):
            frame(path, "one")


@pytest.mark.parametrize("rows", ["id = 512", "id > 2000", "id = (SELECT max(id) FROM trials)"])
def test_rows_that_are_gone_are_missed(path: Path, rows: str) -> None:
    with behind(path, "trials") as connection:
        connection.execute(f"DELETE FROM trials WHERE {rows}")
    assert not verify(path).sound
    with pytest.raises(DamagedStoreError, match=r"missing|were written"):
        frame(path, "one")


def test_a_row_that_is_gone_inside_a_block_is_missed_and_still_in_the_table(path: Path) -> None:
    expected = frame(path, "one")
    with behind(path, "trials") as connection:
        connection.execute("DELETE FROM trials WHERE id = 100")
    assert "row 100 is missing (row 101 is in its place)" in verify(path).problems
    pd.testing.assert_frame_equal(frame(path, "one"), expected)


def test_a_count_that_was_changed_shortens_no_table(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 2047 WHERE name = 'trials'")
    assert not verify(path).sound
    with pytest.raises(DamagedStoreError, match="2047 rows were written"):
        frame(path, "one")


def test_rows_that_are_damaged_already_do_not_stop_a_study_and_are_not_kept(path: Path) -> None:
    with behind(path, "blocks") as connection:
        connection.execute("DELETE FROM blocks")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'blocks'")
    with behind(path, "trials") as connection:
        connection.execute("UPDATE trials SET seed = -1 WHERE id = 77")
    with Store.open(path) as store:
        store.register(study("three"))
        store.append(next(trials("three")))
    assert kept(path) == 0
    assert verify(path).problems == ("row 77 is not what was written",)


def test_an_interruption_while_a_block_is_kept_leaves_neither_the_block_nor_the_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [*trials("one")][:ROWS]
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study("one"))
        store.append_all(made[:-1])
        with monkeypatch.context() as patch:
            patch.setattr(Columns, "written", interrupt)
            with pytest.raises(KeyboardInterrupt):
                store.append(made[-1])
        assert len(store.trials("one")) == ROWS - 1
        store.append(made[-1])
    assert kept(tmp_path / "runs.db") == 1
    assert verify(tmp_path / "runs.db").sound


def interrupt(_: Columns) -> bytes:
    raise KeyboardInterrupt
