"""Opening a store without touching what is not one, and SQLite's complaints in our words.

The header is read through SQLite with `immutable`, which takes no lock and writes no file: closing
a plain file handle would drop this process's other locks on it (sqlite.org/howtocorrupt.html, 2.2).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from ablation.errors import (
    DamagedStoreError,
    ForeignStoreError,
    NewerStoreError,
    StoreError,
)
from ablation.store.schema import APPLICATION_ID, VERSION, migrate, version_of

_BUSY_S = 60.0
_DAMAGE = {"SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_NOTADB", "SQLITE_FORMAT"}


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into errors of the store: damage, or trouble around it."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_CORRUPT") or name in _DAMAGE:
            raise DamagedStoreError(path, f"is damaged: {error}.") from error
        raise StoreError(path, f"cannot be used: {error}.") from error
    except UnicodeDecodeError as error:  # a complaint that quotes damaged text
        raise DamagedStoreError(path, f"is damaged: {error}.") from error


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """Open a store that exists; anything else is refused and left as it is."""
    _identify(path)
    address = f"{_uri(path)}?{_mode(path, writing=writing)}"
    with reported(path), ExitStack() as unless_opened:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY_S)
        unless_opened.callback(connection.close)
        connection.text_factory = _text
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        version = version_of(connection)
        _refuse_newer(path, version)  # the log may know more than the file
        if not writing:
            connection.execute("PRAGMA query_only = ON")
        elif version < VERSION:
            migrate(connection)
            connection.execute("PRAGMA wal_checkpoint")  # for programs that ask the file alone
        unless_opened.pop_all()
    return connection


def _identify(path: Path) -> None:
    if not path.exists():
        raise StoreError(path, "does not exist.")
    if not path.is_file():
        raise ForeignStoreError(path, "is not a file, so it is no store.")
    if path.stat().st_size == 0:
        raise DamagedStoreError(path, "is empty: a store never is. Remove it to start again.")
    try:
        with closing(sqlite3.connect(f"{_uri(path)}?mode=ro&immutable=1", uri=True)) as connection:
            # A disk that was full while the log was copied into the file leaves the file short: the
            # log still has the rest, and this is to read the header of short files as well.
            connection.execute("PRAGMA writable_schema = ON")
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = version_of(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise ForeignStoreError(
            path, f"is not a store ({error}); it was left as it is. Name another file."
        ) from error
    if application != APPLICATION_ID:
        raise ForeignStoreError(
            path, "is a database of another program; it was left as it is. Name another file."
        )
    _refuse_newer(path, version)


def _refuse_newer(path: Path, version: int) -> None:
    if version > VERSION:
        raise NewerStoreError(path, version, VERSION)


def _mode(path: Path, *, writing: bool) -> str:
    """Read-only folders can be read too, as long as no unfinished log lies beside the store."""
    if writing or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return "mode=rw"
    log = path.with_name(f"{path.name}-wal")
    return "mode=ro" if log.exists() else "mode=ro&immutable=1"


def _uri(path: Path) -> str:
    return path.absolute().as_uri()


def _text(raw: bytes) -> str:
    """Keep bytes that are no text, so that the checksum, not the decoder, finds them."""
    return raw.decode("utf-8", "surrogateescape")
