"""Where a trial ran: covariates that are recorded with every trial and decide nothing.

A difference between two arms can be a difference between two machines or two versions; it can be
looked for only if it was written down.
"""

import hashlib
import inspect
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ablation.canonical import Json
from ablation.study import System

_WATCHED = {
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
    "jax": "jax",
    "tensorflow": "tensorflow",
}


def environment(system: System) -> dict[str, Json]:
    """Describe this process: Python, machine, packages in use, and the system's source file.

    >>> from json import loads
    >>> sorted(environment(loads))
    ['code', 'host', 'packages', 'platform', 'python']
    """
    packages: dict[str, Json] = {
        distribution: _version(distribution)
        for module, distribution in _WATCHED.items()
        if module in sys.modules
    }
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "host": platform.node(),
        "packages": packages,
        "code": _code(system),
    }


@cache
def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@cache
def _code(system: System) -> str | None:
    """SHA-256 of the file that defines the system, shortened; a notebook has none."""
    try:
        source = Path(inspect.getfile(system)).read_bytes()
    except (OSError, TypeError):
        return None
    return hashlib.sha256(source).hexdigest()[:16]
