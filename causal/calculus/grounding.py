"""From an interventional law to an observed one by the rules alone, when that is possible.

Greedy and one variable at a time: an action goes by rule 3, or becomes an observation by rule 2;
then observations that make no difference go by rule 1.  On masks only; the bridge writes the steps.
"""

from __future__ import annotations

from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import mutilated_ancestors, reachable

__all__ = ["grounded"]


def grounded(graph: ADMG, outcome: int, *, given: int, do: int) -> int | None:
    """What to observe so that P(outcome | do, given) = P(outcome | that); None if no way was found.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> found = grounded(graph, graph.mask("Y"), given=graph.mask("Z"), do=graph.mask("X"))
    >>> sorted(graph.named(found))
    ['X', 'Z']
    """
    moving = True
    while do and moving:
        moving = False
        for v in bits(do):
            here = 1 << v
            if _deletable(graph, outcome, given, do & ~here, here):
                do, moving = do & ~here, True
            elif _observable(graph, outcome, given, do & ~here, here):
                do, given, moving = do & ~here, given | here, True
    if do:
        return None
    for v in bits(given):
        here = 1 << v
        if not reachable(graph, here, given=given & ~here, until=outcome) & outcome:
            given &= ~here
    return given


def _deletable(graph: ADMG, y: int, w: int, x: int, z: int) -> bool:
    """Rule 3 for one action."""
    cut = x | z & ~mutilated_ancestors(graph, w, cut_in=x)
    return not reachable(graph, z, given=x | w, cut_in=cut, until=y) & y


def _observable(graph: ADMG, y: int, w: int, x: int, z: int) -> bool:
    """Rule 2 for one action."""
    return not reachable(graph, z, given=x | w, cut_in=x, cut_out=z, until=y) & y
