"""Latent projection: the graph that remains when some variables are not measured.

Verma & Pearl (1990), "Equivalence and synthesis of causal models".  Leaving out U joins each of
its parents to each of its children by ``->``, its children to each other and to its siblings by
``<->``.  One variable after the other: the separations among the rest stay as they were, and so
does every answer about effects among them.
"""

from __future__ import annotations

from causal.graph.bits import bits
from causal.graph.edges import Edges

__all__ = ["Projection", "project"]

Projection = tuple[list[int], list[int]]


def project(graph: Edges, hidden: int) -> Projection:
    """Parents and siblings of every vertex once ``hidden`` are left out (theirs are empty).

    >>> from causal import ADMG
    >>> graph = ADMG.parse("U -> X; U -> Y")
    >>> graph.nodes, project(graph, hidden=0b001)
    (('U', 'X', 'Y'), ([0, 0, 0], [0, 4, 2]))
    """
    parents, siblings = list(graph.parent_masks), list(graph.sibling_masks)
    for u in bits(hidden):  # causes first, so that the children of U are still those of the graph
        here = 1 << u
        above, below, beside = parents[u], graph.child_masks[u], siblings[u]
        for c in bits(below):
            parents[c] = (parents[c] | above) & ~here
            siblings[c] |= (below | beside) & ~(1 << c)
        for s in bits(beside):
            siblings[s] = (siblings[s] | below) & ~(here | 1 << s)
        parents[u] = siblings[u] = 0
    return parents, siblings
