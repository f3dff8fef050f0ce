"""Reports: `ablation.report(trials, to="out/")` writes a study on one page that needs nothing else.

This package is also the verb that it holds. A module cannot be called, and importing any module
below `ablation.report` binds the package to the name `ablation.report`, over whatever function may
have stood there. So the package itself is callable: its class is a kind of module with `__call__`
(Python data model, "Customizing module attribute access"). Whichever import comes first,
`ablation.report(trials, to="out/")` and `ablation.report.study.write` both work.
"""

import sys
from pathlib import Path
from types import ModuleType

from ablation.report.study import write
from ablation.trials import Trials

__all__ = ["report"]


class Room(ModuleType):
    """A package that can be called."""

    def __call__(self, trials: Trials, to: str | Path = "out/") -> Path:
        """Write the report of a study into a folder, or to a file that ends in .html."""
        return write(trials, to=to)


_here = sys.modules[__name__]
_here.__class__ = Room
assert isinstance(_here, Room)

report: Room = _here
"""The package itself, for whoever imports the verb by name."""
