"""Rows checked and turned a block at a time, with nearly all of the work done in C.

SQLite writes the JSON that a row's checksum covers, except floating point numbers, which it would
round. A checksum that is right says that the row is what was written; whatever is not found right
here, for whichever reason, is in doubt, and is read again row by row by those who can name it.
"""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np

from ablation.store.columns import Columns, coded, measured
from ablation.store.rows import Row, chain_problems
from ablation.store.schema import TRIALS_BETWEEN

ROWS = 512  # what these become stays in the processor's own memory
_SELECT = """SELECT
    json_array(id, study, condition, component, seed, attempt, status, key, metrics, config, error),
    json_array(environment, recorded), checksum, wall_s, cpu_s, seed, attempt,
    error, metrics, study, condition, component, status
    FROM trials NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id"""
_CHECKSUM = "SELECT checksum FROM trials NOT INDEXED WHERE id = ?"


def blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut the rows `first` to `last` where blocks end.

    >>> [*blocks(500, 1030)]
    [(500, 512), (513, 1024), (1025, 1030)]
    """
    while first <= last:
        end = min(last, first + ROWS - 1 - (first - 1) % ROWS)
        yield first, end
        first = end + 1


def gathered(connection: sqlite3.Connection, first: int, last: int) -> Columns | None:
    """Check a block's rows `first` to `last` and turn them; nothing where any is in doubt."""
    kept, connection.text_factory = connection.text_factory, bytes
    try:
        above = connection.execute(_CHECKSUM, (first - 1,)).fetchone() or (b"",)
        rows = connection.execute(_SELECT, (first, last)).fetchall()
        return _turned(rows, above[0]) if len(rows) == last + 1 - first else None
    except (ArithmeticError, AttributeError, TypeError, ValueError, sqlite3.Error):
        # Cells of another kind than was written.
        return None
    finally:
        connection.text_factory = kept


def one_by_one(
    connection: sqlite3.Connection, first: int, last: int
) -> tuple[list[Row], list[str]]:
    """Read the rows `first` to `last`, and say which of them are not what was written."""
    rows: list[Row] = connection.execute(TRIALS_BETWEEN, (first - 1, last)).fetchall()
    before = ""
    if first > 1:
        if not rows or rows[0][0] != first - 1:
            return rows, [f"row {first - 1} is missing"]
        before = str(rows.pop(0)[-1])
    return rows, chain_problems(rows, last, first=first, before=before)


def checksum_at(connection: sqlite3.Connection, row: int) -> str:
    """What the row of that number states as its checksum; nothing where there is no such row."""
    found = connection.execute(_CHECKSUM, (row,)).fetchone()
    return str(found[0]) if found else ""


def _turned(rows: list[tuple[Any, ...]], above: bytes) -> Columns | None:
    columns = zip(*rows, strict=True)
    heads, tails, stated, walls, cpus, seeds, attempts, error, metrics, *label = columns
    made = [
        sha256(b'["%b",%b,%r,%r,%b' % (before, head[1:-1], wall, cpu, tail[1:])).hexdigest()
        for before, head, wall, cpu, tail in zip(
            (above, *stated[:-1]), heads, walls, cpus, tails, strict=True
        )
    ]
    if made != [each.decode() for each in stated]:
        return None
    labels, errors = coded(zip(*label, strict=True)), coded(error)
    return Columns(
        tuple(tuple(map(_text, each)) for each in labels[0]),
        tuple(map(_text, errors[0])),
        labels[1],
        errors[1],
        {
            "seed": np.array(seeds, "<i8"),
            "attempt": np.array(attempts, "<i8"),
            "wall_s": np.array(walls, "<f8"),
            "cpu_s": np.array(cpus, "<f8"),
        },
        measured(b",".join(metrics)),
    )


def _text(cell: bytes | None) -> str | None:
    return None if cell is None else cell.decode()
