"""The store: studies as they were stated, and their trials in the order in which they ended.

One writer, the process that runs the study; any number of readers. A trial is durable when
`append` returns: SQLite in WAL mode with `synchronous = FULL` (sqlite.org/wal.html).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from ablation.errors import (
    FencedRunnerError,
    StoreError,
    StudyBusyError,
    StudyChangedError,
    TrialRecordedError,
    UnknownStudyError,
)
from ablation.outcomes import Outcomes
from ablation.store import lease
from ablation.store.keeping import keep
from ablation.store.lease import Holder
from ablation.store.opening import connect, reported
from ablation.store.rows import (
    Row,
    chain_problems,
    checksum,
    outcomes_of,
    outcomes_row,
    row_of,
    sound,
    study_problems,
    trial_of,
)
from ablation.store.schema import (
    ALL_EXAMPLES,
    ALL_STUDIES,
    ALL_TRIALS,
    TRIALS_BETWEEN,
    appended,
    create,
    lacks,
    last_row,
)
from ablation.study import Study
from ablation.study.definition import differences, experiment
from ablation.trial import Trial

_AT_ONCE = 1024  # rows that are read together


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
        self._tokens: dict[str, int] = {}
        self._beat_at = monotonic()

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
        """Close the file; what was appended is durable already, and what was held is free."""
        try:
            while self._tokens:
                self._release(*self._tokens.popitem())
        finally:
            self._connection.close()

    @property
    def recorded(self) -> int:
        """How many attempts it holds."""
        with reported(self.path):
            return last_row(self._connection)

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
        """Refuse a study which the store knows under that name with other words.

        Until its first trial is done nothing has been learnt from it, so its words may change: all
        of them while no trial is recorded, those of its metrics where only failures are. The hours
        and trials that it may cost may change at any time: they are not what is asked.
        """
        stated = {str(row[0]): str(row[1]) for row in self._study_rows()}
        ours = study.text
        if study.name in stated and stated[study.name] != ours:
            known = experiment(json.loads(stated[study.name]))
            differing = differences(known, experiment(json.loads(ours)))
            if differing and not self._open_to(study.name, differing):
                raise StudyChangedError(self.path, study.name, differing)

    def register(self, study: Study) -> None:
        """State a study; in the same words again changes nothing, in others see `check`."""
        with self._transaction():
            self.check(study)
            stated = {str(row[0]): str(row[1]) for row in self._study_rows()}
            if stated.get(study.name) == study.text:
                return
            if study.name in stated:
                self._allow(study.name)  # whoever works on it keeps the words it began with
            cells = (study.name, study.text, _package(), _now())
            self._connection.execute(
                "INSERT OR REPLACE INTO studies VALUES (?, ?, ?, ?, ?)",
                (*cells, checksum("", cells)),
            )

    def hold(self, study: str, patience_s: float | None = None) -> None:
        """Become the one runner of a registered study until the store is closed.

        One whose process is gone is replaced at once, one that is stopped or far away after it was
        silent for `patience_s` (ten seconds); one that works is left to it, with `StudyBusyError`.
        """
        patience_s = lease.PATIENCE_S if patience_s is None else patience_s
        deadline = monotonic() + patience_s
        first = self._held(study)
        while not self._taken(study, first, silent=monotonic() >= deadline):
            sleep(min(0.1, patience_s))

    def beat(self) -> None:
        """Show, every few seconds, that this runner lives."""
        if self._tokens and monotonic() - self._beat_at >= lease.BEAT_S:
            self._beat_at = monotonic()
            with self._transaction():
                for study, token in self._tokens.items():
                    lease.beat(self._connection, study, token)

    def append(self, trial: Trial, examples: Mapping[str, Outcomes] | None = None) -> None:
        """Record one attempt, durably; the same attempt twice is refused.

        `examples` is what it did on every example, a name each.
        """
        with self._transaction():
            self._allow(trial.study)
            number = self._append(trial)
            for name, outcomes in (examples or {}).items():
                place, above = self._end("examples")
                self._insert("examples", outcomes_row(place, number, name, outcomes, above))

    def append_all(self, trials: Iterable[Trial]) -> None:
        """Record many attempts in one transaction: when it returns all are durable, before none."""
        with self._transaction():
            allowed: set[str] = set()
            for trial in trials:
                if trial.study not in allowed:  # nobody else writes before this ends
                    self._allow(trial.study)
                    allowed.add(trial.study)
                self._append(trial)

    def trials(self, study: str) -> tuple[Trial, ...]:
        """Read every attempt of a study, after checking every row of the store."""
        return tuple(trial_of(row) for row in self._trial_rows() if row[1] == study)

    def rows(self, numbers: Iterable[int]) -> Iterator[Row]:
        """Read some rows of the table of trials, in this order, each after a check of its own."""
        left = iter(numbers)
        with self._transaction("DEFERRED"):
            while some := [*islice(left, _AT_ONCE)]:
                near = self._near(some)
                for number in some:
                    found = [near[number]] if number in near else []
                    before = str(near[number - 1][-1]) if number - 1 in near else ""
                    problems = chain_problems(found, number, first=number, before=before)
                    yield from sound(self.path, found, problems)

    def examples(self, study: str) -> dict[tuple[str, int, int], dict[str, Outcomes]]:
        """Read what every trial did on each example: by condition, seed and attempt, then name."""
        trials = {row[0]: trial_of(row) for row in self._trial_rows() if row[1] == study}
        found: dict[tuple[str, int, int], dict[str, Outcomes]] = {}
        for row in self._outcome_rows():
            if (trial := trials.get(row[1])) is not None:
                named = found.setdefault((trial.condition, trial.seed, trial.attempt), {})
                named[str(row[2])] = outcomes_of(row)
        return found

    def _near(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Read these rows and those before them: in one stretch, if they lie near each other."""
        stretches = [(min(numbers) - 1, max(numbers))]
        if stretches[0][1] - stretches[0][0] > 4 * len(numbers):
            stretches = [(number - 1, number) for number in numbers]
        return {
            row[0]: row
            for stretch in stretches
            for row in self._connection.execute(TRIALS_BETWEEN, stretch)
        }

    def _open_to(self, study: str, differing: Sequence[str]) -> bool:
        """Whether a registered study may still say something else in these places."""
        asked = "SELECT DISTINCT status FROM trials WHERE study = ?"
        with reported(self.path):
            ended = {status for (status,) in self._connection.execute(asked, (study,))}
        return not ended or (
            ended == {"failed"} and all(each.split(".")[0] == "metrics" for each in differing)
        )

    def _append(self, trial: Trial) -> int:
        """Write a trial after the last; its number is returned."""
        number, before = self._end("trials")
        try:
            self._insert("trials", row_of(trial, number, before, _now()))
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname != "SQLITE_CONSTRAINT_UNIQUE":
                raise
            raise TrialRecordedError(
                self.path, trial.condition, trial.seed, trial.attempt
            ) from error
        keep(self._connection, number)
        return number

    def _insert(self, table: str, row: Row) -> None:
        places = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608

    def _end(self, table: str) -> tuple[int, str]:
        """The number of the next row of a table, and the checksum that it follows."""
        last = self._connection.execute(
            f"SELECT id, checksum FROM {table} ORDER BY id DESC LIMIT 1"  # noqa: S608
        ).fetchone()
        return (last[0] + 1, last[1]) if last else (1, "")

    def _taken(self, study: str, first: Holder | None, *, silent: bool) -> bool:
        """Take a study that is free, or whose holder was silent; one that beats is left its own."""
        with self._transaction():
            holder = lease.held(self._connection, study)
            if holder is None or holder.free or (silent and holder == first):
                self._tokens[study] = lease.take(self._connection, study)
                return True
        if holder.works or holder != first:
            raise StudyBusyError(self.path, study, str(holder))
        return False

    def _held(self, study: str) -> Holder | None:
        with reported(self.path):
            return lease.held(self._connection, study)

    def _release(self, study: str, token: int) -> None:
        with self._transaction():
            lease.release(self._connection, study, token)

    def _allow(self, study: str) -> None:
        """Refuse to append where another runner holds the study, or took it over."""
        token = self._tokens.get(study)
        holder = lease.held(self._connection, study)
        if holder is None or holder.token == token or (token is None and holder.free):
            return
        self._tokens.pop(study, None)
        if token is None:
            raise StudyBusyError(self.path, study, str(holder))
        raise FencedRunnerError(self.path, study, str(holder))

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
            count = appended(self._connection, "trials")
        return sound(self.path, rows, chain_problems(rows, count))

    def _outcome_rows(self) -> Sequence[Row]:
        with self._transaction("DEFERRED"):
            if lacks(self._connection, "examples", since=2):
                return []
            rows: list[Row] = self._connection.execute(ALL_EXAMPLES).fetchall()
            count = appended(self._connection, "examples")
        return sound(self.path, rows, chain_problems(rows, count, " of outcomes"))


def _now() -> str:
    """The time in the log is for its readers; nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _package() -> str:
    try:
        return version("causal-ablation")
    except PackageNotFoundError:
        return "not installed"
