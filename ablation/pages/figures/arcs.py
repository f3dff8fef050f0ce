"""How edges run: each is the flattest arc that passes through no node and over no other edge.

A cubic Bézier curve from border to border; its bow is chosen from a few, shortest edges first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ablation.pages.figures.layers import Edge, Point
from ablation.pages.figures.svg import element

Points: TypeAlias = NDArray[np.float64]

_NEAR = 6.0
_BOWS = (0.0, 0.1, -0.1, 0.16, -0.16, 0.24, -0.24, 0.34, -0.34, 0.46, -0.46)
_T = np.linspace(0, 1, 33)[:, None]
_BERNSTEIN = np.hstack([(1 - _T) ** 3, 3 * _T * (1 - _T) ** 2, 3 * _T**2 * (1 - _T), _T**3])


@dataclass(frozen=True, eq=False)
class Box:
    """A node as an obstacle: its centre and half its size.

    >>> box = Box.of((10, 0), (40, 20))
    >>> box.border(np.array([1.0, 0.0])).tolist(), box.covers(np.array([[0.0, 5.0]]), 0)
    ([30.0, 0.0], 1)
    """

    centre: Points
    half: Points

    @classmethod
    def of(cls, centre: Point, size: Point) -> "Box":
        """Make the box of a node."""
        return cls(np.array(centre, dtype=np.float64), np.array(size, dtype=np.float64) / 2)

    def border(self, way: Points, margin: float = 0.0) -> Points:
        """Find where a ray from the centre leaves the box, widened by a margin."""
        with_room = self.half + margin
        length = min(with_room[i] / abs(way[i]) if abs(way[i]) > 1e-9 else np.inf for i in range(2))
        return self.centre + way * length

    def covers(self, points: Points, margin: float) -> int:
        """Count the points that lie in the box, widened by a margin."""
        return int((np.abs(points - self.centre) < self.half + margin).all(axis=1).sum())


@dataclass(frozen=True, eq=False)
class Arc:
    """A Bézier curve by its four points."""

    points: Points

    @property
    def samples(self) -> Points:
        """Places along the curve."""
        return np.asarray(_BERNSTEIN @ self.points)

    def drawn(self, **style: str | float | None) -> Markup:
        """Draw the curve with a head at its end."""
        a, b, c, d = (f"{x:.2f},{y:.2f}" for x, y in self.points)
        colour = style.get("stroke")
        line = element("path", d=f"M{a} C{b} {c} {d}", fill="none", **style)
        head = _head(self.points[3], self.points[2])
        return line + element("path", d=head, fill=colour, stroke="none")


def reach(boxes: Iterable[Box], arcs: Iterable[Arc]) -> tuple[Points, Points]:
    """The upper left and the lower right corner of all that is drawn.

    >>> low, high = reach([Box.of((0, 0), (40, 20))], [])
    >>> low.tolist(), high.tolist()
    ([-20.0, -10.0], [20.0, 10.0])
    """
    corners = [box.centre + sign * box.half for box in boxes for sign in (-1, 1)]
    points = np.vstack([*corners, *(arc.samples for arc in arcs)])
    return points.min(axis=0), points.max(axis=0)


def squeezed(arcs: Mapping[Edge, Arc], boxes: Mapping[str, Box], width: float) -> dict[Edge, Arc]:
    """Draw in what swings out to the sides of all nodes, until everything is as wide as wanted.

    Arcs keep their order from the inside to the outside, and at each side 40 units at least.

    >>> boxes = {"X": Box.of((0, 0), (40, 20)), "Y": Box.of((0, 300), (40, 20))}
    >>> wide = Arc(np.array([[20.0, 0], [420, 100], [420, 200], [20, 300]]))
    >>> float(squeezed({("X", "Y"): wide}, boxes, 200)["X", "Y"].samples[:, 0].max())
    96.0
    """
    edge = np.array([[box.centre[0] - box.half[0], box.centre[0] + box.half[0]]
                     for box in boxes.values()])  # fmt: skip
    left, right = edge[:, 0].min(), edge[:, 1].max()
    far = max((_outside(arc.samples[:, 0], left, right).max() for arc in arcs.values()), default=0)
    room = max(40.0, (width - (right - left)) / 2)
    if far <= room:
        return dict(arcs)
    share = (room - 4) / far  # the ends of arcs stand up to 3 units outside, and stay there
    found = {}
    for name, arc in arcs.items():
        points = arc.points.copy()
        x = points[1:3, 0]
        points[1:3, 0] = np.clip(x, left, right) + (x - np.clip(x, left, right)) * share
        found[name] = Arc(points)
    return found


def _outside(x: Points, left: float, right: float) -> Points:
    return np.asarray(np.abs(x - np.clip(x, left, right)))


def routed(edges: Sequence[Edge], boxes: Mapping[str, Box]) -> dict[Edge, Arc]:
    """Choose an arc for every edge.

    >>> boxes = {"X": Box.of((0, 0), (40, 20)), "Y": Box.of((100, 0), (40, 20))}
    >>> routed([("X", "Y")], boxes)["X", "Y"].points[:, 1].tolist()
    [0.0, 0.0, 0.0, 0.0]
    """
    taken = np.empty((len(edges), len(_T), 2))
    arcs: dict[Edge, Arc] = {}
    for edge in sorted(edges, key=lambda edge: (_distance(edge, boxes), edge)):
        arc = _flattest(edge, boxes, taken[: len(arcs)])
        taken[len(arcs)] = arc.samples
        arcs[edge] = arc
    return arcs


def _distance(edge: Edge, boxes: Mapping[str, Box]) -> float:
    return round(float(np.hypot(*(boxes[edge[1]].centre - boxes[edge[0]].centre))), 3)


def _flattest(edge: Edge, boxes: Mapping[str, Box], taken: Points) -> Arc:
    arcs = [_arc(boxes[edge[0]], boxes[edge[1]], bow) for bow in _BOWS]
    others = [box for name, box in boxes.items() if name not in edge]
    samples = [arc.samples for arc in arcs]
    least = [
        100 * sum(box.covers(points, 7) for box in others) + 20 * abs(bow)
        for points, bow in zip(samples, _BOWS, strict=True)
    ]
    best = (np.inf, 0)
    for i in sorted(range(len(arcs)), key=least.__getitem__):
        if least[i] > best[0]:
            break  # whatever it comes near to
        best = min(best, (round(least[i] + 2 * _close(samples[i][3:-3], taken), 6), i))
    return arcs[best[1]]


def _close(points: Points, taken: Points) -> int:
    """How often one of the points comes near to one of the curves."""
    x, y = (points[:, None, None, i] - taken[None, :, :, i] for i in (0, 1))
    nearest = (x * x + y * y).min(axis=2)
    return int((nearest < _NEAR * _NEAR).sum())


def _arc(start: Box, end: Box, bow: float) -> Arc:
    chord = end.centre - start.centre
    length = float(np.hypot(*chord)) or 1.0
    along = chord / length
    normal = np.array([-along[1], along[0]]) * (1 if bow >= 0 else -1)
    lean = min(1.0, 6 * abs(bow))
    leaving = along * (1 - lean) + normal * lean
    arriving = -along * (1 - lean) + normal * lean
    a, d = (
        start.border(leaving / np.hypot(*leaving), 1),
        end.border(arriving / np.hypot(*arriving), 3),
    )
    lift = normal * abs(bow) * length
    return Arc(np.array([a, a + (d - a) / 3 + lift, d - (d - a) / 3 + lift, d]))


def _head(tip: Points, behind: Points) -> str:
    """Draw a triangle whose tip is at the end of the curve."""
    way = tip - behind
    way = way / (float(np.hypot(*way)) or 1.0)
    side = np.array([-way[1], way[0]])
    corners = (tip, tip - 9 * way + 3.6 * side, tip - 9 * way - 3.6 * side)
    return "M" + " L".join(f"{x:.2f},{y:.2f}" for x, y in corners) + " z"
