"""How many treks fit side by side: the rank of a block of the covariance of a linear model.

Sullivant, Talaska & Draisma (2010), "Trek separation for Gaussian graphical models", theorems 2.8
and 2.17: for almost all coefficients the rank of Σ[A, B] is the largest number of treks from A to B
of which no two share a vertex on the same side.  A trek climbs from A against the arrows, turns (at
a vertex, or over ``<->``) and descends to B.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from causal.graph import ADMG
from causal.graph.bits import bits

__all__ = ["trek_rank"]


class _Place(NamedTuple):
    """A vertex on the way up or down; a trek enters it and leaves it, and only one trek may."""

    vertex: int
    down: bool
    leaving: bool


_START, _END = _Place(-1, down=False, leaving=True), _Place(-1, down=True, leaving=False)
_Move = tuple[_Place, _Place]


def trek_rank(graph: ADMG, one: int, other: int) -> int:
    """The rank of the covariance of two sets for almost all coefficients; the sets may overlap.

    Ford & Fulkerson (1956): treks are added one by one, each along a path that may undo earlier
    moves.

    >>> graph = ADMG.parse("Z1 -> Z2 -> {X1, X2}")
    >>> trek_rank(graph, graph.mask(["Z1", "Z2"]), graph.mask(["X1", "X2"]))
    1
    """
    moves: set[_Move] = set()
    rank = 0
    while path := _another(graph, one, other, moves):
        rank += 1
        for here, there in path:
            if (there, here) in moves:
                moves.remove((there, here))
            else:
                moves.add((here, there))
    return rank


def _another(graph: ADMG, one: int, other: int, moves: set[_Move]) -> list[_Move]:
    """The moves of one more trek beside those that there are; none when there is no room."""
    undone: dict[_Place, list[_Place]] = {}
    for here, there in moves:
        undone.setdefault(there, []).append(here)
    came_from: dict[_Place, _Place] = {}
    queue = [_START]
    for here in queue:
        onward = [there for there in _moves(graph, one, other, here) if (here, there) not in moves]
        for there in (*onward, *undone.get(here, ())):
            if there not in came_from and there != _START:
                came_from[there] = here
                queue.append(there)
        if _END in came_from:
            break
    path, place = [], _END
    while place in came_from:
        path.append((came_from[place], place))
        place = came_from[place]
    return path


def _moves(graph: ADMG, one: int, other: int, place: _Place) -> Iterator[_Place]:
    v, down, leaving = place
    if place == _START:
        yield from (_Place(a, down=False, leaving=False) for a in bits(one))
    elif place != _END and not leaving:
        yield _Place(v, down, leaving=True)
    elif not down:
        yield from (_Place(p, down=False, leaving=False) for p in graph.parent_lists[v])
        yield from (_Place(s, down=True, leaving=False) for s in (v, *graph.sibling_lists[v]))
    elif place != _END:
        yield from (_Place(c, down=True, leaving=False) for c in graph.child_lists[v])
        if other >> v & 1:
            yield _END
