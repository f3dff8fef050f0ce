"""Which column: one behind the last of the causes, and where room is short, the next that has some.

The longest way gives the fewest columns; bounding what a column holds is the problem of scheduling
on so many machines (Coffman & Graham 1972), here first come, first served.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

__all__ = ["columned", "filled"]


def columned(
    count: int, arrows: Sequence[tuple[int, int]], ties: Sequence[tuple[int, int]]
) -> list[int]:
    """The longest way from a cause; roots move right, up to the first of their effects.

    >>> columned(4, [(0, 1), (1, 3), (2, 3)], [])
    [0, 1, 1, 2]
    """
    columns = [0] * count
    for tail, head in arrows:
        columns[head] = max(columns[head], columns[tail] + 1)
    effects: dict[int, list[int]] = {}
    for tail, head in arrows:
        effects.setdefault(tail, []).append(columns[head])
    caused = {head for _, head in arrows}
    for v in range(count):
        if v not in caused:
            friends = [columns[b if a == v else a] for a, b in ties if v in (a, b)]
            if v in effects:
                columns[v] = min(effects[v]) - 1
            elif friends:
                columns[v] = round(sum(friends) / len(friends))
    return columns


def filled(
    columns: Sequence[int],
    arrows: Sequence[tuple[int, int]],
    joined: Container[int],
    room: Sequence[float],
    most: float,
) -> list[int]:
    """The columns again, none with more vertices than ``most`` rows hold, but one at the least.

    Those that are not ``joined`` to any come behind all others.

    >>> filled([0, 0, 0, 1], [(0, 3)], joined={0, 1, 3}, room=[1, 1, 1, 1], most=1)
    [0, 1, 3, 2]
    """
    causes: list[list[int]] = [[] for _ in columns]
    for tail, head in arrows:
        causes[head].append(tail)
    wanted = [c if v in joined else len(columns) for v, c in enumerate(columns)]
    found, used = [0] * len(columns), dict[int, float]()
    for v in sorted(range(len(columns)), key=wanted.__getitem__):
        here = max([wanted[v], *(found[cause] + 1 for cause in causes[v])])
        while here in used and used[here] + room[v] > most:
            here += 1
        found[v], used[here] = here, used.get(here, 0.0) + room[v]
    number = {column: i for i, column in enumerate(sorted(used))}
    return [number[column] for column in found]
