"""The picture: labels in boxes, arrows as lines, hidden causes as dashed arcs with two heads.

It takes the colour of the text around it (``currentColor``), asks for nothing from elsewhere, and
writes every name as text: what cannot be shown is shown as �.
"""

from __future__ import annotations

from collections.abc import Container
from html import escape
from numbers import Real
from typing import Protocol

from causal.errors import OptionError
from causal.graph.drawing.composing import Composition, composed
from causal.graph.drawing.curves import Box, Curve
from causal.graph.drawing.labels import lines, printable
from causal.graph.drawing.placing import HALF_HEIGHT, LINE
from causal.variables import Variable

__all__ = ["drawn"]

LONGEST_TITLE = 400
HIDDEN = "#c2591f"  # as dark against white as it is bright against black


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


def drawn(graph: Drawable, hidden: Container[Variable] = (), *, width: float | None = None) -> str:
    """A graph as SVG, to be put into a page or a file; ``hidden`` vertices look like ``<->``.

    Causes stand to the left of effects, and above them where that would be wider than ``width``;
    without a width the picture shrinks to that of the page.  Raises OptionError for a width that is
    no number of pixels.

    >>> from causal import ADMG
    >>> drawn(ADMG.parse("X -> Y")).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    if width is not None and not _is_length(width):
        raise OptionError("width", width, "it is a number of pixels, above 0")
    number = {name: i for i, name in enumerate(graph.nodes)}
    arrows = [(number[tail], number[head]) for tail, head in graph.directed]
    ties = [(number[one], number[other]) for one, other in graph.bidirected]
    labels = [lines(name) for name in graph.nodes]
    picture = composed(labels, arrows, ties, width)
    body = [
        *(
            _arrow(line, both=False, dashed=graph.nodes[tail] in hidden)
            for (tail, _), line in zip(picture.edges, picture.flows, strict=True)
        ),
        *(_arrow(line, both=True, dashed=True) for line in picture.bows),
        *(
            _node(box, label, name, dashed=name in hidden)
            for box, label, name in zip(picture.boxes, labels, graph.nodes, strict=True)
        ),
    ]
    shrinks = ' style="max-width:100%;height:auto"' if width is None else ""
    return _framed("".join(body), picture, graph, shrinks)


def _is_length(width: object) -> bool:
    return isinstance(width, Real) and float(width) > 0


def _node(box: Box, label: tuple[str, ...], name: Variable, *, dashed: bool) -> str:
    style = f' stroke="{HIDDEN}" stroke-dasharray="5 4"' if dashed else ""
    colour = HIDDEN if dashed else "currentColor"
    first = box.y + 5 - LINE / 2 * (len(label) - 1)
    texts = "".join(
        f'<text x="{box.x:.1f}" y="{first + LINE * i:.1f}" fill="{colour}" stroke="none">'
        f"{escape(line)}</text>"
        for i, line in enumerate(label)
    )
    return (
        f"<g><title>{escape(printable(name[:LONGEST_TITLE]))}</title>"
        f'<rect x="{box.x - box.half_width:.1f}" y="{box.y - box.half_height:.1f}" '
        f'width="{2 * box.half_width:.1f}" height="{2 * box.half_height:.1f}" rx="{HALF_HEIGHT}" '
        f'fill="currentColor" fill-opacity=".06"{style}/>{texts}</g>'
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


def _framed(body: str, picture: Composition, graph: Drawable, style: str) -> str:
    left, top, right, bottom = picture.extent
    width, height = right - left, bottom - top
    spoken = f"Causal graph: {len(graph.nodes)} variables, {len(graph.directed)} arrows, "
    spoken += f"{len(graph.bidirected)} hidden common causes"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{spoken}" viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}" '
        f'width="{width:.0f}" height="{height:.0f}"{style} '
        'fill="none" stroke="currentColor" stroke-width="1.4" '
        f'font-family="system-ui,sans-serif" font-size="14" text-anchor="middle">{body}</svg>'
    )
