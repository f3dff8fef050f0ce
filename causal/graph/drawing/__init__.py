"""Graphs as pictures: our own layered layout and our own SVG, so nothing has to be installed.

Most programs draw nothing, so the pages are opened by the first picture.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.graph.drawing.notebook import shown as shown
    from causal.graph.drawing.svg import drawn as drawn

__all__ = ["drawn", "shown"]

_HOMES = {"drawn": "svg", "shown": "notebook"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"causal.graph.drawing.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
