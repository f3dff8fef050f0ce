"""A trial as a row and back, and the checksum that ties every column to the row before.

Damage inside a row is what SQLite's own integrity check does not see: of 300 flipped bits, 193
were found by nothing but a checksum over the row.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import TypeAlias, cast

from ablation.canonical import canonical
from ablation.errors import DamagedStoreError
from ablation.outcomes import Kind, Outcomes
from ablation.trial import Status, Trial

Cell: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = Sequence[Cell]

COLUMNS = (
    "id",
    "study",
    "condition",
    "component",
    "seed",
    "attempt",
    "status",
    "key",
    "metrics",
    "config",
    "error",
    "wall_s",
    "cpu_s",
    "environment",
    "recorded",
    "checksum",
)
# What `json.dumps` writes for a list of cells, in half its time; NULL is null, a blob its repr.
_WRITTEN: Mapping[type, Callable[..., str]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: float.__repr__,
    bytes: lambda cell: encode_basestring(repr(cell)),
    type(None): lambda _: "null",
}


def checksum(before: str, cells: Row) -> str:
    """SHA-256 over the checksum before and the cells, as one JSON list.

    >>> checksum("", [1, "toy", None]) == checksum("", [1, "toy", 0])
    False
    """
    text = f"[{','.join([_WRITTEN[type(cell)](cell) for cell in (before, *cells)])}]"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def row_of(trial: Trial, number: int, before: str, recorded: str) -> Row:
    """Write a trial as the row of that number, after the row whose checksum is `before`."""
    cells = (
        number,
        trial.study,
        trial.condition,
        trial.component,
        trial.seed,
        trial.attempt,
        trial.status,
        trial.key,
        canonical(trial.metrics),
        canonical(trial.config),
        trial.error,
        trial.wall_s,
        trial.cpu_s,
        canonical(trial.environment),
        recorded,
    )
    return (*cells, checksum(before, cells))


def outcomes_row(number: int, trial: int, name: str, given: Outcomes, before: str) -> Row:
    """Write the outcomes of a trial's examples as the row of that number."""
    cells = (number, trial, name, given.kind, given.count, given.packed)
    return (*cells, checksum(before, cells))


def outcomes_of(row: Row) -> Outcomes:
    """Read a row of outcomes whose checksum was found right."""
    kind, count, packed = cast("tuple[Kind, int, bytes]", tuple(row[3:6]))
    return Outcomes(kind, count, packed)


def trial_of(row: Row) -> Trial:
    """Read a row whose checksum was found right."""
    cells = dict(zip(COLUMNS, row, strict=True))
    return Trial(
        study=cast("str", cells["study"]),
        condition=cast("str", cells["condition"]),
        component=cast("str | None", cells["component"]),
        seed=cast("int", cells["seed"]),
        attempt=cast("int", cells["attempt"]),
        status=cast("Status", cells["status"]),
        key=cast("str", cells["key"]),
        metrics=json.loads(cast("str", cells["metrics"])),
        config=json.loads(cast("str", cells["config"])),
        error=cast("str | None", cells["error"]),
        wall_s=cast("float", cells["wall_s"]),
        cpu_s=cast("float", cells["cpu_s"]),
        environment=json.loads(cast("str", cells["environment"])),
    )


def chain_problems(
    rows: Sequence[Row], last: int, of: str = "", *, first: int = 1, before: str = ""
) -> list[str]:
    """Say which rows from `first` to `last` are not what was written, after checksum `before`.

    Row k is checked against the checksum that row k-1 carries, so one damaged row is one problem
    (two, if its checksum itself was hit).
    """
    found = []
    for number, (*cells, stated) in enumerate(rows, start=first):
        if cells[0] != number:
            found.append(f"row {number}{of} is missing (row {cells[0]!r} is in its place)")
            break
        if checksum(before, cells) != stated:
            found.append(f"row {number}{of} is not what was written")
        before = str(stated)
    if len(rows) != last + 1 - first and not found:
        found.append(miscounted(last, len(rows) + first - 1, of))
    return found


def miscounted(written: int, there: int, of: str = "") -> str:
    """Say that there are more rows, or less, than were ever written."""
    return f"{written} rows{of} were written and {there} are there"


def study_problems(rows: Sequence[Row]) -> list[str]:
    """Say which studies are not what was written; each row stands by itself."""
    return [
        f"the study {cells[0]!r} is not what was written"
        for *cells, stated in rows
        if checksum("", cells) != stated
    ]


def sound(path: Path, rows: Sequence[Row], problems: Sequence[str]) -> Sequence[Row]:
    """Pass the rows on if nothing is wrong with them; otherwise name the first that is not."""
    if problems:
        raise DamagedStoreError(
            path, f"is damaged: {problems[0]}. See `ablation verify`.", problems[0]
        )
    return rows
