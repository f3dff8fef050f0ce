"""A damaged, foreign or newer store is refused and left as it is; every damaged row is found."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, examples, frame, load
from ablation.errors import (
    DamagedStoreError,
    ForeignStoreError,
    NewerStoreError,
    StoreError,
)
from ablation.outcomes import Outcomes
from ablation.store import Store, verify
from ablation.store.rows import COLUMNS
from ablation.store.schema import statements

STUDY = Study(
    "toy",
    "toy:train",
    [Component("a", switch="a")],
    LeaveOneOut(),
    [Metric("m")],
    30,
    config={"a": True, "filling": "x" * 300},
)

TRIALS = next(each for each in statements(1) if "CREATE TABLE trials" in each)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Three blocks of the 30 trials are kept by column, and six trials are only rows."""
    with pytest.MonkeyPatch.context() as patch:
        for page in ("blocks", "keeping", "sharing"):
            patch.setattr(f"ablation.store.{page}.ROWS", 8)
        yield


@pytest.fixture(scope="module")
def undamaged(small_blocks: None, tmp_path_factory) -> Path:
    """A store of 30 trials, some of them failed."""
    path = tmp_path_factory.mktemp("undamaged") / "runs.db"
    with Store.open(path) as store:
        store.register(STUDY)
        for seed in range(30):
            bad = seed % 7 == 3
            store.append(
                Trial(
                    study="toy",
                    condition="without a" if seed % 2 else "baseline",
                    component="a" if seed % 2 else None,
                    seed=seed,
                    status="failed" if bad else "done",
                    metrics={} if bad else {"m": 0.1 * seed},
                    error="ValueError: no" if bad else None,
                    config={"a": True, "filling": "x" * 300},
                    key=f"{seed:064x}",
                    wall_s=1.5,
                    cpu_s=1.25,
                    environment={"host": "here"},
                ),
                {} if bad else {"right": Outcomes.of([seed, 0.5, 1])},
            )
    return path


@pytest.fixture
def store(undamaged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(undamaged, tmp_path / "runs.db"))


def edited(path: Path, *statements: str) -> None:
    """Edit behind the triggers' back, as a faulty disk or a person with a shell would."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


CHANGES = {
    "id": "id + 100",
    "study": "'yot'",
    "condition": "condition || ' '",
    "component": "'b'",
    "seed": "seed + 1000",
    "attempt": "attempt + 1",
    "status": "CASE status WHEN 'done' THEN 'failed' ELSE 'done' END",
    "key": "replace(key, '0', '1')",
    "metrics": "'{\"m\":0.31}'",
    "config": "replace(config, 'true', 'false')",
    "error": "'ValueError: nO'",
    "wall_s": "wall_s + 1e-9",
    "cpu_s": "-cpu_s",
    "environment": "'{}'",
    "recorded": "'2001-01-01T00:00:00+00:00'",
    "checksum": "upper(checksum)",
}


def test_the_changes_below_cover_every_column() -> None:
    assert tuple(CHANGES) == COLUMNS


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", [1, 17, 30])
def test_a_change_in_any_column_of_any_row_is_found(store: Path, column: str, row: int) -> None:
    edited(store, f"UPDATE trials SET {column} = {CHANGES[column]} WHERE id = {row}")
    assert not verify(store).sound
    with pytest.raises(DamagedStoreError, match=rf"row {row} is"):
        load(store)


@pytest.mark.parametrize("column", ["name", "definition", "package", "registered", "checksum"])
def test_a_change_in_any_column_of_a_study_is_found(store: Path, column: str) -> None:
    edited(store, f"UPDATE studies SET {column} = replace({column}, '0', '1') || ' '")
    assert not verify(store).sound
    with pytest.raises(DamagedStoreError, match="the study"):
        load(store)


@pytest.mark.parametrize("rows", ["id = 1", "id = 15", "id = 30", "id > 20", "1"])
def test_a_row_that_is_gone_is_missed(store: Path, rows: str) -> None:
    edited(store, f"DELETE FROM trials WHERE {rows}")
    assert not verify(store).sound
    with pytest.raises(DamagedStoreError, match=r"missing|were written"):
        load(store)


def test_rows_that_changed_places_are_found(store: Path) -> None:
    edited(
        store,
        "UPDATE trials SET id = 99 WHERE id = 4",
        "UPDATE trials SET id = 4 WHERE id = 5",
        "UPDATE trials SET id = 5 WHERE id = 99",
    )
    assert not verify(store).sound
    with pytest.raises(DamagedStoreError, match="row 4"):
        load(store)


def test_a_row_of_another_store_is_found_although_it_is_whole(store: Path) -> None:
    """A page of a backup in the wrong place: only the chain tells, so rows carry one."""
    other = store.with_name("other.db")
    with Store.open(other) as opened:
        opened.register(STUDY)
        for seed in (5, 6):
            opened.append(
                Trial(study="toy", condition="baseline", component=None, seed=seed,
                      status="done", metrics={"m": 9.0}, attempt=2)
            )  # fmt: skip
    assert verify(other).sound
    edited(
        store,
        f"ATTACH '{other}' AS other",
        "DELETE FROM trials WHERE id = 2",
        "INSERT INTO trials SELECT * FROM other.trials WHERE id = 2",
    )
    assert verify(store).problems[0] == "row 2 is not what was written"
    with pytest.raises(DamagedStoreError, match="row 2"):
        load(store)


@pytest.mark.parametrize(
    "column", [each for each in COLUMNS if each not in {"id", "component", "error"}]
)
@pytest.mark.parametrize("row", [3, 24, 30])  # inside a block and at its end, and the last
def test_a_cell_that_is_nothing_any_more_is_found(store: Path, column: str, row: int) -> None:
    """A bit of a row's header says what kind a cell is; SQLite reads NULL without a word."""
    truth = read(store)
    asked = "SELECT sql FROM sqlite_master WHERE name = 'trials'"
    for statement in (f"UPDATE trials SET {column} = NULL WHERE id = {row}", "SELECT 1"):
        with closing(sqlite3.connect(store, isolation_level=None)) as connection:
            ((made,),) = connection.execute(asked).fetchall()
            loose = made.replace(" NOT NULL", " " * 9) if "NOT NULL" in made else TRIALS
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'trials'", (loose,))
        edited(store, statement)
    assert right_or_refused(read(store), truth)
    assert f"row {row} is not what was written" in verify(store).problems


def test_tables_that_were_changed_are_found(store: Path) -> None:
    edited(store, "ALTER TABLE trials RENAME COLUMN wall_s TO duration")
    assert verify(store).problems == ("the tables are not the ones that were made",)


def read(path: Path) -> tuple[object, ...]:
    """What a user would see of the trials, their table and their examples, or refusals."""
    return (
        _seen(lambda: tuple(load(path).attempts)),
        _seen(lambda: frame(path).to_csv()),
        _seen(lambda: examples(path).to_csv()),
    )


def right_or_refused(seen: tuple[object, ...], truth: tuple[object, ...]) -> bool:
    return all(each in {None, true} for each, true in zip(seen, truth, strict=True))


def _seen(reading: Callable[[], object]) -> object:
    try:
        return reading()
    except StoreError:
        return None


def content(path: Path) -> object:
    """Every cell that SQLite still gives, whether or not it is what was written."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.text_factory = bytes
            tables = ("studies", "trials", "examples", "blocks")
            return [connection.execute(f"SELECT * FROM {each}").fetchall() for each in tables]
    except sqlite3.Error:
        return None


def after_flips(store: Path, rng: random.Random, flips: int) -> list[str]:
    """Flip one bit at a time and read; collect every wrong answer that nobody noticed."""
    whole, truth, written = store.read_bytes(), read(store), content(store)
    silent = []
    for _ in range(flips):
        place, bit = rng.randrange(len(whole)), rng.randrange(8)
        broken = bytearray(whole)
        broken[place] ^= 1 << bit
        store.write_bytes(broken)
        seen = read(store)
        if not right_or_refused(seen, truth):
            silent.append(f"byte {place}, bit {bit}: another table without a word")
        if _sound(store) and (seen != truth or content(store) != written):
            silent.append(f"byte {place}, bit {bit}: unreadable or another, yet verified")
        _tidy(store)
    return silent


def _sound(path: Path) -> bool:
    try:
        return verify(path).sound
    except StoreError:
        return False


def _tidy(path: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def test_a_flipped_bit_never_makes_a_wrong_table(store: Path) -> None:
    assert after_flips(store, random.Random(1), 150) == []


@pytest.mark.torture
def test_no_flipped_bit_of_a_thousand_makes_a_wrong_table(store: Path) -> None:
    assert after_flips(store, random.Random(2), 1000) == []


def test_a_file_that_was_cut_short_never_makes_a_wrong_table(store: Path) -> None:
    whole, truth = store.read_bytes(), read(store)
    for length in random.Random(3).sample(range(len(whole)), 50):
        store.write_bytes(whole[:length])
        assert right_or_refused(read(store), truth)
        assert not _sound(store)
        _tidy(store)


def test_a_file_that_a_full_disk_left_short_is_mended_by_its_log(tmp_path: Path) -> None:
    """The disk was full while the log was copied into the file, header first."""
    path, short = tmp_path / "runs.db", tmp_path / "short.db"
    with Store.open(path) as store:
        store.register(STUDY)
        for seed in range(30):
            store.append(
                Trial(study="toy", condition="baseline", component=None, seed=seed,
                      status="done", metrics={"m": 9.0}, config=STUDY.config)
            )  # fmt: skip
        shutil.copy(f"{path}-wal", f"{short}-wal")
        length = path.stat().st_size
    whole = path.read_bytes()
    assert length < len(whole)
    short.write_bytes(whole[:length])
    assert verify(short).sound
    assert load(short) == load(path)
    with Store.open(short) as store:
        assert len(store.trials("toy")) == 30


FOREIGN = {
    "text": b"these are my notes\n" * 100,
    "one byte": b"\x00",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "half a header": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "runs.db"
    path.write_bytes(FOREIGN[kind])
    for use in (Store.open, Store.read, verify, load):
        with pytest.raises(ForeignStoreError, match="left as it"):
            use(path)
    assert path.read_bytes() == FOREIGN[kind]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "runs.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("CREATE TABLE trials (id)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ForeignStoreError, match="another program"):
        Store.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(ForeignStoreError, match="not a file"):
        Store.open(tmp_path)


def test_an_empty_file_is_not_taken_for_a_new_store(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.touch()
    with pytest.raises(DamagedStoreError, match="is empty"):
        Store.open(path)
    assert path.stat().st_size == 0


def test_the_version_of_an_earlier_store_in_the_header_hides_nothing(store: Path) -> None:
    """Version 3 and version 1 differ by a bit, and version 1 had no outcomes of examples."""
    truth = read(store)
    for version in (0, 1, 2):
        connection = sqlite3.connect(store)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        assert read(store) == truth
        assert not verify(store).sound


def test_a_newer_store_is_refused(store: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(NewerStoreError, match="version 7") as refusal:
        Store.open(store)
    assert (refusal.value.version, refusal.value.known) == (7, 3)


def test_a_newer_store_is_refused_while_only_its_log_says_so(store: Path) -> None:
    with closing(sqlite3.connect(store)) as later:
        later.execute("PRAGMA user_version = 7")
        for use in (Store.read, Store.open, load, frame, verify):
            with pytest.raises(NewerStoreError, match="version 7"):
                use(store)


def test_a_log_that_outlived_its_store_is_not_taken_for_a_part_of_a_new_one(tmp_path: Path) -> None:
    """A runner was killed, and only one of the files that it left was removed."""
    path, log = tmp_path / "runs.db", tmp_path / "runs.db-wal"
    with Store.open(tmp_path / "killed.db") as store:
        store.register(STUDY)
        shutil.copy(tmp_path / "killed.db-wal", log)
    with pytest.raises(StoreError, match=r"the log beside it \(runs\.db-wal\)"):
        Store.open(path)
    assert log.exists()
    assert not path.exists()
    log.unlink()
    Store.open(path).close()
    assert verify(path).sound


def test_an_index_that_lost_a_row_hides_nothing(store: Path) -> None:
    """The rows are read from the table; `verify` tells that the index is wrong."""
    truth = read(store)
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_trials%'"
    ).fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    whole = bytearray(store.read_bytes())
    cells = (root - 1) * page + 3  # the number of cells on the page, two bytes (fileformat, 1.6)
    whole[cells : cells + 2] = (int.from_bytes(whole[cells : cells + 2]) - 1).to_bytes(2)
    store.write_bytes(whole)
    assert not verify(store).sound
    assert right_or_refused(read(store), truth)
