"""Who may append to a study: one runner at a time, told apart by a token that only ever grows.

Every append asks, in its own transaction, whether the runner's token is still the study's; one
that was stopped and wakes up after another took over is refused (a fencing token: Gray & Cheriton
1989, "Leases"). No clock is compared: whoever waits counts beats on its own monotonic clock.
"""

import os
import platform
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NOBODY = ""
PATIENCE_S = 10.0  # a runner that is silent so long may be replaced
BEAT_S = 2.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A runner as the store knows it: its token, how often it beat, where it runs."""

    token: int
    beat: int
    place: str
    process: str

    @property
    def free(self) -> bool:
        """Whether nobody holds the study: it was handed back, or its process is no more.

        >>> Holder(3, 0, here(), NOBODY).free, Holder(3, 0, here(), this_process()).free
        (True, False)
        """
        return self.process == NOBODY or (self.place == here() and not _runs(self.process))

    @property
    def works(self) -> bool:
        """Whether its process is seen to be alive and not stopped; a far one is never seen."""
        return self.place == here() and _runs(self.process) and not _stopped(self.process)

    def __str__(self) -> str:
        return f"process {self.process.partition(' ')[0]} on {self.place.partition(' ')[0]}"


def held(connection: sqlite3.Connection, study: str) -> Holder | None:
    """Read who holds a study, or held it last."""
    row = connection.execute(
        "SELECT token, beat, place, process FROM runners WHERE study = ?", (study,)
    ).fetchone()
    return Holder(*row) if row else None


def take(connection: sqlite3.Connection, study: str) -> int:
    """Become the holder, inside a transaction; the token is one above the last."""
    last = held(connection, study)
    token = last.token + 1 if last else 1
    connection.execute(
        "INSERT OR REPLACE INTO runners VALUES (?, ?, 0, ?, ?)",
        (study, token, here(), this_process()),
    )
    return token


def beat(connection: sqlite3.Connection, study: str, token: int) -> None:
    """Show that the holder lives; one that is no longer the holder changes nothing."""
    connection.execute(
        "UPDATE runners SET beat = beat + 1 WHERE study = ? AND token = ?", (study, token)
    )


def release(connection: sqlite3.Connection, study: str, token: int) -> None:
    """Hand the study back; the token stays, so that it never comes twice."""
    connection.execute(
        "UPDATE runners SET process = ? WHERE study = ? AND token = ?", (NOBODY, study, token)
    )


def here() -> str:
    """Name the place in which a process number means something: host, boot, process namespace."""
    return " ".join([platform.node() or "?", _boot(), _namespace()])


def this_process() -> str:
    """Name this process: its number, and when it began, as numbers come again."""
    return f"{os.getpid()} {_began(os.getpid())}"


def _runs(process: str) -> bool:
    """Whether that very process is alive; where that cannot be known it is taken to be."""
    number, _, began = process.partition(" ")
    if not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return _stat(number)[:1] not in (["Z"], ["X"]) and _began(int(number)) == began


def _stopped(process: str) -> bool:
    """Whether a process of this place is stopped (SIGSTOP), as far as the system tells."""
    return _stat(process.partition(" ")[0])[:1] == ["T"]


def _stat(number: int | str) -> list[str]:
    """The fields of /proc/N/stat from the state on; none where there is no such file."""
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return []


def _began(number: int) -> str:
    return (_stat(number)[19:20] or ["?"])[0]


def _boot() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "?"


def _namespace() -> str:
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return "?"
