"""m-separation in a possibly mutilated graph, and the open path that refutes it.

Richardson (2003), "Markov properties for acyclic directed mixed graphs".  A path is open given Z
when every collider on it is an ancestor of Z and no other vertex on it is in Z.  Mutilation is a
pair of masks: the graph without edges into X (``cut_in``) or out of Z (``cut_out``) is never built.
A search walks lists of neighbours, because what it has to see is small beside a mask of the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from causal.graph.bits import bits, union

__all__ = ["Edges", "OpenPath", "connected", "mutilated_ancestors", "open_route", "reachable"]

Lists: TypeAlias = tuple[tuple[int, ...], ...]


class Edges(Protocol):
    """What separation needs to know of a graph: each vertex's neighbours, as masks and as lists."""

    @property
    def parent_masks(self) -> tuple[int, ...]:
        """Tails of the edges into each vertex."""

    @property
    def child_masks(self) -> tuple[int, ...]:
        """Heads of the edges out of each vertex."""

    @property
    def sibling_masks(self) -> tuple[int, ...]:
        """Other ends of the ``<->`` edges at each vertex."""

    @property
    def parent_lists(self) -> Lists:
        """The same as ``parent_masks``, member by member."""

    @property
    def child_lists(self) -> Lists:
        """The same as ``child_masks``, member by member."""

    @property
    def sibling_lists(self) -> Lists:
        """The same as ``sibling_masks``, member by member."""


@dataclass(frozen=True)
class OpenPath:
    """A path along which two sets stay dependent; prints as ``X <- U -> Y``.

    ``colliders`` maps each collider on the path to the given variable that opens it: the collider
    itself, or one of its descendants.
    """

    nodes: tuple[str, ...]
    arrows: tuple[str, ...]
    colliders: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        steps = zip(self.arrows, self.nodes[1:], strict=True)
        return self.nodes[0] + "".join(f" {arrow} {node}" for arrow, node in steps)

    @property
    def why(self) -> str:
        """One clause a collider, in words; empty when there is none."""
        return "; ".join(
            f"the collider {c} is given" if c == by else f"the collider {c} has {by} given below it"
            for c, by in self.colliders
        )

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "text": str(self),
            "nodes": list(self.nodes),
            "arrows": list(self.arrows),
            "colliders": [{"collider": c, "opened_by": by} for c, by in self.colliders],
        }


def mutilated_ancestors(graph: Edges, of: int, *, cut_in: int = 0, cut_out: int = 0) -> int:
    """An(of), itself included, in the graph without edges into ``cut_in`` or out of ``cut_out``."""
    parents = graph.parent_masks
    seen = frontier = of
    while frontier:
        top = frontier.bit_length() - 1
        frontier ^= 1 << top
        if not cut_in >> top & 1:
            new = parents[top] & ~(seen | cut_out)
            seen |= new
            frontier |= new
    return seen


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
    """
    marks = bytearray(len(graph.parent_lists))
    _cut(marks, cut_in, cut_out)
    _mark_ancestors(graph, marks, given, mark=_GIVEN, of=_OPENED | _USEFUL)
    _mark_ancestors(graph, marks, ends, mark=_END, of=_USEFUL)
    return _walk(graph, marks, starts)


def reachable(
    graph: Edges, start: int, *, given: int, cut_in: int = 0, cut_out: int = 0, until: int = 0
) -> int:
    """Vertices joined to ``start`` by an open path.

    With ``until`` only whether it is met: the answer is all of it that is not given, or nothing.
    """
    sides = (tuple(bits(mask)) for mask in (start, until & ~given, given, cut_in, cut_out))
    starts, ends, fixed, heads, tails = sides
    if until:
        met = connected(graph, starts, ends, given=fixed, cut_in=heads, cut_out=tails)
        return until & ~given if met else 0
    marks = bytearray((_USEFUL,)) * len(graph.parent_lists)
    _cut(marks, heads, tails)
    _mark_ancestors(graph, marks, fixed, mark=_GIVEN, of=_OPENED)
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


_State = tuple[int, bool]  # a vertex, and whether it was entered through an arrowhead


def open_route(
    graph: Edges, start: int, end: int, *, given: int, cut_in: int = 0, cut_out: int = 0
) -> list[tuple[int, str]] | None:
    """A shortest open walk as (vertex, arrow that led to it) pairs, or None when separated."""
    opened = mutilated_ancestors(graph, given, cut_in=cut_in, cut_out=cut_out)
    came_from: dict[_State, tuple[_State, str] | None] = {
        (v, False): None for v in bits(start & ~given)
    }
    queue = list(came_from)
    for state in queue:
        if end >> state[0] & 1:
            return _unwind(came_from, state)
        moves = _moves(graph, state, given=given, opened=opened, cut_in=cut_in, cut_out=cut_out)
        for following, arrow in moves:
            if following not in came_from:
                came_from[following] = (state, arrow)
                queue.append(following)
    return None


def _moves(
    graph: Edges, state: _State, *, given: int, opened: int, cut_in: int, cut_out: int
) -> Iterator[tuple[_State, str]]:
    v, by_head = state
    here = 1 << v
    if not here & cut_out and not here & given:
        for w in bits(graph.child_masks[v] & ~cut_in):
            yield (w, True), "->"
    if here & cut_in or (by_head and not here & opened):
        return
    for w in bits(graph.parent_masks[v] & ~(cut_out | given)):
        yield (w, False), "<-"
    for w in bits(graph.sibling_masks[v] & ~cut_in):
        yield (w, True), "<->"


def _unwind(
    came_from: dict[_State, tuple[_State, str] | None], state: _State
) -> list[tuple[int, str]]:
    route = []
    while (step := came_from[state]) is not None:
        route.append((state[0], step[1]))
        state = step[0]
    return [(state[0], ""), *reversed(route)]
