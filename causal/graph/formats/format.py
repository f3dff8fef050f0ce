"""What a format is: a name, and the two ways across."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from causal.graph.formats.sketch import Sketch

__all__ = ["Format"]


@dataclass(frozen=True)
class Format:
    """A way to write a graph down; ``read`` undoes ``write``, whatever the names are."""

    name: str
    title: str
    read: Callable[[str], Sketch]
    write: Callable[[Sketch], str]
