"""Full blocks of rows, kept by column beside the rows, so that a table need not be made of rows.

A row's checksum commits to every cell of every row before it, as the chain goes on. A kept block
names the checksums between which its rows lie, and has one of its own over these, its number and
its columns: what is read from it is what those rows were, or it is not read. `verify` makes every
block again from the rows.
"""

import sqlite3
from hashlib import sha256

from ablation.store.blocks import ROWS, checksum_at, gathered, one_by_one
from ablation.store.columns import Columns
from ablation.store.rows import Row
from ablation.store.schema import ALL_BLOCKS, appended, lacks

_COUNT = "SELECT coalesce(max(id), 0) FROM blocks"
_BLOCK = "SELECT * FROM blocks NOT INDEXED WHERE id = ?"
_INSERT = "INSERT INTO blocks VALUES (?, ?, ?, ?, ?)"


def keep(connection: sqlite3.Connection, rows: int) -> None:
    """Keep the next block, once so many rows fill it; one at a time, so that no append is slow.

    Rows that are not what was written are left to those who read them.
    """
    (count,) = connection.execute(_COUNT).fetchone()
    if rows >= (count + 1) * ROWS:
        columns = _checked(connection, count + 1)
        if columns is not None:
            connection.execute(_INSERT, _row(connection, count + 1, columns.written()))


def kept(connection: sqlite3.Connection) -> list[Columns]:
    """Read the blocks from the first on, as far as each is what was kept of these very rows."""
    found: list[Columns] = []
    if lacks(connection, "blocks", since=3):
        return found
    for number, row in enumerate(connection.execute(ALL_BLOCKS), start=1):
        turned = row[3]
        if not isinstance(turned, bytes) or row != _row(connection, number, turned):
            break
        found.append(Columns.read(turned))
    return found


def differs(connection: sqlite3.Connection, number: int, columns: Columns) -> bool:
    """Whether a block is kept otherwise than its rows say."""
    row = connection.execute(_BLOCK, (number,)).fetchone()
    return row is not None and row != _row(connection, number, columns.written())


def count_problems(connection: sqlite3.Connection, rows: int) -> list[str]:
    """Say which blocks are missing, or are of rows that are not there."""
    if lacks(connection, "blocks", since=3):
        return []
    numbers = [row[0] for row in connection.execute("SELECT id FROM blocks NOT INDEXED")]
    count = appended(connection, "blocks")
    if numbers != [*range(1, count + 1)] or count * ROWS > rows:
        return [f"{count} blocks of {rows} rows were kept and {len(numbers)} are there"]
    return []


def _row(connection: sqlite3.Connection, number: int, turned: bytes) -> Row:
    above = checksum_at(connection, (number - 1) * ROWS)
    last = checksum_at(connection, number * ROWS)
    stated = sha256(f'[{number},"{above}","{last}"]'.encode("utf-8", "surrogateescape") + turned)
    return (number, above, last, turned, stated.hexdigest())


def _checked(connection: sqlite3.Connection, number: int) -> Columns | None:
    first, last = (number - 1) * ROWS + 1, number * ROWS
    columns = gathered(connection, first, last)
    if columns is None:  # an SQLite without JSON, say
        rows, problems = one_by_one(connection, first, last)
        columns = None if problems else Columns.of(rows)
    return columns
