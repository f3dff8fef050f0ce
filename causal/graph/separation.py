"""m-separation in a possibly mutilated graph, and the open path that refutes it.

Richardson (2003), "Markov properties for acyclic directed mixed graphs".  A path is open given Z
when every collider on it is an ancestor of Z and no other vertex on it is in Z.  Mutilation is a
pair of masks: the graph without edges into X (``cut_in``) or out of Z (``cut_out``) is never built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from causal.graph.bits import bits
from causal.graph.edges import Edges
from causal.graph.walking import connected, reached
from causal.variables import quoted

__all__ = ["OpenPath", "mutilated_ancestors", "open_route", "reachable"]


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
        return quoted(self.nodes[0]) + "".join(f" {arrow} {quoted(v)}" for arrow, v in steps)

    @property
    def why(self) -> str:
        """One clause a collider, in words; empty when there is none."""
        return "; ".join(
            f"the collider {c} is given" if c == by else f"the collider {c} has {by} given below it"
            for c, by in (map(quoted, each) for each in self.colliders)
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


_SMALL = 32  # vertices up to which a mask is quicker than a list


def reachable(
    graph: Edges, start: int, *, given: int, cut_in: int = 0, cut_out: int = 0, until: int = 0
) -> int:
    """Vertices joined to ``start`` by an open path.

    With ``until`` the search may stop at the first of those, and the answer is a part of
    ``until``: nothing exactly when no open path leads there.
    """
    ending = until & ~given
    if len(graph.parent_masks) <= _SMALL:
        found = _spread(graph, start, given=given, cut_in=cut_in, cut_out=cut_out, until=ending)
        return found & ending if until else found
    starts, ends, fixed = (tuple(bits(mask)) for mask in (start, ending, given))
    heads, tails = tuple(bits(cut_in)), tuple(bits(cut_out))
    if not until:
        return reached(graph, starts, given=fixed, cut_in=heads, cut_out=tails)
    met = connected(graph, starts, ends, given=fixed, cut_in=heads, cut_out=tails)
    return ending if met else 0


def _spread(graph: Edges, start: int, *, given: int, cut_in: int, cut_out: int, until: int) -> int:
    """The search on masks.

    One pass over (vertex, arrival) states: a vertex is entered either through an arrowhead or
    through a tail, and only that decides how it may be left.
    """
    opened = mutilated_ancestors(graph, given, cut_in=cut_in, cut_out=cut_out)
    parents, children, siblings = graph.parent_masks, graph.child_masks, graph.sibling_masks
    heads_allowed, tails_allowed = ~cut_in, ~cut_out
    by_tail, by_head = start & ~given, 0
    tail_frontier, head_frontier = by_tail, 0
    while tail_frontier | head_frontier:
        if tail_frontier:
            low = tail_frontier & -tail_frontier
            tail_frontier ^= low
            forks, chains = True, True
        else:
            low = head_frontier & -head_frontier
            head_frontier ^= low
            forks, chains = bool(low & opened), not low & given
        v = low.bit_length() - 1
        new_tail = new_head = 0
        if forks and low & heads_allowed:
            new_tail = parents[v] & tails_allowed
            new_head = siblings[v] & heads_allowed
        if chains and low & tails_allowed:
            new_head |= children[v] & heads_allowed
        new_tail &= ~(by_tail | given)
        new_head &= ~by_head
        by_tail |= new_tail
        by_head |= new_head
        if (new_tail | new_head) & until:
            break
        tail_frontier |= new_tail
        head_frontier |= new_head
    return by_tail | (by_head & ~given)


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
