"""From "module:function" to the function: beside the study file first, then where Python looks.

A system that begins with "command:" is a command of the operating system instead.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from ablation.errors import SystemNotFoundError, did_you_mean, nearest
from ablation.study import System
from ablation.systems.command import PREFIX, Command


def find(system: str, folder: Path | None = None) -> System:
    """Find the function, or the command, that a study names; the study file lies in `folder`.

    >>> find("math:gdc")
    Traceback (most recent call last):
    ablation.errors.SystemNotFoundError: the system 'math:gdc' has no 'gdc'. Did you mean gcd?
    """
    if system.startswith(PREFIX):
        return Command.read(system, folder).found()
    module_name, _, path = system.partition(":")
    module = _module(system, module_name, folder)
    found: object = module
    for name in path.split("."):
        found = vars(found).get(name) if isinstance(found, ModuleType | type) else None
    if found is None:
        callables = [name for name, value in vars(module).items() if callable(value)]
        hint = did_you_mean(nearest(path, callables))
        raise SystemNotFoundError(system, f"has no {path!r}.{hint}")
    if not callable(found):
        raise SystemNotFoundError(system, f"is {found!r}, not a function.")
    return cast("System", found)


def _module(system: str, name: str, folder: Path | None) -> ModuleType:
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise SystemNotFoundError(system, f"cannot be imported: {error}.") from error
        beside = f" in {folder}, nor" if folder else ""
        raise SystemNotFoundError(
            system, f"is not there: no module {error.name!r}{beside} where Python looks."
        ) from error
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise SystemNotFoundError(system, f"cannot be imported: {reason}") from error
    _refuse_namesake(system, module, folder)
    return module


def _refuse_namesake(system: str, module: ModuleType, folder: Path | None) -> None:
    """Two studies in two folders may both have a `train.py`; one process knows only the first."""
    if folder is None or module.__spec__ is None:
        return
    beside = folder / f"{module.__name__.split('.')[0]}.py"
    loaded = Path(module.__spec__.origin or "")
    if beside.exists() and "." not in module.__name__ and not _is_same(beside, loaded):
        raise SystemNotFoundError(
            system, f"is {beside}, but {loaded} was imported under that name: use workers=1."
        )


def _is_same(first: Path, second: Path) -> bool:
    return second.exists() and first.samefile(second)
