"""Pictures of graphs: everything is there, nothing overlaps, and no name becomes markup."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from strategies.graphs import admgs
from strategies.names import HOSTILE

from causal import ADMG, examples
from causal.errors import OptionError
from causal.graph.admg import MOST_SHOWN
from causal.graph.drawing.composing import composed
from causal.graph.drawing.curves import Box, arc, flow
from causal.graph.drawing.labels import lines
from causal.graph.drawing.layers import BEND_ROOM, _spread, layered
from causal.graph.drawing.notebook import PAGE, PHONE
from causal.graph.drawing.placing import placed, sizes

SVG = "{http://www.w3.org/2000/svg}"
NASTY = [name for name in dict.fromkeys(HOSTILE) if name]


def layout_of(graph: ADMG):
    number = graph.index
    arrows = [(number[a], number[b]) for a, b in graph.directed]
    ties = [(number[a], number[b]) for a, b in graph.bidirected]
    return layered(len(graph.nodes), arrows, ties), arrows


@given(admgs(min_nodes=1, max_nodes=9))
@settings(max_examples=80, deadline=None)
def test_arrows_lead_to_the_right_one_column_a_step_and_nothing_overlaps(graph: ADMG) -> None:
    layout, arrows = layout_of(graph)
    assert set(layout.routes) == set(arrows)
    for (tail, head), route in layout.routes.items():
        assert (route[0], route[-1]) == (tail, head)
        columns = [layout.columns[place] for place in route]
        assert columns == list(range(columns[0], columns[-1] + 1))
    assert min(layout.rows) == 0
    for one, other in itertools.combinations(range(len(layout.columns)), 2):
        if layout.columns[one] == layout.columns[other]:
            both = max(one, other) < len(graph.nodes)
            room = 1 if both else BEND_ROOM
            assert abs(layout.rows[one] - layout.rows[other]) >= room - 0.01


WORDS = ["X", "blood pressure", "heart attack within five years", "W" * 40, "变量", "l"]


@given(admgs(min_nodes=2, max_nodes=10), st.permutations(WORDS * 2))
@settings(max_examples=80, deadline=None)
def test_no_arrow_runs_through_a_box(graph: ADMG, words: list[str]) -> None:
    layout, _ = layout_of(graph)
    place = placed(layout, sizes([lines(word) for word in words[: len(graph.nodes)]]))
    for (tail, head), route in layout.routes.items():
        line = flow(place.levels(route))
        for v, box in enumerate(place.boxes):
            if v not in (tail, head):
                assert not any(box.holds(point, margin=3) for point in line.points)
        for end, box in ((line.points[0], place.boxes[tail]), (line.points[-1], place.boxes[head])):
            assert box.holds(end, margin=2)
            assert not box.holds(end, margin=-1)


def test_vertices_without_edges_stand_below_in_rows() -> None:
    layout, _ = layout_of(ADMG.parse("A -> B -> C; D; E; F; G"))
    at = dict(zip("ABCDEFG", zip(layout.columns, layout.rows, strict=True), strict=True))
    assert [at[v] for v in "ABC"] == [(0, 0), (1, 0), (2, 0)]
    assert [at[v] for v in "DEFG"] == [(0, 1), (1, 1), (2, 1), (0, 2)]
    layout, _ = layout_of(ADMG.parse("A; B; C; D; E"))
    assert (max(layout.columns), max(layout.rows)) == (2, 1)


def test_a_chain_is_a_straight_line() -> None:
    layout, _ = layout_of(ADMG.parse("A -> B -> C -> D -> E; A <-> C"))
    assert set(layout.rows) == {0}


@pytest.mark.parametrize("text", ["A -> {B, C, D} -> E", "A -> D; B -> C", "A -> {D, E}; B -> C"])
def test_what_can_be_drawn_without_crossings_is(text: str) -> None:
    layout, _ = layout_of(ADMG.parse(text))
    steps = [step for route in layout.routes.values() for step in itertools.pairwise(route)]
    for (a, b), (c, d) in itertools.combinations(steps, 2):
        if layout.columns[a] == layout.columns[c]:
            rows = layout.rows
            assert (rows[a] - rows[c]) * (rows[b] - rows[d]) >= 0


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.1, 3)), min_size=1, max_size=9))
def test_rows_are_the_nearest_that_keep_their_distance(cells: list[tuple[float, float]]) -> None:
    wanted, gaps = [row for row, _ in cells], [gap for _, gap in cells[1:]]
    offsets = np.cumsum([0.0, *gaps])
    best = isotonic_regression(np.array(wanted) - offsets).x + offsets
    np.testing.assert_allclose(_spread(wanted, gaps), best, atol=1e-9)


@given(admgs(min_nodes=1, max_nodes=7))
@settings(max_examples=30, deadline=None)
def test_everything_of_a_graph_is_in_its_picture(graph: ADMG) -> None:
    picture = ET.fromstring(graph.svg())
    assert [title.text for title in picture.iter(f"{SVG}title")] == list(graph.nodes)
    lines = [line for line in picture.findall(f"{SVG}path") if line.get("transform") is None]
    dashed = [line for line in lines if line.get("stroke-dasharray")]
    assert len(dashed) == len(graph.bidirected)
    assert len(lines) - len(dashed) == len(graph.directed)
    heads = [head for head in picture.findall(f"{SVG}path") if head.get("transform")]
    assert len(heads) == len(graph.directed) + 2 * len(graph.bidirected)
    assert graph.svg() == ADMG.parse(str(graph)).svg()


@pytest.mark.parametrize("name", sorted(examples()))
def test_boxes_stay_inside_the_frame_and_apart(name: str) -> None:
    picture = ET.fromstring(examples()[name].svg())
    left, top, width, height = map(float, picture.attrib["viewBox"].split())
    boxes = [
        [float(box.attrib[key]) for key in ("x", "y", "width", "height")]
        for box in picture.iter(f"{SVG}rect")
    ]
    for x, y, w, h in boxes:
        assert left < x
        assert x + w < left + width
        assert top < y
        assert y + h < top + height
    for (x, y, w, h), (u, v, p, q) in itertools.combinations(boxes, 2):
        assert x + w < u or u + p < x or y + h < v or v + q < y


def test_no_name_becomes_markup_or_leads_out_of_the_picture() -> None:
    graph = ADMG.of(directed=list(itertools.pairwise(NASTY)), bidirected=[tuple(NASTY[:2])])
    text = graph.svg()
    picture = ET.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} == {
        "svg", "g", "title", "rect", "text", "path",
    }  # fmt: skip
    labels = [box.findall(f"{SVG}text") for box in picture.iter(f"{SVG}g")]
    assert len(labels) == len(graph.nodes)
    assert {len(lines) for lines in labels} <= {1, 2}
    assert all(len(label.text or "") <= 26 for label in picture.iter(f"{SVG}text"))
    attributes = {key: value for element in picture.iter() for key, value in element.items()}
    assert not any(re.match(r".*href|on|src", key) for key in attributes)
    assert not any("url(" in value for value in attributes.values())
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    assert len(text) < 100_000
    text.encode()


def test_no_name_becomes_a_command_of_latex() -> None:
    for name in NASTY:
        formula = ADMG.of(directed=[(name, "Y")]).latex()
        harmless = (
            r"\\(text\{|to |textbackslash\{\}|textasciicircum\{\}|textasciitilde\{\}|[{}$&#%_])"
        )
        assert "\\" not in re.sub(harmless, "", formula)
        subscripts = re.compile(r"[A-Za-z]_\{\d+\}")
        assert not re.search(r"(?<!\\)[$#&%_^~]", subscripts.sub("", formula))
        braces = re.sub(r"\\[{}]", "", formula)
        assert braces.count("{") == braces.count("}")


def test_a_notebook_shows_a_picture_or_for_large_graphs_the_text() -> None:
    small = ADMG.parse("X -> Y; X <-> Y")
    assert small._repr_html_() == f"<div>{small.svg(width=PHONE)}</div>"
    assert small._repr_latex_() == r"$X \to Y,\; X \leftrightarrow Y$"
    assert ADMG.of(nodes=[f"V{i}" for i in range(MOST_SHOWN + 1)])._repr_html_() is None


def test_a_wide_picture_is_drawn_downwards_for_a_phone_and_not_made_smaller() -> None:
    long = ADMG.parse("A -> B -> C -> D -> E -> F -> G -> H; A <-> H")
    shown = long._repr_html_() or ""
    assert long.svg(width=PAGE) in shown
    assert long.svg(width=PHONE) in shown
    assert long.svg().replace(' style="max-width:100%;height:auto"', "") == long.svg(width=PAGE)
    picture = ET.fromstring(long.svg(width=PHONE))
    assert float(picture.attrib["width"]) <= PHONE
    boxes = [float(box.attrib["x"]) for box in picture.iter(f"{SVG}rect")]
    assert len(set(boxes)) < len(boxes) / 2
    assert picture.attrib["font-size"] == ET.fromstring(long.svg()).attrib["font-size"]


@pytest.mark.parametrize("width", [0, -5, float("nan"), "390"])
def test_a_width_that_is_no_length_is_refused(width: float) -> None:
    with pytest.raises(OptionError, match=r"^width is .*, but it is a number of pixels, above 0$"):
        ADMG.parse("X -> Y").svg(width=width)


@given(admgs(min_nodes=2, max_nodes=9), st.permutations(WORDS * 2))
@settings(max_examples=60, deadline=None)
def test_downwards_effects_stand_below_causes_and_nothing_overlaps(
    graph: ADMG, words: list[str]
) -> None:
    labels = [lines(word) for word in words[: len(graph.nodes)]]
    arrows = [(graph.index[a], graph.index[b]) for a, b in graph.directed]
    ties = [(graph.index[a], graph.index[b]) for a, b in graph.bidirected]
    picture = composed(labels, arrows, ties, width=1)
    assert picture.width <= composed(labels, arrows, ties).width
    for one, other in itertools.combinations(picture.boxes, 2):
        apart = abs(one.x - other.x), abs(one.y - other.y)
        assert apart[0] > one.half_width + other.half_width or (
            apart[1] > one.half_height + other.half_height
        )
    for (tail, head), line in zip(picture.edges, picture.flows, strict=True):
        below = picture.boxes[tail].y < picture.boxes[head].y
        assert below or picture.width == composed(labels, arrows, ties).width
        for v, box in enumerate(picture.boxes):
            if v not in (tail, head):
                assert not any(box.holds(point, margin=2) for point in line.points)
        for end, box in zip((line.points[0], line.points[-1]), (tail, head), strict=True):
            assert picture.boxes[box].holds(end, margin=2)


@given(admgs(min_nodes=1, max_nodes=9), st.floats(0.5, 4))
@settings(max_examples=80, deadline=None)
def test_no_column_has_more_vertices_than_it_has_room_for(graph: ADMG, most: float) -> None:
    arrows = [(graph.index[a], graph.index[b]) for a, b in graph.directed]
    room = [1 + 0.3 * (v % 3) for v in range(len(graph.nodes))]
    columns = layered(len(graph.nodes), arrows, [], room=room, most=most).columns
    for column in set(columns[: len(graph.nodes)]):
        inside = [v for v in range(len(graph.nodes)) if columns[v] == column]
        assert len(inside) == 1 or sum(room[v] for v in inside) <= most
    assert all(columns[tail] < columns[head] for tail, head in arrows)


def test_a_bow_between_a_wide_box_and_its_small_neighbour_ends_at_both() -> None:
    wide, small = Box(0, 0, 80, 16), Box(110, 0, 17, 16)
    bow = arc(wide, small, [wide, small], set())
    for end, box in ((bow.points[0], wide), (bow.points[-1], small)):
        assert box.holds(end, margin=3)
        assert not box.holds(end, margin=-1)
