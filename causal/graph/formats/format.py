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
    opening: str  # a regular expression: how a text in this format begins, and no other does
    read: Callable[[str], Sketch]
    write: Callable[[Sketch], str]

    def claims(self, text: str) -> bool:
        """Whether a text begins as this format does."""
        return re.match(self.opening, text) is not None
