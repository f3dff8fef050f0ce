"""The covariates that a process can see for itself: source, versions, machine, memory, torch.

Collected where the trial runs, in its worker. torch is asked only if the system loaded it.
"""

import hashlib
import inspect
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from types import ModuleType

from ablation.canonical import Json

_WATCHED = {
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
    "transformers": "transformers",
    "deepspeed": "deepspeed",
    "accelerate": "accelerate",
    "jax": "jax",
    "tensorflow": "tensorflow",
}
_GIT_S = 5.0
_MEMORY = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class Gauge:
    """What one trial uses, read from its beginning to `covariates`.

    >>> from json import loads
    >>> {"code", "host", "python", "threads"} <= Gauge().covariates(loads).keys()
    True
    """

    def __init__(self) -> None:
        self._fresh = _forget_peak()
        self._graphs = _graphs()
        if (device := _device()) is not None:
            device.reset_peak_memory_stats()

    def covariates(self, system: Callable[..., object]) -> dict[str, Json]:
        """Describe this process as it is now, and what it used since the beginning."""
        packages: dict[str, Json] = {
            distribution: _version(distribution)
            for module, distribution in _WATCHED.items()
            if module in sys.modules
        }
        seen: dict[str, Json] = {
            **_source(system),
            "python": platform.python_version(),
            "platform": _platform(),
            "host": platform.node(),
            "packages": packages,
            "threads": _threads(),
            "processes": _processes(),
            "peak_memory": _peak() if self._fresh else None,
            **self._of_torch(),
        }
        return {name: value for name, value in seen.items() if value is not None}

    def _of_torch(self) -> dict[str, Json]:
        torch = sys.modules.get("torch")
        if torch is None:
            return {"device": "cpu"}
        device = _device()
        return {
            "device": "cpu" if device is None else str(device.get_device_name()),
            "device_memory": None if device is None else int(device.max_memory_allocated()),
            "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
            "compiled": _graphs() > self._graphs,
        }


def _device() -> ModuleType | None:
    """Find the graphics processor that this process uses, if it does."""
    torch = sys.modules.get("torch")
    cuda: ModuleType | None = getattr(torch, "cuda", None)
    return cuda if cuda is not None and cuda.is_initialized() else None


def _graphs() -> int:
    """Count what torch.compile compiled so far."""
    counted = getattr(sys.modules.get("torch._dynamo.utils"), "counters", None)
    return int(counted["stats"]["unique_graphs"]) if isinstance(counted, Mapping) else 0


def _threads() -> int | None:
    if (torch := sys.modules.get("torch")) is not None:
        return int(torch.get_num_threads())
    stated = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return int(stated) if stated.isdecimal() else os.cpu_count()


def _processes() -> int:
    """How many processes train together: 1, unless a launcher started more."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_world_size())
    stated = os.environ.get("WORLD_SIZE", "")
    return int(stated) if stated.isdecimal() else 1


def _forget_peak() -> bool:
    """Begin the peak of memory anew (Linux); elsewhere the peak of a trial cannot be told."""
    try:
        _RESET.write_text("5")
    except OSError:
        return False
    return True


def _peak() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        line = next(line for line in _MEMORY.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return None


@cache
def _platform() -> str:
    return platform.platform()


@cache
def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@cache
def _source(system: Callable[..., object]) -> dict[str, Json]:
    """Identify the file that defines the system, and the repository that holds it."""
    try:
        path = Path(inspect.getfile(system))
        code = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except (OSError, TypeError):  # a notebook has no file
        return {}
    commit = _git(path.parent, "rev-parse", "HEAD")
    if commit is None:
        return {"code": code}
    changed = _git(path.parent, "status", "--porcelain", "--untracked-files=no")
    tracked = _git(path.parent, "ls-files", "--error-unmatch", path.name) is not None
    return {"code": code, "commit": commit, "uncommitted": changed != "" or not tracked}


def _git(folder: Path, *arguments: str) -> str | None:
    git = which("git")
    if git is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603  # argv is ours
            [git, "-C", str(folder), "-c", "core.fsmonitor=false", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_GIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() if said.returncode == 0 else None
