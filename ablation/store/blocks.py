"""Rows checked and turned a block at a time, with nearly all of the work done in C.

SQLite writes the JSON that a row's checksum covers, except floating point numbers, which it would
round. A checksum that is right says that the row is what was written; whatever is not found right
here, for whichever reason, is in doubt, and is read again row by row by those who can name it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from math import nan
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ablation.store.columns import Columns, measured

Turned: TypeAlias = Mapping[tuple[str, ...], npt.NDArray[Any]]

_ROWS = 256  # what these become stays in the processor's own memory
_SELECT = """SELECT
    json_array(id, study, condition, component, seed, attempt, status, key, metrics, config, error),
    json_array(environment, recorded), checksum, wall_s, cpu_s, seed, attempt,
    json_array(study, condition, component, status), error, metrics
    FROM trials NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id"""
_ABOVE = "SELECT checksum FROM trials NOT INDEXED WHERE id = ?"
_LABEL = ("study", "condition", "component", "status")


class _Places(dict[bytes | None, int]):
    """Numbers texts in the order in which they come."""

    def __missing__(self, text: bytes | None) -> int:
        self[text] = place = len(self)
        return place

    def coded(self, column: Sequence[bytes | None]) -> npt.NDArray[np.int32]:
        return np.fromiter(map(self.__getitem__, column), np.int32, len(column))

    def texts(self) -> list[str | None]:
        return [None if each is None else each.decode() for each in self]


def gathered(connection: sqlite3.Connection, study: str, first: int, last: int) -> Columns | None:
    """Check rows `first` to `last` and turn those of a study; nothing where any is in doubt."""
    connection.text_factory = bytes
    labels, errors = _Places(), _Places()
    try:
        (above,) = connection.execute(_ABOVE, (first - 1,)).fetchone() or (b"",)
        cursor = connection.execute(_SELECT, (first, last))
        blocks = [_turned(rows, labels, errors) for rows in _right(cursor, above)]
        whole = _joined(blocks)
        if not blocks or len(whole["label",]) != last + 1 - first:
            return None
        return _columns(whole, study, labels.texts(), errors.texts())
    except (ArithmeticError, TypeError, ValueError, sqlite3.Error):  # cells of another kind
        return None


def _right(cursor: sqlite3.Cursor, above: bytes) -> Iterator[list[tuple[Any, ...]]]:
    """Pass on the columns of each block whose every checksum is right; ValueError if one is not."""
    while rows := cursor.fetchmany(_ROWS):
        heads, tails, stated, walls, cpus, *others = zip(*rows, strict=True)
        befores = (above, *stated[:-1])
        made = [
            sha256(b'["%b",%b,%r,%r,%b' % (before, head[1:-1], wall, cpu, tail[1:])).hexdigest()
            for before, head, wall, cpu, tail in zip(
                befores, heads, walls, cpus, tails, strict=True
            )
        ]
        if made != [each.decode() for each in stated]:
            raise ValueError("a checksum is not right")
        above = stated[-1]
        yield [walls, cpus, *others]


def _turned(columns: Iterable[tuple[Any, ...]], labels: _Places, errors: _Places) -> Turned:
    walls, cpus, seeds, attempts, label, error, metrics = columns
    return {
        ("label",): labels.coded(label),
        ("error",): errors.coded(error),
        ("seed",): np.array(seeds, "i8"),
        ("attempt",): np.array(attempts, "i8"),
        ("wall_s",): np.array(walls, "f8"),
        ("cpu_s",): np.array(cpus, "f8"),
        **{("metric", name): each for name, each in measured(b",".join(metrics)).items()},
    }


def _joined(blocks: Sequence[Turned]) -> Turned:
    """Put blocks under each other; a metric that one lacks is not a number there."""
    return {
        name: np.concatenate(
            [each[name] if name in each else np.full(len(each["label",]), nan) for each in blocks]
        )
        for name in dict.fromkeys(name for each in blocks for name in each)
    }


def _columns(
    whole: Turned, study: str, labels: Sequence[str | None], errors: Sequence[str | None]
) -> Columns:
    """Keep the rows of one study, and take their labels apart."""
    said = [dict(zip(_LABEL, json.loads(each or ""), strict=True)) for each in labels]
    ours = np.array([each["study"] == study for each in said], dtype=bool)
    kept = ours[whole["label",]]
    codes = whole["label",][kept]
    return Columns(
        {name: (tuple(each[name] for each in said), codes) for name in _LABEL[1:]}
        | {"error": (tuple(errors), whole["error",][kept])},
        {name: whole[name,][kept] for name in ("seed", "attempt", "wall_s", "cpu_s")},
        {name[1]: each[kept] for name, each in whole.items() if len(name) == 2},
    )
