"""The picture: labels in boxes, arrows as lines, hidden causes as dashed arcs with two heads.

It takes the colour of the text around it (``currentColor``), asks for nothing from elsewhere, and
writes every name as text: what cannot be shown is shown as �.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator, Sequence
from html import escape
from itertools import chain
from typing import Protocol

from causal.graph.drawing.curves import Box, Curve, arc, cells, flow
from causal.graph.drawing.layers import Layout, layered
from causal.variables import Variable

__all__ = ["drawn"]

ROW, GAP, MARGIN = 64.0, 58.0, 14.0
HALF_HEIGHT, PADDING, LEAST = 16.0, 12.0, 17.0
LONGEST_LABEL, LONGEST_TITLE = 26, 400
HIDDEN = "#c2591f"  # as dark against white as it is bright against black
NARROW, BROAD = frozenset("iljtfrI.,:;'|!()[] "), frozenset("mwMW@%—<>=+~…\ufffd")


class Drawable(Protocol):
    """A graph, as far as a picture shows it."""

    @property
    def nodes(self) -> tuple[Variable, ...]:
        """In topological order."""

    @property
    def directed(self) -> tuple[tuple[Variable, Variable], ...]:
        """The arrows."""

    @property
    def bidirected(self) -> tuple[tuple[Variable, Variable], ...]:
        """The hidden common causes."""


def drawn(graph: Drawable, hidden: Container[Variable] = ()) -> str:
    """A graph as SVG, to be put into a page or a file; ``hidden`` vertices look like ``<->``.

    >>> from causal import ADMG
    >>> drawn(ADMG.parse("X -> Y")).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    number = {name: i for i, name in enumerate(graph.nodes)}
    arrows = [(number[tail], number[head]) for tail, head in graph.directed]
    ties = [(number[one], number[other]) for one, other in graph.bidirected]
    layout = layered(len(graph.nodes), arrows, ties)
    labels = [_label(name) for name in graph.nodes]
    boxes = _boxes(layout, labels)
    flows = [
        flow(boxes[route[0]], [(boxes[b].x, boxes[b].y) for b in route[1:-1]], boxes[route[-1]])
        for route in layout.routes.values()
    ]
    seen, dashed = boxes[: len(labels)], list[Curve]()
    taken = cells(chain.from_iterable(line.points for line in flows))
    for one, other in ties:
        bow = arc(boxes[one], boxes[other], seen, taken)
        dashed.append(bow)
        taken |= cells(bow.points)
    body = [
        *(
            _arrow(line, both=False, dashed=graph.nodes[tail] in hidden)
            for (tail, _), line in zip(layout.routes, flows, strict=True)
        ),
        *(_arrow(line, both=True, dashed=True) for line in dashed),
        *(
            _node(box, label, name, dashed=name in hidden)
            for box, label, name in zip(seen, labels, graph.nodes, strict=True)
        ),
    ]
    return _framed(body, seen, [*flows, *dashed], graph)


def _boxes(layout: Layout, labels: Sequence[str]) -> list[Box]:
    """A box for every place; a column is as wide as its widest label."""
    halves = [max(LEAST, _width(label) / 2 + PADDING) for label in labels]
    widest = [0.0] * (max(layout.columns) + 1)
    for column, half in zip(layout.columns, halves, strict=False):
        widest[column] = max(widest[column], half)
    middles, right = [], -GAP
    for half in widest:
        middles.append(right + GAP + half)
        right += GAP + 2 * half
    halves += [0.0] * (len(layout.columns) - len(halves))
    return [
        Box(middles[column], row * ROW, half, HALF_HEIGHT)
        for column, row, half in zip(layout.columns, layout.rows, halves, strict=True)
    ]


def _label(name: Variable) -> str:
    """What can be shown of a name; a long one loses its middle."""
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in name)
    if len(shown) > LONGEST_LABEL:
        shown = f"{shown[:15]}…{shown[-9:]}"
    return shown


def _width(label: str) -> float:
    """About how wide a label is, in 14-pixel type."""
    return sum(_advance(character) for character in label)


def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 14.5
    if unicodedata.combining(character):
        return 0.0
    if character in BROAD:
        return 12.5
    return 4.8 if character in NARROW else 10.2 if character.isupper() else 8.5


def _node(box: Box, label: str, name: Variable, *, dashed: bool) -> str:
    style = f' stroke="{HIDDEN}" stroke-dasharray="5 4"' if dashed else ""
    colour = HIDDEN if dashed else "currentColor"
    title = "".join(c if c.isprintable() else "\ufffd" for c in name[:LONGEST_TITLE])
    return (
        f"<g><title>{escape(title)}</title>"
        f'<rect x="{box.x - box.half_width:.1f}" y="{box.y - box.half_height:.1f}" '
        f'width="{2 * box.half_width:.1f}" height="{2 * box.half_height:.1f}" rx="{HALF_HEIGHT}" '
        f'fill="currentColor" fill-opacity=".06"{style}/>'
        f'<text x="{box.x:.1f}" y="{box.y + 5:.1f}" fill="{colour}" stroke="none">'
        f"{escape(label)}</text></g>"
    )


def _arrow(curve: Curve, *, both: bool, dashed: bool) -> str:
    style = f' stroke="{HIDDEN}" stroke-dasharray="5 4"' if dashed else ""
    colour = HIDDEN if dashed else "currentColor"
    heads = [(curve.points[-1], curve.arrives)]
    heads += [(curve.points[0], curve.leaves)] if both else []
    tips = "".join(
        f'<path d="M1,0L-8,-4.2L-6,0L-8,4.2Z" fill="{colour}" stroke="none" '
        f'transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})"/>'
        for (x, y), angle in heads
    )
    return f'<path d="{curve.path}"{style}/>{tips}'


def _framed(
    body: Sequence[str], boxes: Sequence[Box], curves: Sequence[Curve], graph: Drawable
) -> str:
    left, top, right, bottom = _extent(boxes, curves)
    width, height = right - left, bottom - top
    spoken = f"Causal graph: {len(graph.nodes)} variables, {len(graph.directed)} arrows, "
    spoken += f"{len(graph.bidirected)} hidden common causes"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{spoken}" viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}" '
        f'width="{width:.0f}" height="{height:.0f}" style="max-width:100%;height:auto" '
        'fill="none" stroke="currentColor" stroke-width="1.4" '
        'font-family="system-ui,sans-serif" font-size="14" text-anchor="middle">'
        + "".join(body)
        + "</svg>"
    )


def _extent(boxes: Sequence[Box], curves: Sequence[Curve]) -> tuple[float, float, float, float]:
    def points() -> Iterator[tuple[float, float]]:
        for box in boxes:
            yield box.x - box.half_width, box.y - box.half_height
            yield box.x + box.half_width, box.y + box.half_height
        for curve in curves:
            yield from curve.points

    across, down = zip(*points(), strict=True)
    return min(across) - MARGIN, min(down) - MARGIN, max(across) + MARGIN, max(down) + MARGIN
