"""Causes before effects: the one topological order of a graph, or the cycle that forbids any.

Kahn (1962), "Topological sorting of large networks", with a heap for the ties.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from causal.errors import CycleError
from causal.variables import Variable, natural

__all__ = ["causal_order"]


def causal_order(
    names: Iterable[Variable], directed: Iterable[tuple[Variable, Variable]]
) -> list[Variable]:
    """Causes before effects; among the ready ones the natural name order, so equal graphs match.

    Raises CycleError with one cycle.

    >>> causal_order(["V10", "V2", "A"], [("V10", "A")])
    ['V2', 'V10', 'A']
    """
    ranked = sorted(names, key=natural)
    rank = {name: i for i, name in enumerate(ranked)}
    children: list[list[int]] = [[] for _ in ranked]
    waiting = [0] * len(ranked)
    for tail, head in directed:  # an edge that is there twice is also waited for twice
        below = rank[head]
        children[rank[tail]].append(below)
        waiting[below] += 1
    ready = [i for i, count in enumerate(waiting) if count == 0]
    order: list[int] = []
    while ready:
        i = heapq.heappop(ready)
        order.append(i)
        for child in children[i]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, child)
    if len(order) < len(ranked):
        raise CycleError([ranked[i] for i in _cycle(children, set(order))])
    return [ranked[i] for i in order]


def _cycle(children: Sequence[Sequence[int]], sorted_out: set[int]) -> list[int]:
    """One cycle among the vertices that no topological order could place."""
    stuck = set(range(len(children))) - sorted_out
    # Every stuck vertex has a stuck parent, so walking up must come round.
    parent = {c: p for p in sorted(stuck, reverse=True) for c in children[p] if c in stuck}
    walk, seen = [min(stuck)], {min(stuck): 0}
    while (above := parent[walk[-1]]) not in seen:
        seen[above] = len(walk)
        walk.append(above)
    cycle = walk[seen[above] :][::-1]
    first = cycle.index(min(cycle))
    cycle = cycle[first:] + cycle[:first]
    return [*cycle, cycle[0]]
