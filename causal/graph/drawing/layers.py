"""Which column and which row: causes to the left of effects, few crossings, straight chains.

Sugiyama, Tagawa & Toda (1981), "Methods for visual understanding of hierarchical system
structures".  An arrow over several columns holds a place in each of them (a bend), so that it runs
around the variables between and not through them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from causal.graph.drawing.columns import columned, filled

__all__ = ["Layout", "layered"]

Place = int  # a vertex, by its number; behind the last vertex come the bends
SWEEPS = 12
BEND_ROOM = 0.6  # rows that a bend takes up, where a vertex takes 1


@dataclass(frozen=True)
class Layout:
    """The column and row of every place, and the places that each arrow passes."""

    columns: tuple[int, ...]
    rows: tuple[float, ...]
    routes: Mapping[tuple[int, int], tuple[Place, ...]]


def layered(
    count: int,
    arrows: Sequence[tuple[int, int]],
    ties: Sequence[tuple[int, int]],
    *,
    room: Sequence[float] | None = None,
    most: float = math.inf,
) -> Layout:
    """Place ``count`` vertices; ``arrows`` are in topological order, ``ties`` are ``<->``.

    Those without any stand below the others, as many side by side as there are columns. ``room`` is
    how many rows each vertex takes up; a column has no more vertices than ``most`` rows hold, and
    then those without any edge have columns of their own.

    >>> layout = layered(3, arrows=[(0, 1), (1, 2)], ties=[])
    >>> layout.columns, layout.rows
    ((0, 1, 2), (0.0, 0.0, 0.0))
    """
    room = room or [1.0] * count
    joined = {end for edge in (*arrows, *ties) for end in edge}
    if most < math.inf:
        columns = filled(columned(count, arrows, ties), arrows, joined, room, most)
        joined = set(range(count))
    else:
        columns = columned(count, arrows, ties)
    alone = [v for v in range(count) if v not in joined]
    routes: dict[tuple[int, int], tuple[Place, ...]] = {}
    for tail, head in arrows:
        bends = range(len(columns), len(columns) + columns[head] - columns[tail] - 1)
        columns += range(columns[tail] + 1, columns[head])
        routes[tail, head] = (tail, *bends, head)
    neighbours: list[list[Place]] = [[] for _ in columns]
    for route in routes.values():
        for one, other in pairwise(route):
            neighbours[one].append(other)
            neighbours[other].append(one)
    for one, other in ties:
        if columns[one] != columns[other]:
            neighbours[one].append(other)
            neighbours[other].append(one)
    seen = [place for place in range(len(columns)) if place >= count or place in joined]
    order = _ordered(seen, columns, neighbours, [*routes.values()])
    rows = _rows(order, neighbours, [*room, *[BEND_ROOM] * (len(columns) - count)], most)
    below = max((rows[place] for place in seen), default=-1.0) + 1
    across = max(columns) + 1 if seen else math.isqrt(count - 1) + 1
    for i, v in enumerate(alone):
        columns[v], rows[v] = i % across, below + i // across
    return Layout(tuple(columns), tuple(rows), routes)


def _ordered(
    seen: Sequence[Place],
    columns: Sequence[int],
    neighbours: Sequence[Sequence[Place]],
    routes: Sequence[Sequence[Place]],
) -> list[list[Place]]:
    """The places of every column from top to bottom: barycentres, there and back again."""
    order: list[list[Place]] = [[] for _ in range(max(columns) + 1)]
    for place in seen:
        order[columns[place]].append(place)
    best, fewest = [list(column) for column in order], _crossings(order, routes)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 1
        for within in order if rightwards else order[::-1]:
            rank = {place: i for column in order for i, place in enumerate(column)}
            height = {
                place: _mean(
                    [
                        rank[other]
                        for other in neighbours[place]
                        if (columns[other] < columns[place]) == rightwards
                    ],
                    rank[place],
                )
                for place in within
            }
            within.sort(key=height.__getitem__)
        crossings = _crossings(order, routes)
        if crossings < fewest:
            best, fewest = [list(column) for column in order], crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(order: Sequence[Sequence[Place]], routes: Iterable[Sequence[Place]]) -> int:
    rank = {place: i for within in order for i, place in enumerate(within)}
    column = {place: i for i, within in enumerate(order) for place in within}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for route in routes:
        for one, other in pairwise(route):
            gaps.setdefault(column[one], []).append((rank[one], rank[other]))
    return sum(
        (a - c) * (b - d) < 0
        for steps in gaps.values()
        for i, (a, b) in enumerate(steps)
        for c, d in steps[:i]
    )


def _rows(
    order: Sequence[Sequence[Place]],
    neighbours: Sequence[Sequence[Place]],
    room: Sequence[float],
    most: float,
) -> list[float]:
    """Rows as near to the neighbours' as the order and the room allow; the top one is 0."""
    rows = [0.0] * len(room)
    for column in order:
        for i, place in enumerate(column):
            rows[place] = i - (len(column) - 1) / 2
    for sweep in range(SWEEPS):
        for column in filter(None, order if sweep % 2 else order[::-1]):
            wanted = [_mean([rows[n] for n in neighbours[p]], rows[p]) for p in column]
            gaps = [(room[a] + room[b]) / 2 for a, b in pairwise(column)]
            ends = (room[column[0]] - most) / 2, (most - room[column[-1]]) / 2
            for place, row in zip(column, _spread(wanted, gaps, ends), strict=True):
                rows[place] = row
    top = min((rows[place] for column in order for place in column), default=0.0)
    return [round(row - top, 3) for row in rows]


def _spread(
    wanted: Sequence[float],
    gaps: Sequence[float],
    ends: tuple[float, float] = (-math.inf, math.inf),
) -> list[float]:
    """The rows nearest to the wanted ones, by least squares, that keep order, gaps and ends.

    Subtracting the gaps before each place leaves isotonic regression: pool adjacent violators
    (Ayer, Brunk, Ewing, Reid & Silverman, 1955); with bounds, the same cut off at them. Rows that
    the ends have no room for keep their gaps alone.

    >>> _spread([0.0, 0.0], gaps=[1.0])
    [-0.5, 0.5]
    >>> _spread([3.0, 3.0], gaps=[1.0], ends=(-2.0, 2.0))
    [1.0, 2.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, int]] = []  # mean, size
    for row, offset in zip(wanted, offsets, strict=True):
        mean, size = row - offset, 1
        while pools and pools[-1][0] > mean:
            before, more = pools.pop()
            mean, size = (before * more + mean * size) / (more + size), more + size
        pools.append((mean, size))
    low, high = ends[0], ends[1] - offsets[-1]
    means = [mean for mean, size in pools for _ in range(size)]
    if low <= high:
        means = [min(max(mean, low), high) for mean in means]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
