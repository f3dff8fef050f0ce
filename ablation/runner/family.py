"""A process and everything it started: to be counted together and ended together.

A group is not enough: launchers such as torchrun give each of their processes a session of its
own, and these would train on when the trial is long over.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "ABLATION_WORKER"  # in the environment of a worker, and of every copy of it

_MIB = 2**20


def family(process: int) -> tuple[int, ...]:
    """Number a process, its descendants, and whoever is in their groups; itself first.

    Where there is no /proc only the process itself is known.

    >>> family(os.getpid())[0] == os.getpid()
    True
    """
    parents = dict(_processes())
    found = {process: None}
    while more := [
        each
        for each, (parent, group) in parents.items()
        if each not in found and (parent in found or group in found)
    ]:
        found |= dict.fromkeys(more)
    return tuple(found)


def resident_mib(process: int) -> float:
    """Memory that a process and its family hold, in MiB; where there is no /proc, 0.

    >>> resident_mib(os.getpid()) > 1
    True
    """
    pages = sum(_resident(each) for each in family(process))
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def end(process: int, mark: str = "") -> None:
    """Kill a process and its family; whoever begins meanwhile is found on the second look.

    A mark finds those as well that left the family, as daemons do: its value is in the environment
    that they began with.
    """
    for _ in range(2):
        for each in (*_marked(process, mark), *reversed(family(process))):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)


def _marked(process: int, mark: str) -> Iterator[int]:
    """The processes, except that one, whose environment carries a mark."""
    written = f"{MARK}={mark}".encode()
    for each, _ in _processes() if mark else ():
        with suppress(OSError):  # it ended, or is another user's
            if each != process and written in Path(f"/proc/{each}/environ").read_bytes().split(
                b"\0"
            ):
                yield each


def _processes() -> Iterator[tuple[int, tuple[int, int]]]:
    """Every process that can be seen, with its parent and its group."""
    with suppress(OSError):
        for each in Path("/proc").iterdir():
            if each.name.isdecimal():
                with suppress(OSError, IndexError):  # it ended meanwhile
                    _, parent, group = (each / "stat").read_text().rpartition(")")[2].split()[:3]
                    yield int(each.name), (int(parent), int(group))


def _resident(process: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return 0
