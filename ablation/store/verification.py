"""Reading a whole store with suspicion: its file, its tables, and every row of them."""

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ablation.errors import DamagedStoreError
from ablation.store.keeping import count_problems
from ablation.store.opening import connect, reported
from ablation.store.rows import Row, chain_problems, miscounted, study_problems
from ablation.store.schema import (
    ALL_EXAMPLES,
    ALL_STUDIES,
    appended,
    lacks,
    last_row,
    statements,
    version_of,
)
from ablation.store.sharing import doubts

_CACHE_KB = 32_000  # a fifth of the time that a tenth of it takes, and more is slower again


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
    with ThreadPoolExecutor(1) as beside:
        file = beside.submit(_file_problems, path)
        count = appended(connection, "trials")
        studies: list[Row] = connection.execute(ALL_STUDIES).fetchall()
        outcomes: list[Row] = (
            []
            if lacks(connection, "examples", since=2)
            else connection.execute(ALL_EXAMPLES).fetchall()
        )
        (there,) = connection.execute("SELECT count(*) FROM trials NOT INDEXED").fetchone()
        last = last_row(connection)
        rows = doubts(path, min(count, last))
        found = [
            *file.result(),
            *study_problems(studies),
            *rows.problems,
            *([] if count == there == last else [miscounted(count, there)]),
            *count_problems(connection, count),
            *chain_problems(outcomes, appended(connection, "examples"), " of outcomes"),
            *_orphans(studies, rows.studies),
        ]
    return Verification(path, len(studies), there, tuple(dict.fromkeys(found)))


def _file_problems(path: Path) -> list[str]:
    """What SQLite itself finds wrong, and whether the tables are the ones that we made."""
    with closing(connect(path, writing=False)) as connection, reported(path):
        connection.execute(f"PRAGMA cache_size = {-_CACHE_KB}")
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        asked = "SELECT sql FROM sqlite_master"
        made = {str(row[0]) for row in connection.execute(asked) if row[0]}
        made.discard("CREATE TABLE sqlite_sequence(name,seq)")
        strange = made != set(statements(version_of(connection)))
    return [
        *(f"SQLite: {problem}" for problem in said if problem != "ok"),
        *(["the tables are not the ones that were made"] if strange else []),
    ]


def _orphans(studies: Sequence[Row], named: Collection[str]) -> list[str]:
    strange = {str(each) for each in set(named) - {row[0] for row in studies}}
    return [f"trials of a study that is not there: {name!r}" for name in sorted(strange)]
