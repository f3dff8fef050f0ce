"""From columns and rows to pixels: boxes as large as their labels, and room for what is steep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from causal.graph.drawing.curves import Box, Level
from causal.graph.drawing.labels import width
from causal.graph.drawing.layers import Layout, Place

__all__ = ["ACROSS", "DOWN", "Placement", "Spacing", "placed", "sizes"]

STEEPEST_GAP = 150.0
HALF_HEIGHT, LINE, PADDING, LEAST = 16.0, 16.0, 12.0, 17.0


@dataclass(frozen=True)
class Spacing:
    """Pixels of a row, and between two columns at the least."""

    row: float
    gap: float


ACROSS, DOWN = Spacing(64.0, 58.0), Spacing(37.0, 38.0)


@dataclass(frozen=True)
class Placement:
    """The boxes of the vertices, where each column begins and ends, and the height of a row."""

    layout: Layout
    boxes: tuple[Box, ...]
    columns: tuple[tuple[float, float], ...]
    row: float

    def levels(self, route: Sequence[Place]) -> list[Level]:
        """The way of an arrow: level through each column, so that it meets no box on its way."""
        tail, *bends, head = route
        start, end = self.boxes[tail], self.boxes[head]
        before, after = (self.columns[self.layout.columns[place]] for place in (tail, head))
        return [
            (start.x + start.half_width, before[1], start.y),
            *(
                (*self.columns[self.layout.columns[b]], self.layout.rows[b] * self.row)
                for b in bends
            ),
            (after[0], end.x - end.half_width - 1, end.y),
        ]


def sizes(labels: Sequence[tuple[str, ...]]) -> list[tuple[float, float]]:
    """Half the width and half the height of the box of each label.

    >>> sizes([("X",), ("Y", "Z")])
    [(17.1, 16.0), (17.1, 24.0)]
    """
    return [
        (
            max(LEAST, max(map(width, label)) / 2 + PADDING),
            HALF_HEIGHT + LINE / 2 * (len(label) - 1),
        )
        for label in labels
    ]


def placed(
    layout: Layout, halves: Sequence[tuple[float, float]], space: Spacing = ACROSS
) -> Placement:
    """A box for every vertex, by half its size; a column is as wide as its widest box."""
    widest = [0.0] * (max(layout.columns) + 1)
    for column, (half, _) in zip(layout.columns, halves, strict=False):
        widest[column] = max(widest[column], half)
    columns: list[tuple[float, float]] = []
    left = 0.0
    for half, room in zip(widest, [*_gaps(layout, space), 0.0], strict=True):
        columns.append((left, left + 2 * half))
        left += 2 * half + room
    boxes = [
        Box(sum(columns[column]) / 2, row * space.row, *half)
        for column, row, half in zip(layout.columns, layout.rows, halves, strict=False)
    ]
    return Placement(layout, tuple(boxes), tuple(columns), space.row)


def _gaps(layout: Layout, space: Spacing) -> list[float]:
    """The room between two columns: more where an arrow has far to climb."""
    climbs = [0.0] * max(layout.columns)
    for route in layout.routes.values():
        for one, other in pairwise(route):
            column, climb = layout.columns[one], abs(layout.rows[one] - layout.rows[other])
            climbs[column] = max(climbs[column], climb)
    return [min(STEEPEST_GAP, space.gap + climb * space.row / 6) for climb in climbs]
