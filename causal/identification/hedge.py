"""The obstacle to identification: two nested districts with the same roots.

Shpitser & Pearl (2006), definition 5 and theorem 4; the pair found here is that of Huang & Valtorta
(2006): ``inner`` is a district of the graph on the ancestors of the outcome, ``outer`` is one
district of its own in which every vertex is an ancestor of ``inner``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from causal.variables import Variables, natural, quoted

__all__ = ["Hedge"]

MOST: Final = 20  # names that a sentence holds; plain data have them all


@dataclass(frozen=True)
class Hedge:
    """Q[inner] cannot be told apart within Q[outer], whatever the data."""

    outer: Variables
    inner: Variables

    def __str__(self) -> str:
        outer, inner = (", ".join(_told(part)) for part in (self.outer, self.inner))
        return f"{{{outer}}} around {{{inner}}}"

    @property
    def why(self) -> str:
        """The obstacle in one sentence.

        >>> Hedge(frozenset("XY"), frozenset("Y")).why.partition(": ")[0]
        'X and Y share hidden causes and all lead to Y'
        """
        cut = self.outer - self.inner
        outer, inner, rest = (_said(_told(part)) for part in (self.outer, self.inner, cut))
        return (
            f"{outer} share hidden causes and all lead to {inner}: "
            f"what {rest} {'does' if len(cut) == 1 else 'do'} to {inner} "
            "cannot be told from what is shared"
        )


def _told(names: Variables) -> list[str]:
    """The names in order; of very many the first ones, and how many others there are."""
    found = [quoted(name) for name in sorted(names, key=natural)]
    return found if len(found) <= MOST else [*found[:MOST], f"{len(found) - MOST:,} more"]


def _said(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
