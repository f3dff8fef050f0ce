"""The obstacle to identification: two nested districts with the same roots.

Shpitser & Pearl (2006), definition 5 and theorem 4; the pair found here is that of Huang & Valtorta
(2006): ``inner`` is a district of the graph on the ancestors of the outcome, ``outer`` is one
district of its own in which every vertex is an ancestor of ``inner``.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.variables import Variables, listed, natural, quoted

__all__ = ["Hedge"]


@dataclass(frozen=True)
class Hedge:
    """Q[inner] cannot be told apart within Q[outer], whatever the data."""

    outer: Variables
    inner: Variables

    def __str__(self) -> str:
        parts = (sorted(part, key=natural) for part in (self.outer, self.inner))
        outer, inner = (", ".join(map(quoted, part)) for part in parts)
        return f"{{{outer}}} around {{{inner}}}"

    @property
    def why(self) -> str:
        """The obstacle in one sentence.

        >>> Hedge(frozenset("XY"), frozenset("Y")).why.partition(": ")[0]
        'X and Y share hidden causes and all lead to Y'
        """
        cut = self.outer - self.inner
        outer, inner, rest = (listed(map(quoted, p)) for p in (self.outer, self.inner, cut))
        return (
            f"{outer} share hidden causes and all lead to {inner}: "
            f"what {rest} {'does' if len(cut) == 1 else 'do'} to {inner} "
            "cannot be told from what is shared"
        )
