"""Checking and turning many rows in several processes: each takes a stretch of the chain.

Row k is checked against the checksum that row k-1 carries, so a stretch can be checked by whoever
reads one row more. `main` is what such a process runs.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

from ablation.errors import DamagedStoreError, StoreError
from ablation.store.blocks import gathered
from ablation.store.columns import Columns
from ablation.store.opening import connect, reported
from ablation.store.rows import chain_problems, sound
from ablation.store.schema import TRIALS_BETWEEN, appended

_MANY = 50_000  # rows that are worth a process of their own
_MOST = 4
_BEGIN = "import sys; sys.path[:] = sys.argv[5:]; from ablation.store.sharing import main; main()"


def turned(path: Path, study: str) -> list[Columns]:
    """Check every row of a store, and turn those of one study; parts follow each other."""
    with closing(connect(path, writing=False)) as connection, reported(path):
        count = appended(connection, "trials")
    parts = max(1, min(_MOST, os.cpu_count() or 1, count // _MANY))
    bounds = [count * part // parts for part in range(parts + 1)]
    stretches = [(low + 1, high) for low, high in pairwise(bounds)]
    own, *others = stretches
    with ExitStack() as until_ended:
        helpers = [until_ended.enter_context(_started(path, study, *each)) for each in others]
        until_ended.callback(_end, helpers)  # where our own stretch is in doubt
        first = _uncollected(path, study, *own)
        said = [each.communicate() for each in helpers]
    for helper, (_, complaint) in zip(helpers, said, strict=True):
        if helper.returncode:
            raise DamagedStoreError(path, complaint.decode("utf-8", "replace").strip())
    return [first, *(Columns.read(written) for written, _ in said)]


def stretch(path: Path, study: str, first: int, last: int) -> Columns:
    """Check rows `first` to `last`, whichever study they are of, and turn those of one."""
    with closing(connect(path, writing=False)) as connection, reported(path):
        if (columns := gathered(connection, study, first, last)) is not None:
            return columns
        connection.text_factory = str  # bytes that are no text end the reading, and say so
        rows = connection.execute(TRIALS_BETWEEN, (first - 1, last)).fetchall()
    before = str(rows.pop(0)[-1]) if first > 1 and rows else ""
    sound(path, rows, chain_problems(rows, last, first=first, before=before))
    return Columns.of([row for row in rows if row[1] == study])


def main() -> None:
    """Write one stretch to standard output, or say on standard error what is wrong with it."""
    path, study, first, last = sys.argv[1:5]
    try:
        written = _uncollected(Path(path), study, int(first), int(last)).written()
    except StoreError as error:
        sys.exit(error.problem)
    sys.stdout.buffer.write(written)


def _uncollected(path: Path, study: str, first: int, last: int) -> Columns:
    """Read a stretch without looking for circles: rows make none, and it takes a third longer."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return stretch(path, study, first, last)
    finally:
        if collecting:
            gc.enable()


def _end(helpers: "Sequence[subprocess.Popen[bytes]]") -> None:
    for each in helpers:
        each.kill()  # nothing happens to one that has ended


def _started(path: Path, study: str, first: int, last: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # argv is this Python and our own words
        [sys.executable, "-P", "-c", _BEGIN, str(path), study, str(first), str(last), *sys.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
