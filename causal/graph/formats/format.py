"""What a format is: a name, how a text in it opens, and the two ways across."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from causal.graph.formats.sketch import Sketch

__all__ = ["Format"]


@dataclass(frozen=True)
class Format:
    """A way to write a graph down; ``read`` undoes ``write``, whatever the names are."""

    name: str
    title: str
    opening: re.Pattern[str]  # matches the beginning of a text in this format, and of no other
    read: Callable[[str], Sketch]
    write: Callable[[Sketch], str]
