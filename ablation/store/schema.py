"""The tables of a store, and how a new one comes into being: wholly, or not at all.

Rows are appended, never edited: triggers refuse UPDATE and DELETE. A row's checksum covers every
column and the checksum before it, so rows form a chain, as in a certificate log (RFC 9162); full
blocks of rows are kept by column as well. Only `runners`, which says who may append just now, is
rewritten, and a study's words before its first trial is done; nothing that was measured ever is.
"""

import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from ablation.errors import StoreError

APPLICATION_ID = 0x41424C31  # "ABL1", in the header of the file: this is how a store is known
VERSION = 3

_TRIALS = (
    """CREATE TABLE studies (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    package TEXT NOT NULL,
    registered TEXT NOT NULL,
    checksum TEXT NOT NULL)""",
    """CREATE TABLE trials (
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
    UNIQUE (study, condition, seed, attempt))""",
)
_EXAMPLES = (
    """CREATE TABLE examples (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trial INTEGER NOT NULL REFERENCES trials (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    outcomes BLOB NOT NULL,
    checksum TEXT NOT NULL,
    UNIQUE (trial, name))""",
)
_RUNNERS = (
    """CREATE TABLE runners (
    study TEXT PRIMARY KEY REFERENCES studies (name),
    token INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    place TEXT NOT NULL,
    process TEXT NOT NULL)""",
)
_BLOCKS = (
    """CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    above TEXT NOT NULL,
    last TEXT NOT NULL,
    turned BLOB NOT NULL,
    checksum TEXT NOT NULL)""",
)


def _append_only(*tables: str) -> tuple[str, ...]:
    return tuple(
        f"""CREATE TRIGGER {table}_{action.lower()} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END"""
        for table in tables
        for action in ("UPDATE", "DELETE")
    )


# What each version of a store added to the one before.
ADDED: Mapping[int, tuple[str, ...]] = {
    1: _TRIALS + _append_only("studies", "trials"),
    2: _EXAMPLES + _RUNNERS + _append_only("examples"),
    3: _BLOCKS + _append_only("blocks"),
}

# The tables themselves, in order: an index that lost an entry would hide its row.
ALL_STUDIES = "SELECT * FROM studies NOT INDEXED ORDER BY rowid"
ALL_TRIALS = "SELECT * FROM trials NOT INDEXED ORDER BY id"
TRIALS_BETWEEN = "SELECT * FROM trials NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id"
ALL_EXAMPLES = "SELECT * FROM examples NOT INDEXED ORDER BY id"
ALL_BLOCKS = "SELECT * FROM blocks NOT INDEXED ORDER BY id"


def statements(version: int) -> tuple[str, ...]:
    """Everything that a store of that version was made with."""
    return tuple(each for added in range(1, version + 1) for each in ADDED[added])


def appended(connection: sqlite3.Connection, table: str) -> int:
    """How many rows were ever appended to a table."""
    asked = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?"
    count: int = connection.execute(asked, (table,)).fetchone()[0]
    return count


def last_row(connection: sqlite3.Connection) -> int:
    """The number of the last trial that is there."""
    last: int = connection.execute("SELECT coalesce(max(id), 0) FROM trials").fetchone()[0]
    return last


def version_of(connection: sqlite3.Connection) -> int:
    """The version that the header of a store states."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def lacks(connection: sqlite3.Connection, table: str, since: int) -> bool:
    """Whether a store is older than a table: it states so, and there is none."""
    asked = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    return version_of(connection) < since and not connection.execute(asked, (table,)).fetchone()[0]


def create(path: Path) -> None:
    """Make an empty store, unless something is there already.

    It is built under another name and linked into place, so that an interruption leaves no half
    of a store, and of two runners that start together one makes it and both use it.
    """
    _refuse_log_of_another(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        _build(fresh)
        _put(fresh, path)
        _settle(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a store of an earlier version up to this one, wholly or not at all.

    What was recorded is not touched: each version only added tables.
    """
    connection.execute("BEGIN IMMEDIATE")  # somebody else may have done it meanwhile
    try:
        for version in range(version_of(connection) + 1, VERSION + 1):
            for statement in ADDED[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_log_of_another(path: Path) -> None:
    """A log that outlived its store would bring back that one's trials in the new one.

    The log is looked for first: whoever made the store meanwhile made it before its log.
    """
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and not path.exists():
        raise StoreError(
            path,
            f"is gone, and the log beside it ({log.name}) holds trials of it: put the store back, "
            "or remove the log as well.",
        )


def _build(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")


def _put(fresh: Path, path: Path) -> None:
    """Give a finished store its name, unless that is taken."""
    with suppress(FileExistsError):
        try:
            os.link(fresh, path)
        except OSError:  # some file systems have no hard links
            if path.exists():
                raise
            fresh.rename(path)


def _settle(folder: Path) -> None:
    """Make the new name durable: a directory entry is data of its own."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
