"""The tables of a store, and how a new one comes into being: wholly, or not at all.

Rows are appended, never edited: triggers refuse UPDATE and DELETE. A row's checksum covers every
column and the checksum before it, so rows form a chain, as in a certificate log (RFC 9162).
"""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

APPLICATION_ID = 0x41424C31  # "ABL1", in the header of the file: this is how a store is known
VERSION = 1

_TABLES = (
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
_TRIGGERS = tuple(
    f"""CREATE TRIGGER {table}_{action.lower()} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END"""
    for table in ("studies", "trials")
    for action in ("UPDATE", "DELETE")
)
STATEMENTS = _TABLES + _TRIGGERS

# The tables themselves, in order: an index that lost an entry would hide its row.
ALL_STUDIES = "SELECT * FROM studies NOT INDEXED ORDER BY rowid"
ALL_TRIALS = "SELECT * FROM trials NOT INDEXED ORDER BY id"
TRIALS_APPENDED = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'trials'"


def create(path: Path) -> None:
    """Make an empty store, unless something is there already.

    It is built under another name and linked into place, so that an interruption leaves no half
    of a store, and of two runners that start together one makes it and both use it.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        _build(fresh)
        _put(fresh, path)
        _settle(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _build(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        for statement in STATEMENTS:
            connection.execute(statement)
        connection.execute("COMMIT")
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
