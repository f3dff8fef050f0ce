"""Where open paths lead, walked on lists of neighbours: the cost is what is seen, not the graph.

Geiger, Verma & Pearl (1990), "d-separation: from theorems to algorithms", for ``<->`` as well.  In
a graph of thousands the ancestors of a few vertices are few, and a mask of all vertices is long.
"""

from __future__ import annotations

from collections.abc import Iterable

from causal.graph.bits import union
from causal.graph.edges import Edges

__all__ = ["connected", "reached"]

# What a search knows of a vertex, one bit each in its mark.
_BY_TAIL, _BY_HEAD, _GIVEN, _OPENED = 1, 2, 4, 8  # how it was entered; given; ancestor of given
_END, _USEFUL, _CUT_IN, _CUT_OUT = 16, 32, 64, 128  # useful: has an end or a given vertex below it


def connected(
    graph: Edges,
    starts: Iterable[int],
    ends: Iterable[int],
    *,
    given: Iterable[int] = (),
    cut_in: Iterable[int] = (),
    cut_out: Iterable[int] = (),
) -> bool:
    """Whether an open path joins two sets of vertices; given vertices are joined to nothing.

    The cost is that of the ancestors of the vertices named, however many others there are.

    >>> from causal.graph import ADMG
    >>> collider = ADMG.parse("X -> C <- Y")  # numbered X, Y, C
    >>> connected(collider, [0], [1]), connected(collider, [0], [1], given=[2])
    (False, True)
    """
    marks = bytearray(len(graph.parent_lists))
    _cut(marks, cut_in, cut_out)
    _mark_ancestors(graph, marks, given, mark=_GIVEN, of=_OPENED | _USEFUL)
    _mark_ancestors(graph, marks, ends, mark=_END, of=_USEFUL)
    return _walk(graph, marks, starts)


def reached(
    graph: Edges,
    starts: Iterable[int],
    *,
    given: Iterable[int] = (),
    cut_in: Iterable[int] = (),
    cut_out: Iterable[int] = (),
) -> int:
    """All vertices, as a mask, that an open path joins to some others.

    >>> from causal.graph import ADMG
    >>> bin(reached(ADMG.parse("X -> Z -> Y"), [0], given=[2]))
    '0b11'
    """
    marks = bytearray((_USEFUL,)) * len(graph.parent_lists)
    _cut(marks, cut_in, cut_out)
    _mark_ancestors(graph, marks, given, mark=_GIVEN, of=_OPENED)
    _walk(graph, marks, starts)
    entered = _BY_TAIL | _BY_HEAD
    return union(v for v, mark in enumerate(marks) if mark & entered and not mark & _GIVEN)


def _cut(marks: bytearray, cut_in: Iterable[int], cut_out: Iterable[int]) -> None:
    for v in cut_in:
        marks[v] |= _CUT_IN
    for v in cut_out:
        marks[v] |= _CUT_OUT


def _mark_ancestors(
    graph: Edges, marks: bytearray, vertices: Iterable[int], *, mark: int, of: int
) -> None:
    """Give ``mark`` to some vertices, and ``of`` to them and all their ancestors."""
    parents, passed = graph.parent_lists, of | _CUT_OUT
    above = list(vertices)
    for v in above:
        marks[v] |= mark | of
    for v in above:
        if not marks[v] & _CUT_IN:
            for p in parents[v]:
                if not marks[p] & passed:
                    marks[p] |= of
                    above.append(p)


def _walk(graph: Edges, marks: bytearray, starts: Iterable[int]) -> bool:
    """Enter every vertex that an open path leads to, until one is an end.

    One pass over (vertex, arrival) states: a vertex is entered either through an arrowhead or
    through a tail, and only that decides how it may be left.  Whoever was entered through a tail
    needs no other visit, and a way down that ends above nothing of interest is not taken.
    """
    parents, children, siblings = graph.parent_lists, graph.child_lists, graph.sibling_lists
    closed_to_tails = _BY_TAIL | _GIVEN | _CUT_OUT
    closed_to_heads = _BY_TAIL | _BY_HEAD | _CUT_IN | _USEFUL
    frontier = [v for v in starts if not marks[v] & _GIVEN]
    for v in frontier:
        marks[v] |= _BY_TAIL
    while frontier:
        v = frontier.pop()
        mark = marks[v]
        if mark & _END:
            return True
        onward: tuple[int, ...] = ()
        if mark & (_BY_TAIL | _OPENED) and not mark & _CUT_IN:
            onward = siblings[v]
            for w in parents[v]:
                if not marks[w] & closed_to_tails:
                    marks[w] |= _BY_TAIL
                    frontier.append(w)
        if not mark & (_GIVEN | _CUT_OUT):
            onward += children[v]
        for w in onward:
            if marks[w] & closed_to_heads == _USEFUL:
                marks[w] |= _BY_HEAD
                frontier.append(w)
    return False
