"""The store: studies as they were stated, and their trials in the order in which they ended.

One writer, the process that runs the study; any number of readers. A trial is durable when
`append` returns: SQLite in WAL mode with `synchronous = FULL` (sqlite.org/wal.html).
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self

from ablation.errors import (
    StoreError,
    StudyChangedError,
    TrialRecordedError,
    UnknownStudyError,
)
from ablation.store.opening import connect, reported
from ablation.store.rows import (
    Row,
    checksum,
    row_of,
    sound,
    study_problems,
    trial_of,
    trial_problems,
)
from ablation.store.schema import ALL_STUDIES, ALL_TRIALS, TRIALS_APPENDED, create
from ablation.study import Study
from ablation.study.definition import differences
from ablation.trial import Trial


class Store:
    """An open store; use it in a `with` statement.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Store.open(Path(folder, "runs.db")) as store:
    ...     store.studies()
    ()
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: str | Path) -> "Store":
        """Open a store to append to it; make it if there is no such file."""
        path = Path(path)
        if not path.exists():
            try:
                with reported(path):
                    create(path)
            except OSError as error:
                raise StoreError(path, f"cannot be made: {error}.") from error
        return cls(path, connect(path, writing=True))

    @classmethod
    def read(cls, path: str | Path) -> "Store":
        """Open a store that exists, to read it."""
        path = Path(path)
        return cls(path, connect(path, writing=False))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was appended is durable already."""
        self._connection.close()

    def studies(self) -> tuple[str, ...]:
        """Name the studies, in the order in which they were registered."""
        return tuple(str(row[0]) for row in self._study_rows())

    def study(self, name: str | None = None) -> Study:
        """Read a study as it was stated; without a name, the only one."""
        stated = {str(row[0]): str(row[1]) for row in self._study_rows()}
        if name is None and len(stated) == 1:
            (name,) = stated
        if name is None or name not in stated:
            raise UnknownStudyError(self.path, name, stated)
        return Study.from_definition(json.loads(stated[name]))

    def check(self, study: Study) -> None:
        """Refuse a study which the store knows under that name with other words."""
        stated = {str(row[0]): str(row[1]) for row in self._study_rows()}
        ours = study.text
        if study.name in stated and stated[study.name] != ours:
            differing = differences(json.loads(stated[study.name]), json.loads(ours))
            raise StudyChangedError(self.path, study.name, differing)

    def register(self, study: Study) -> None:
        """State a study, once; stating it again in the same words changes nothing."""
        with self._transaction():
            self.check(study)
            if study.name in self.studies():
                return
            cells = (study.name, study.text, _package(), _now())
            self._connection.execute(
                "INSERT INTO studies VALUES (?, ?, ?, ?, ?)",
                (*cells, checksum("", cells)),
            )

    def append(self, trial: Trial) -> None:
        """Record one attempt, durably; the same attempt twice is refused."""
        try:
            with self._transaction():
                self._append(trial)
        except StoreError as error:
            if _is_double(error.__cause__):
                raise TrialRecordedError(
                    self.path, trial.condition, trial.seed, trial.attempt
                ) from error
            raise

    def trials(self, study: str) -> tuple[Trial, ...]:
        """Read every attempt of a study, after checking every row of the store."""
        return tuple(trial_of(row) for row in self._trial_rows() if row[1] == study)

    def _append(self, trial: Trial) -> None:
        last = self._connection.execute(
            "SELECT id, checksum FROM trials ORDER BY id DESC LIMIT 1"
        ).fetchone()
        number, before = (last[0] + 1, last[1]) if last else (1, "")
        self._connection.execute(
            "INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row_of(trial, number, before, _now()),
        )

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """All or nothing; IMMEDIATE takes the lock first: nobody writes between read and write."""
        with reported(self.path):
            self._connection.execute(f"BEGIN {kind}")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _study_rows(self) -> Sequence[Row]:
        with reported(self.path):
            rows: list[Row] = self._connection.execute(ALL_STUDIES).fetchall()
        return sound(self.path, rows, study_problems(rows))

    def _trial_rows(self) -> Sequence[Row]:
        with self._transaction("DEFERRED"):
            rows: list[Row] = self._connection.execute(ALL_TRIALS).fetchall()
            appended = self._connection.execute(TRIALS_APPENDED).fetchone()[0]
        return sound(self.path, rows, trial_problems(rows, appended))


def _is_double(cause: BaseException | None) -> bool:
    return (
        isinstance(cause, sqlite3.IntegrityError)
        and cause.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE"
    )


def _now() -> str:
    """The time in the log is for its readers; nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _package() -> str:
    try:
        return version("causal-ablation")
    except PackageNotFoundError:
        return "not installed"
