"""Whatever holds a graph, read: text, a file, a table, an object of another library.

Objects are told by the library that their class comes from, so none has to be installed or loaded
for the others to be read.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from causal.errors import CausalError, ForeignGraphError, printable
from causal.graph import ADMG

__all__ = ["read"]

_DOORS = {  # by the library that an object comes from
    "pgmpy": "pgmpy",  # its graphs are networkx's too, so it comes first
    "y0": "y0",
    "causallearn": "causallearn",
    "networkx": "networkx",
    "pandas": "adjacency",
}


def read(source: object) -> ADMG:
    """Read a graph from text in any format, a path, or an object of another library.

    Raises ForeignGraphError for what is no such thing, and whatever ADMG.parse raises.

    >>> read("dag { X -> Y }")
    ADMG.parse('X -> Y')
    """
    match source:
        case ADMG():
            return source
        case str():
            return ADMG.parse(source)
        case Path():
            return _from_file(source)
    makers = [kind.__module__.partition(".")[0] for kind in type(source).__mro__]
    for library, door in _DOORS.items():
        if library in makers:
            found: ADMG = getattr(import_module(f"causal.interop.{door}"), f"from_{door}")(source)
            return found
    kind = f"{type(source).__module__}.{type(source).__qualname__}"
    raise ForeignGraphError(
        f"cannot read a graph from {kind}; give text, a pathlib.Path, an adjacency DataFrame, or a "
        "graph of networkx, pgmpy, y0 or causal-learn"
    )


def _from_file(path: Path) -> ADMG:
    try:
        return ADMG.parse(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ForeignGraphError(f"{path} is not text in UTF-8 (byte {error.start})") from error
    except CausalError as error:
        error.add_note(f"in the file {printable(str(path))}")
        raise
