"""Graphs as pictures: our own layered layout and our own SVG, so nothing has to be installed.

Most programs draw nothing, so the pages are opened by the first picture.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.graph.drawing.svg import drawn as drawn

__all__ = ["drawn"]


def __getattr__(name: str) -> object:
    if name == "drawn":
        return import_module("causal.graph.drawing.svg").drawn
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
