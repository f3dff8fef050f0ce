"""Checking many rows in several processes: each takes a stretch of the chain.

Row k is checked against the checksum that row k-1 carries, so a stretch can be checked by whoever
reads one row more. `main` is what such a process runs.
"""

import gc
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from ablation.errors import DamagedStoreError, StoreError
from ablation.store.blocks import ROWS, blocks, gathered, one_by_one
from ablation.store.columns import Columns
from ablation.store.keeping import differs, kept
from ablation.store.opening import connect, reported
from ablation.store.rows import miscounted, sound
from ablation.store.schema import appended, lacks, last_row

_MANY = 50_000  # rows that are worth a process of their own
_MOST = 4
_BEGIN = "import sys; sys.path[:] = sys.argv[5:]; from ablation.store.sharing import main; main()"


@dataclass(frozen=True, slots=True)
class Doubts:
    """All that is wrong with the rows of a store, and the studies which its sound rows name."""

    problems: Sequence[str]
    studies: Collection[str]


def turned(path: Path) -> Columns:
    """Turn every row of a store: blocks as they were kept, other rows after a check of each.

    The number "id" of each row is there too.
    """
    with closing(connect(path, writing=False)) as connection, reported(path):
        connection.execute("BEGIN")
        count = appended(connection, "trials")
        parts = kept(connection)
        last = last_row(connection)
    begun = len(parts) * ROWS
    sound(path, (), [] if begun <= last == count else [miscounted(count, last)])
    parts += map(Columns.read, _shared("turn", path, begun + 1, last))
    whole = Columns.together(parts)
    return replace(whole, numbers={**whole.numbers, "id": np.arange(1, last + 1)})


def doubts(path: Path, last: int) -> Doubts:
    """Check rows 1 to `last` and the blocks that are kept of them."""
    found = [json.loads(each) for each in _shared("doubt", path, 1, last)]
    return Doubts(
        [problem for problems, _ in found for problem in problems],
        {study for _, studies in found for study in studies},
    )


def main() -> None:
    """Write what came of one stretch to standard output, or on standard error why nothing did."""
    work, path, first, last = sys.argv[1:5]
    try:
        found = _WORKS[work](Path(path), int(first), int(last))
    except StoreError as error:
        sys.exit(error.problem)
    sys.stdout.buffer.write(found)


def _shared(work: str, path: Path, first: int, last: int) -> Sequence[bytes]:
    """Have rows `first` to `last` worked on by as many processes as there are cores for them."""
    count = last + 1 - first
    parts = max(1, min(_MOST, _cores(), count // _MANY))
    # Stretches begin where blocks do, so that each block is seen whole by somebody.
    cuts = [first - 1 + count * part // parts // ROWS * ROWS for part in range(parts)]
    own, *others = [(low + 1, high) for low, high in pairwise([*cuts, last])]
    with ExitStack() as until_ended:
        helpers = [until_ended.enter_context(_started(work, path, *each)) for each in others]
        until_ended.callback(_end, helpers)  # where our own stretch is in doubt
        first_found = _WORKS[work](path, *own)
        said = [each.communicate() for each in helpers]
    for helper, (_, complaint) in zip(helpers, said, strict=True):
        if helper.returncode:
            raise DamagedStoreError(path, complaint.decode("utf-8", "replace").strip())
    return [first_found, *(found for found, _ in said)]


def _turn(path: Path, first: int, last: int) -> bytes:
    parts = []
    with _opened(path) as connection:
        for each in blocks(first, last):
            columns = gathered(connection, *each)
            if columns is None:
                rows, problems = one_by_one(connection, *each)
                columns = Columns.of(sound(path, rows, problems))
            parts.append(columns)
    return Columns.together(parts).written()


def _doubt(path: Path, first: int, last: int) -> bytes:
    problems: list[str] = []
    studies: set[str | None] = set()
    with _opened(path) as connection:
        keeps = not lacks(connection, "blocks", since=3)
        for low, high in blocks(first, last):
            columns = gathered(connection, low, high)
            if columns is None:
                rows, found = one_by_one(connection, low, high)
                problems += found
                if found:
                    continue
                columns = Columns.of(rows)
            studies.update(columns.texts("study"))
            if keeps and high % ROWS == 0 and differs(connection, high // ROWS, columns):
                problems.append(f"block {high // ROWS} is not what rows {low} to {high} say")
    return json.dumps([problems, [*studies]]).encode()


_WORKS: Mapping[str, Callable[[Path, int, int], bytes]] = {"turn": _turn, "doubt": _doubt}


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Read without looking for circles: rows make none, and it takes a third longer."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with closing(connect(path, writing=False)) as connection, reported(path):
            connection.execute("BEGIN")
            yield connection
    finally:
        if collecting:
            gc.enable()


def _cores() -> int:
    """How many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _end(helpers: "Sequence[subprocess.Popen[bytes]]") -> None:
    for each in helpers:
        each.kill()  # nothing happens to one that has ended


def _started(work: str, path: Path, first: int, last: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # argv is this Python and our own words
        [sys.executable, "-P", "-c", _BEGIN, work, str(path), str(first), str(last), *sys.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
