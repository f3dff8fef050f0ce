"""A process and everything it started: to be counted together and ended together.

A group is not enough: launchers such as torchrun give each of their processes a session of its
own, and these would train on when the trial is long over.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


def end(process: int) -> None:
    """Kill a process and its family; whoever begins meanwhile is found on the second look."""
    for _ in range(2):
        for each in reversed(family(process)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)


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
