"""Reading a whole store with suspicion: its file, its tables, and every row of them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ablation.errors import DamagedStoreError
from ablation.store.opening import connect, reported
from ablation.store.rows import Row, chain_problems, study_problems
from ablation.store.schema import (
    ALL_EXAMPLES,
    ALL_STUDIES,
    ALL_TRIALS,
    appended,
    statements,
    version_of,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a store: how much of it there is, and everything wrong with it."""

    path: Path
    studies: int
    trials: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every row is what was written, and every row is there."""
        return not self.problems


def verify(path: str | Path) -> Verification:
    """Check a store: SQLite's own integrity, the tables, every checksum, and how many rows.

    A file that is no store is refused with `ForeignStoreError`, as everywhere.

    >>> from tempfile import TemporaryDirectory
    >>> from ablation.store import Store
    >>> with TemporaryDirectory() as folder:
    ...     Store.open(Path(folder, "runs.db")).close()
    ...     verify(Path(folder, "runs.db")).sound
    True
    """
    path = Path(path)
    try:
        with closing(connect(path, writing=False)) as connection, reported(path):
            connection.execute("BEGIN")
            return _verified(path, connection)
    except DamagedStoreError as error:
        return Verification(path, 0, 0, (error.problem,))


def _verified(path: Path, connection: sqlite3.Connection) -> Verification:
    studies: list[Row] = connection.execute(ALL_STUDIES).fetchall()
    trials: list[Row] = connection.execute(ALL_TRIALS).fetchall()
    version = version_of(connection)
    outcomes: list[Row] = connection.execute(ALL_EXAMPLES).fetchall() if version > 1 else []
    found = [
        *_file_problems(connection, version),
        *study_problems(studies),
        *chain_problems(trials, appended(connection, "trials")),
        *chain_problems(outcomes, appended(connection, "examples"), " of outcomes"),
        *_orphans(studies, trials),
    ]
    return Verification(path, len(studies), len(trials), tuple(found))


def _file_problems(connection: sqlite3.Connection, version: int) -> list[str]:
    """What SQLite itself finds wrong, and whether the tables are the ones that we made."""
    said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    made = {str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_master") if row[0]}
    made.discard("CREATE TABLE sqlite_sequence(name,seq)")
    return [
        *(f"SQLite: {problem}" for problem in said if problem != "ok"),
        *(
            ["the tables are not the ones that were made"]
            if made != set(statements(version))
            else []
        ),
    ]


def _orphans(studies: Sequence[Row], trials: Sequence[Row]) -> list[str]:
    known = {row[0] for row in studies}
    strange = {str(row[1]) for row in trials if row[1] not in known}
    return [f"trials of a study that is not there: {name!r}" for name in sorted(strange)]
