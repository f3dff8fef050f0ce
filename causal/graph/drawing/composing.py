"""Where everything of a picture is: from left to right, or downwards where that would be too wide.

A picture for a phone is as readable as one for a page: it is turned, never made smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from causal.graph.drawing.curves import Box, Curve, arc, cells, flow
from causal.graph.drawing.layers import layered
from causal.graph.drawing.placing import DOWN, Placement, placed, sizes

__all__ = ["Composition", "composed"]

Pairs = Sequence[tuple[int, int]]
MARGIN, BESIDE = 14.0, 18.0  # around a picture; between boxes that stand side by side
SHARES = (1.0, 0.85, 0.7, 0.55, 0.4)  # of the width for boxes, the rest for what bows around them


@dataclass(frozen=True)
class Composition:
    """Boxes of the vertices, curves of the arrows, in the order of ``edges``, and of the ties."""

    boxes: tuple[Box, ...]
    edges: tuple[tuple[int, int], ...]
    flows: tuple[Curve, ...]
    bows: tuple[Curve, ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, with a margin."""
        across, down = zip(*self._corners(), strict=True)
        return min(across) - MARGIN, min(down) - MARGIN, max(across) + MARGIN, max(down) + MARGIN

    @property
    def width(self) -> float:
        """From left to right, with a margin."""
        left, _, right, _ = self.extent
        return right - left

    def turned(self) -> Composition:
        """The same with across and down exchanged."""
        boxes = tuple(box.turned() for box in self.boxes)
        flows, bows = (tuple(c.turned() for c in curves) for curves in (self.flows, self.bows))
        return Composition(boxes, self.edges, flows, bows)

    def _corners(self) -> Iterator[tuple[float, float]]:
        for box in self.boxes:
            yield box.x - box.half_width, box.y - box.half_height
            yield box.x + box.half_width, box.y + box.half_height
        for curve in (*self.flows, *self.bows):
            yield from curve.points


def composed(
    labels: Sequence[tuple[str, ...]], arrows: Pairs, ties: Pairs, width: float | None = None
) -> Composition:
    """Causes to the left of effects; above them where that would be wider than ``width``.

    ``arrows`` are in topological order, ``ties`` are ``<->``. Where no picture is as narrow, the
    narrowest one that was found.

    >>> chain = [(0, 1), (1, 2), (2, 3)]
    >>> across, down = (composed([("X",)] * 4, chain, [], width) for width in (None, 200))
    >>> len({box.y for box in across.boxes}), len({box.x for box in down.boxes})
    (1, 1)
    """
    across = _across(labels, arrows, ties)
    if width is None or across.width <= width:
        return across
    found = [across]
    for share in SHARES:
        found.append(_down(labels, arrows, ties, share * (width - 2 * MARGIN)))
        if found[-1].width <= width:
            return found[-1]
    return min(found, key=lambda each: each.width)


def _across(labels: Sequence[tuple[str, ...]], arrows: Pairs, ties: Pairs) -> Composition:
    halves = sizes(labels)
    return _curved(placed(layered(len(labels), arrows, ties), halves), ties)


def _down(
    labels: Sequence[tuple[str, ...]], arrows: Pairs, ties: Pairs, width: float
) -> Composition:
    halves = sizes(labels)
    room = [(2 * half + BESIDE) / DOWN.row for half, _ in halves]
    layout = layered(len(labels), arrows, ties, room=room, most=(width + BESIDE) / DOWN.row)
    turned = [(high, wide) for wide, high in halves]
    return _curved(placed(layout, turned, DOWN), ties).turned()


def _curved(place: Placement, ties: Pairs) -> Composition:
    flows = tuple(flow(place.levels(route)) for route in place.layout.routes.values())
    taken = cells(chain.from_iterable(line.points for line in flows))
    bows: list[Curve] = []
    for one, other in ties:
        bow = arc(place.boxes[one], place.boxes[other], place.boxes, taken)
        bows.append(bow)
        taken |= cells(bow.points)
    return Composition(place.boxes, tuple(place.layout.routes), flows, tuple(bows))
