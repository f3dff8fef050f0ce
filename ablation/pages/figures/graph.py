"""A graph as a picture; beside it, if wanted, the graph that was found, edge by edge.

In a comparison an edge is right, missed (dotted) or extra (in the colour of a warning).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from markupsafe import Markup

from ablation.pages.figures.arcs import Arc, Box, reach, routed, squeezed
from ablation.pages.figures.layers import Edge, Point, columned, layered, placed
from ablation.pages.figures.svg import (
    INK,
    MUTED,
    PAPER,
    WARN,
    drawing,
    element,
    fitted,
    group,
    label,
    text_width,
)

Standing: TypeAlias = Literal["right", "missed", "extra"]
_HEIGHT, _LONGEST, _MARGIN = 30.0, 150.0, 10.0
_BESIDE = 120.0  # of the width, for the arcs beside a column of nodes


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One graph: its edges, how each stands, and a title."""

    title: str
    edges: Mapping[Edge, Standing]


def graph_figure(
    edges: Iterable[Edge],
    nodes: Iterable[str] = (),
    *,
    found: Iterable[Edge] | None = None,
    titles: tuple[str, str] = ("true graph", "found"),
    title: str = "A graph",
    width: float = 740,
) -> Markup:
    """Draw a graph; with `found`, a second one beside it whose edges are marked.

    Below 480 units of width the two stand below each other, as a phone wants it.

    >>> svg = graph_figure([("X", "Y")], found=[], title="Nothing was found")
    >>> svg.count("stroke-dasharray"), "<title>Nothing was found</title>" in svg
    (1, True)
    """
    true = _unique(edges)
    panels = [Panel(title="" if found is None else titles[0], edges=_standing(true, true))]
    if found is not None:
        panels.append(Panel(title=titles[1], edges=_standing(_unique(found), true)))
    names = _names(nodes, panels)
    if not names:
        raise ValueError("there is no graph to draw: give nodes or edges.")
    boxes = _boxes(names, true, width=width, alone=len(panels) == 1)
    return _composed([_drawn(panel, boxes, width) for panel in panels], panels, title, width)


def _unique(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(dict.fromkeys((str(a), str(b)) for a, b in edges))


def _names(nodes: Iterable[str], panels: Sequence[Panel]) -> tuple[str, ...]:
    ends = (name for panel in panels for edge in panel.edges for name in edge)
    return tuple(dict.fromkeys([*map(str, nodes), *ends]))


def _standing(ours: Sequence[Edge], true: Sequence[Edge]) -> dict[Edge, Standing]:
    marked: dict[Edge, Standing] = {e: "right" if e in true else "extra" for e in ours}
    return marked | {edge: "missed" for edge in true if edge not in ours}


def _boxes(
    names: Sequence[str], edges: Sequence[Edge], *, width: float, alone: bool
) -> dict[str, Box]:
    """Place the nodes: from left to right where one graph has the room, else downwards."""
    layers = layered(names, edges)

    def size(name: str, longest: float = _LONGEST) -> Point:
        return (max(38.0, min(longest, text_width(name)) + 18), _HEIGHT)

    flat = sum(max(size(n)[0] for n in layer) + 62 for layer in layers)
    across = alone and flat <= width + 62
    gap = (62.0, 34.0) if across else (40.0, 22.0)
    if alone and not across:
        layers = columned(layers, lambda name: size(name)[0] + gap[1], width - 2 * _MARGIN)
    if not across and all(len(layer) == 1 for layer in layers):
        longest = max(_LONGEST, width - _BESIDE) if alone else _LONGEST
        widest = max(size(name, longest)[0] for name in names)
        centres = placed(layers, lambda _: (widest, _HEIGHT), across=False, gap=gap)
        return {name: Box.of(centres[name], (widest, _HEIGHT)) for name in names}
    centres = placed(layers, size, across=across, gap=gap)
    return {name: Box.of(centres[name], size(name)) for name in names}


def _drawn(panel: Panel, boxes: Mapping[str, Box], width: float) -> tuple[Markup, Point, Point]:
    """Draw one graph where it stands, with the corners of what it covers."""
    arcs = squeezed(routed(list(panel.edges), boxes), boxes, width - 2 * _MARGIN)
    lines = [_edge(arc, panel.edges[edge]) for edge, arc in arcs.items()]
    nodes = [piece for name, box in boxes.items() for piece in _node(name, box)]
    low, high = reach(boxes.values(), arcs.values())
    picture = group([*lines, *nodes])
    return picture, (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))


def _edge(arc: Arc, standing: Standing) -> Markup:
    match standing:
        case "missed":
            dots = {"stroke_dasharray": "1.5 4", "stroke_linecap": "round"}
            return arc.drawn(stroke=MUTED, stroke_width=1.3, **dots)
        case "extra":
            return arc.drawn(stroke=WARN, stroke_width=2)
        case "right":
            return arc.drawn(stroke=INK, stroke_width=1.3)


def _node(name: str, box: Box) -> Iterator[Markup]:
    (x, y), (w, h) = box.centre, box.half
    yield element("rect", x=float(x - w), y=float(y - h), width=float(2 * w), height=float(2 * h),
                  rx=h, fill=PAPER, stroke=MUTED)  # fmt: skip
    yield label(fitted(name, float(2 * w) - 10), float(x), float(y) + 5, text_anchor="middle")


def _composed(
    drawn: Sequence[tuple[Markup, Point, Point]], panels: Sequence[Panel], title: str, width: float
) -> Markup:
    """Set the pictures beside each other, or below each other where the page is narrow."""
    sizes = [(high[0] - low[0], high[1] - low[1]) for _, low, high in drawn]
    stacked = width < 480
    head = 30.0 if len(panels) > 1 else 0.0
    cell = max(*(w for w, _ in sizes), width / len(panels) - 2 * _MARGIN if head else 0.0)
    if stacked:
        cell = max(w for w, _ in sizes)
    inside: list[Markup] = []
    x, y = _MARGIN, _MARGIN
    for (picture, low, _), (w, h), panel in zip(drawn, sizes, panels, strict=True):
        if head:
            inside.append(label(_heading(panel), x + cell / 2, y + 12, text_anchor="middle",
                                fill=MUTED, font_size=13))  # fmt: skip
        shift = f"translate({x + (cell - w) / 2 - low[0]:.2f} {y + head - low[1]:.2f})"
        inside.append(element("g", picture, transform=shift))
        x, y = (x, y + head + h + 30) if stacked else (x + cell + 2 * _MARGIN, y)
    tall = sum(h for _, h in sizes) + head * len(sizes) + 30 * (len(sizes) - 1)
    high = tall if stacked else head + max(h for _, h in sizes)
    wide = cell + 2 * _MARGIN if stacked else x - _MARGIN
    return drawing(inside, width=wide, height=high + 2 * _MARGIN, title=title,
                   description=" ".join(map(_said, panels)))  # fmt: skip


def _heading(panel: Panel) -> str:
    marks = [*panel.edges.values()]
    if set(marks) <= {"right"}:
        return panel.title
    return f"{panel.title}: " + ", ".join(
        f"{marks.count(kind)} {kind}" for kind in ("right", "missed", "extra") if kind in marks
    )


def _said(panel: Panel) -> str:
    arrows = [f"{a} -> {b} ({mark})" for (a, b), mark in panel.edges.items()]
    return f"{panel.title or 'Edges'}: {', '.join(arrows) or 'none'}."
