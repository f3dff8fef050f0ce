"""Components and the arrows between them, each arrow as wide as its effect is large.

The widest arrow is the largest effect; what does harm has the colour of a warning, and members of
a circuit are filled.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from ablation.pages.figures.arcs import Arc, Box, reach, routed, squeezed
from ablation.pages.figures.layers import Edge, Point, columned, layered, placed
from ablation.pages.figures.svg import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    WARN,
    drawing,
    element,
    fitted,
    label,
    text_width,
)
from ablation.pages.numbers import number

_WIDEST, _FAINT, _MARGIN, _LONGEST = 9.0, 0.02, 12.0, 170.0


def effect_graph(
    edges: Sequence[Edge],
    *,
    nodes: Sequence[str] = (),
    worth: Mapping[str, float] | None = None,
    widths: Mapping[Edge, float] | None = None,
    members: Collection[str] | None = None,
    title: str = "Components and what they are worth",
    width: float = 740,
) -> Markup:
    """Draw components with arrows as wide as their effects; `worth` is written below each name.

    With `members`, the arrows between them, and from and to what is no component, are the circuit.

    >>> svg = effect_graph([("a", "b")], worth={"a": 0.25}, widths={("a", "b"): 0.25})
    >>> svg.count("<path"), "+0.25" in svg
    (2, True)
    """
    known, values, sizes = dict.fromkeys(str(n) for n in nodes), worth or {}, widths or {}
    names = list(known | dict.fromkeys(name for edge in edges for name in edge))
    if not names:
        raise ValueError("there is no graph to draw: give nodes or edges.")
    boxes = _boxes(names, edges, values, width)
    arcs = squeezed(routed(list(edges), boxes), boxes, width - 2 * _MARGIN)
    most = max((abs(each) for each in sizes.values()), default=0.0)
    inner = None if members is None else {*members} | {n for n in names if n not in known}
    lines = [
        piece
        for edge, arc in sorted(arcs.items(), key=lambda each: abs(sizes.get(each[0], 0.0)))
        for piece in _arrow(arc, edge, sizes.get(edge), most, inner)
    ]
    marks = [
        piece
        for name, box in boxes.items()
        for piece in _node(name, box, values, inner, members or ())
    ]
    low, high = reach(boxes.values(), arcs.values())
    low, high = low - _MARGIN, high + _MARGIN
    shift = f"translate({-low[0]:.2f} {-low[1]:.2f})"
    inside = element("g", *lines, *marks, transform=shift)
    told = ", ".join(_said(edge, sizes.get(edge)) for edge in edges)
    across, down = (float(each) for each in high - low)
    return drawing([inside], width=across, height=down, title=title, description=f"{told}.")


def _said(edge: Edge, effect: float | None) -> str:
    return f"{edge[0]} -> {edge[1]}" + ("" if effect is None else f" ({effect:.3g})")


def _boxes(
    names: Sequence[str], edges: Sequence[Edge], values: Mapping[str, float], width: float
) -> dict[str, Box]:
    layers = layered(names, edges)

    def size(name: str) -> Point:
        text = min(_LONGEST, max(text_width(name), text_width(_worth(name, values), size=12.5)))
        return max(44.0, text + 22), 46.0 if name in values else 30.0

    long = sum(max(size(n)[0] for n in layer) + 70 for layer in layers) - 70
    across = long <= width
    gap = (70.0, 30.0) if across else (52.0, 26.0)
    if not across:
        layers = columned(layers, lambda name: size(name)[0] + gap[1], width - 2 * _MARGIN)
    sizes = {name: size(name) for name in names}
    if not across and all(len(layer) == 1 for layer in layers):  # then arcs pass beside all boxes
        widest = max(wide for wide, _ in sizes.values())
        sizes = {name: (widest, high) for name, (_, high) in sizes.items()}
    centres = placed(layers, sizes.__getitem__, across=across, gap=gap)
    return {name: Box.of(centres[name], sizes[name]) for name in names}


def _worth(name: str, values: Mapping[str, float]) -> str:
    return number(values[name], 3, sign=True) if name in values else ""


def _arrow(
    arc: Arc, edge: Edge, effect: float | None, most: float, members: set[str] | None
) -> Iterator[Markup]:
    """A curve and its head, which grows with it; effects too small to see are dotted."""
    share = 0.0 if effect is None or not most else abs(effect) / most
    outside = members is not None and not members.issuperset(edge)
    faint = outside or (effect is not None and share < _FAINT)
    wide = 1.3 if effect is None or faint else 1.3 + (_WIDEST - 1.3) * share
    colour = MUTED if faint else WARN if (effect or 0.0) < 0 else ACCENT
    colour = INK if effect is None and not faint else colour
    way = arc.points[3] - arc.points[2]
    way = way / (float(np.hypot(*way)) or 1.0)
    long, half = 7 + 1.1 * wide, 3.2 + 0.9 * wide
    tip, foot = arc.points[3], arc.points[3] - way * long
    a, b, c = (f"{x:.2f},{y:.2f}" for x, y in (*arc.points[:2], arc.points[2] - way * long / 2))
    opacity = 0.45 if faint else 0.75 if effect else None
    yield element("path", d=f"M{a} C{b} {c} {foot[0]:.2f},{foot[1]:.2f}", fill="none",
                  stroke=colour, stroke_width=wide, stroke_opacity=opacity,
                  stroke_dasharray="2 4" if faint else None)  # fmt: skip
    side = np.array([-way[1], way[0]]) * half
    corners = " L".join(f"{x:.2f},{y:.2f}" for x, y in (tip, foot + side, foot - side))
    yield element("path", d=f"M{corners} z", fill=colour, stroke="none",
                  fill_opacity=0.45 if faint else None)  # fmt: skip


def _node(
    name: str,
    box: Box,
    values: Mapping[str, float],
    inner: Collection[str] | None,  # members, and the ends of the network
    members: Collection[str],
) -> Iterator[Markup]:
    (x, y), (w, h) = (map(float, each) for each in (box.centre, box.half))
    member = name in members
    shape = {"x": x - w, "y": y - h, "width": 2 * w, "height": 2 * h, "rx": min(h, 15.0)}
    outside = inner is not None and name not in inner
    yield element("rect", **shape, fill=PAPER, stroke=ACCENT if member else MUTED,
                  stroke_width=2 if member else 1,
                  stroke_dasharray="3 3" if outside else None)  # fmt: skip
    if member:
        yield element("rect", **shape, fill=ACCENT, fill_opacity=0.16, stroke="none")
    ink = MUTED if outside else INK
    up = -3.0 if name in values else 5.0
    yield label(fitted(name, 2 * w - 12), x, y + up, text_anchor="middle", fill=ink,
                font_weight=600 if member else None)  # fmt: skip
    if name in values:
        worth = values[name]
        yield label(_worth(name, values), x, y + 14, text_anchor="middle", font_size=12.5,
                    fill=WARN if worth < 0 else MUTED)  # fmt: skip
