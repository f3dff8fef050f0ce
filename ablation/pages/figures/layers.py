"""Where the nodes of a graph stand: causes before effects, in layers, with few crossings.

Longest-path layers and barycentre sweeps (Sugiyama, Tagawa and Toda 1981, "Methods for visual
understanding of hierarchical system structures").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

Edge: TypeAlias = tuple[str, str]
Point: TypeAlias = tuple[float, float]


def layered(nodes: Sequence[str], directed: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """Put every node one layer after its last parent; edges that close a cycle are passed over.

    >>> layered(["Z", "X", "Y"], [("Z", "X"), ("X", "Y"), ("Z", "Y")])
    (('Z',), ('X',), ('Y',))
    """
    edges = list(directed)
    depth: dict[str, int] = {}
    open_: set[str] = set()

    def depth_of(node: str) -> int:
        if node not in depth:
            open_.add(node)
            above = [a for a, b in edges if b == node and a not in open_]
            depth[node] = 1 + max(map(depth_of, above), default=-1)
            open_.discard(node)
        return depth[node]

    for node in nodes:
        depth_of(node)
    layers = [[node for node in nodes if depth[node] == k] for k in range(max(depth.values()) + 1)]
    return _untangled([layer for layer in layers if layer], edges)


def _untangled(layers: list[list[str]], edges: list[Edge]) -> tuple[tuple[str, ...], ...]:
    """Order each layer by the mean place of its neighbours, up and down a few times."""
    near: dict[str, set[str]] = {node: set() for layer in layers for node in layer}
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    for sweep in range(6):
        place = {n: i - (len(layer) - 1) / 2 for layer in layers for i, n in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            middle = {
                n: sum(place[m] for m in near[n]) / len(near[n]) if near[n] else place[n]
                for n in layer
            }
            layer.sort(key=middle.__getitem__)
            place.update({n: i - (len(layer) - 1) / 2 for i, n in enumerate(layer)})
    return tuple(tuple(layer) for layer in layers)


def columned(
    layers: Sequence[tuple[str, ...]], room: Callable[[str], float], width: float
) -> tuple[tuple[str, ...], ...]:
    """The layers, if each has room side by side; else a layer for every node, one below the other.

    >>> columned([("a", "b"), ("c",)], lambda name: 40, width=60)
    (('a',), ('b',), ('c',))
    """
    if all(sum(map(room, layer)) <= width for layer in layers):
        return tuple(layers)
    return tuple((node,) for layer in layers for node in layer)


def placed(
    layers: Sequence[Sequence[str]], size: Callable[[str], Point], *, across: bool, gap: Point
) -> Mapping[str, Point]:
    """Give every node its centre: layers from left to right if `across`, else from top to bottom.

    `gap` is the space between layers, then between the nodes of one layer.

    >>> dict(placed([["X"], ["Y"]], lambda name: (40, 20), across=True, gap=(60, 30)))
    {'X': (0.0, 0.0), 'Y': (100.0, 0.0)}
    """
    along, beside = (0, 1) if across else (1, 0)
    centres: dict[str, Point] = {}
    reached = 0.0
    for i, layer in enumerate(layers):
        deep = max(size(node)[along] for node in layer)
        reached += deep / 2 + (gap[0] if i else -deep / 2)
        total = sum(size(node)[beside] for node in layer) + gap[1] * (len(layer) - 1)
        side = -total / 2
        for node in layer:
            extent = size(node)[beside]
            middle = side + extent / 2
            centres[node] = (reached, middle) if across else (middle, reached)
            side += extent + gap[1]
        reached += deep / 2
    return centres
