"""Lines between boxes: arrows that flow from left to right, and arcs that stay out of the way.

What is drawn downwards is drawn from left to right, and turned.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Box", "Curve", "Level", "arc", "cells", "flow"]

Point = tuple[float, float]
Level = tuple[float, float, float]  # from x to x, at a height
STEPS = 24
CELL = 10  # pixels: lines that share a cell are near each other
LIFT = 26  # pixels that every bow rises, however short it is
BENDS = (0.22, -0.22, 0.12, -0.12, 0.36, -0.36, 0.55, -0.55, 0.8, -0.8, 0.0)  # of the distance


@dataclass(frozen=True)
class Box:
    """Where a label stands: its middle and half its size."""

    x: float
    y: float
    half_width: float
    half_height: float

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point lies inside, or nearer than the margin."""
        across, down = abs(point[0] - self.x), abs(point[1] - self.y)
        return across < self.half_width + margin and down < self.half_height + margin

    def turned(self) -> Box:
        """The box with across and down exchanged."""
        return Box(self.y, self.x, self.half_height, self.half_width)


@dataclass(frozen=True)
class Curve:
    """Straight and cubic pieces, points along them, and the angle of arrival at each end."""

    pieces: tuple[tuple[Point, ...], ...]  # the start; then one point a line, three a cubic
    points: tuple[Point, ...]
    arrives: float
    leaves: float = 0.0

    @property
    def path(self) -> str:
        """The text of an SVG path.

        >>> Curve((((0, 0),), ((9, 0),)), ((0, 0), (9, 0)), arrives=0).path
        'M0.0,0.0L9.0,0.0'
        """
        letters = ("M", *("C" if len(piece) == 3 else "L" for piece in self.pieces[1:]))
        return "".join(
            letter + " ".join(map(_at, piece))
            for letter, piece in zip(letters, self.pieces, strict=True)
        )

    def turned(self) -> Curve:
        """The curve with across and down exchanged."""
        return Curve(
            tuple(tuple((y, x) for x, y in piece) for piece in self.pieces),
            tuple((y, x) for x, y in self.points),
            90 - self.arrives,
            90 - self.leaves,
        )


def flow(levels: Sequence[Level]) -> Curve:
    """A line that runs level from x to x at some heights, and changes height between them only.

    >>> flow([(10, 20, 0), (60, 89, 40)]).path
    'M10.0,0.0L20.0,0.0C40.0,0.0 40.0,40.0 60.0,40.0L89.0,40.0'
    """
    first, _, height = levels[0]
    points: list[Point] = [(first, height)]
    pieces: list[tuple[Point, ...]] = [(points[0],)]
    for level, following in zip(levels, [*levels[1:], None], strict=True):
        start, end, height = level
        if end > start + 0.1:
            pieces.append(((end, height),))
            points += [(start + (end - start) * i / STEPS, height) for i in range(STEPS + 1)]
        if following is not None:
            middle = (end + following[0]) / 2
            controls = (
                (end, height),
                (middle, height),
                (middle, following[2]),
                (following[0], following[2]),
            )
            pieces.append(controls[1:])
            points += [_bezier(controls, i / STEPS) for i in range(1, STEPS + 1)]
    return Curve(tuple(pieces), tuple(points), arrives=0.0)


def cells(points: Iterable[Point]) -> set[tuple[int, int]]:
    """The cells of a coarse grid that some points lie in.

    >>> cells([(0.0, 0.0), (1.0, 1.0), (20.0, 0.0)]) == {(0, 0), (2, 0)}
    True
    """
    return {(round(x / CELL), round(y / CELL)) for x, y in points}


def arc(one: Box, other: Box, boxes: Sequence[Box], taken: Set[tuple[int, int]]) -> Curve:
    """A bow between two boxes: of several bends, the one that meets least of what is there.

    ``taken`` are the cells that other lines run through; upward bends (the first) win ties.
    """
    inner = [box for box in boxes if box not in (one, other)]
    return min(_bows(one, other), key=lambda bow: _cost(bow, inner, taken))


def _bows(one: Box, other: Box) -> Iterator[Curve]:
    if (one.x, one.y) > (other.x, other.y):
        one, other = other, one
    (across, down) = other.x - one.x, other.y - one.y
    far = math.hypot(across, down)
    for bend in BENDS:
        lift = bend * far + (math.copysign(LIFT, bend) if bend else 0)
        middle = (
            (one.x + other.x) / 2 + lift * down / far,
            (one.y + other.y) / 2 - lift * across / far,
        )
        controls = (one.x, one.y), middle, middle, (other.x, other.y)
        ends = _clipped(controls, one), 1 - _clipped(controls[::-1], other)
        points = [
            _bezier(controls, ends[0] + (ends[1] - ends[0]) * i / STEPS) for i in range(STEPS + 1)
        ]
        pieces = ((points[0],), _part(controls, *ends))
        yield Curve(pieces, tuple(points), _angle(*points[-2:]), _angle(points[1], points[0]))


def _cost(bow: Curve, boxes: Sequence[Box], taken: Set[tuple[int, int]]) -> float:
    hits = sum(box.holds(point, margin=6) for box in boxes for point in bow.points[1:-1])
    near = len(cells(bow.points[2:-2]) & taken)
    length = sum(math.dist(a, b) for a, b in pairwise(bow.points))
    return 40 * hits + 4 * near + length / 12


def _clipped(controls: Sequence[Point], box: Box) -> float:
    """The moment at which the curve leaves the box that it starts in."""
    low, high = 0.0, 1.0
    for _ in range(20):
        half = (low + high) / 2
        low, high = (half, high) if box.holds(_bezier(controls, half), margin=2) else (low, half)
    return high


def _part(controls: Sequence[Point], start: float, end: float) -> tuple[Point, Point, Point]:
    """The last three control points of a cubic between two moments."""
    (x, y), (u, v) = (_bezier(controls, moment) for moment in (start, end))
    (dx, dy), (du, dv) = (_slope(controls, moment) for moment in (start, end))
    third = (end - start) / 3
    return (x + third * dx, y + third * dy), (u - third * du, v - third * dv), (u, v)


def _slope(controls: Sequence[Point], t: float) -> Point:
    a, b, c, d = controls
    x, y = (
        3 * ((1 - t) ** 2 * (b[i] - a[i]) + 2 * t * (1 - t) * (c[i] - b[i]) + t**2 * (d[i] - c[i]))
        for i in (0, 1)
    )
    return x, y


def _bezier(controls: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    x, y = (sum(w * point[i] for w, point in zip(weights, controls, strict=True)) for i in (0, 1))
    return x, y


def _angle(before: Point, after: Point) -> float:
    return math.degrees(math.atan2(after[1] - before[1], after[0] - before[0]))


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
