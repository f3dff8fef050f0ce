"""Drawings: what is in the data is in the picture, at its place."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.pages.figures import Bar, bar_compare, graph_figure, image_figure
from ablation.pages.figures.arcs import Box, routed
from ablation.pages.figures.axis import Axis, spanning
from ablation.pages.figures.layers import layered, placed
from ablation.pages.inert import inert

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


# Axes.


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_on_the_axis(low: float, span: float) -> None:
    axis = Axis(low=low, high=low + span, left=0, right=100)
    assert 3 <= len(axis.ticks) <= 12
    assert all(low - 1e-9 * span <= tick <= low + span * (1 + 1e-9) for tick in axis.ticks)
    mantissa = axis.step / 10 ** math.floor(math.log10(axis.step) + 1e-9)
    assert min(abs(mantissa - k) for k in (1, 2, 5)) < 1e-6


@given(values=st.lists(st.floats(-1e3, 1e3), min_size=1), soft=st.lists(st.floats(-1e9, 1e9)))
def test_every_value_has_a_place_and_wide_intervals_take_no_more_than_they_may(
    values: list[float], soft: list[float]
) -> None:
    axis = spanning(values, soft, left=0, right=100)
    assert not any(axis.beyond(value) for value in values)
    span = (max(values) - min(values)) or abs(max(values)) or 1.0
    assert axis.high - axis.low <= 3.3 * span


# Graphs.


@st.composite
def dags(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    nodes = [f"V{i}" for i in range(draw(st.integers(2, 8)))]
    pairs = [(a, b) for i, a in enumerate(nodes) for b in nodes[i + 1 :]]
    return nodes, draw(st.lists(st.sampled_from(pairs), unique=True))


@given(dag=dags())
def test_causes_stand_in_layers_before_their_effects(
    dag: tuple[list[str], list[tuple[str, str]]],
) -> None:
    nodes, edges = dag
    depth = {n: i for i, layer in enumerate(layered(nodes, edges)) for n in layer}
    assert sorted(depth) == sorted(nodes)
    assert all(depth[a] < depth[b] for a, b in edges)


@settings(deadline=None, max_examples=40)
@given(dag=dags(), across=st.booleans())
def test_nodes_do_not_overlap_and_few_edges_cross_one(
    dag: tuple[list[str], list[tuple[str, str]]], across: bool
) -> None:
    nodes, edges = dag
    where = placed(layered(nodes, edges), lambda _: (60, 30), across=across, gap=(60, 30))
    boxes = {name: Box.of(where[name], (60, 30)) for name in nodes}
    for i, a in enumerate(nodes):
        for b in nodes[i + 1 :]:
            assert (np.abs(boxes[a].centre - boxes[b].centre) >= (60, 30)).any()
    arcs = routed(edges, boxes)
    for edge, arc in arcs.items():
        through = [n for n in nodes if n not in edge and boxes[n].covers(arc.samples, 0)]
        assert len(through) <= 1, (edge, through)


def test_a_comparison_marks_each_edge_right_missed_or_extra() -> None:
    svg = graph_figure(
        [("A", "B"), ("B", "C"), ("A", "C")],
        found=[("A", "B"), ("C", "B"), ("A", "C")],
        title="Two graphs",
    )
    assert "found: 2 right, 1 missed, 1 extra" in texts(svg)
    description = next(ET.fromstring(svg).iter(f"{SVG}desc")).text or ""
    assert "B -> C (missed)" in description
    assert "C -> B (extra)" in description
    assert svg.count('stroke-dasharray="1.5 4"') == 1
    assert svg.count('stroke-width="2"') == 1


def test_a_found_graph_may_have_cycles_and_a_lone_node_is_drawn() -> None:
    svg = graph_figure([], ["A", "B", "C"], found=[("A", "B"), ("B", "A")], width=340)
    assert texts(svg).count("C") == 2
    inert(graph_figure([("A", "B"), ("B", "C"), ("C", "A")]))


def test_the_same_graph_is_the_same_picture_whatever_the_order_of_its_edges() -> None:
    edges = [("W", "Z"), ("Z", "X"), ("X", "Y"), ("W", "Y")]
    names = ["W", "Z", "X", "Y"]
    one = ET.fromstring(graph_figure(edges, names))
    two = ET.fromstring(graph_figure(edges[::-1], names))
    assert sorted(p.get("d", "") for p in one.iter(f"{SVG}path")) == sorted(
        p.get("d", "") for p in two.iter(f"{SVG}path")
    )


def test_nothing_to_draw_is_an_error_not_an_empty_picture() -> None:
    with pytest.raises(ValueError, match="no graph"):
        graph_figure([])
    with pytest.raises(ValueError, match="nothing to compare"):
        bar_compare([], title="Nothing")
    with pytest.raises(ValueError, match="matrix"):
        image_figure(np.zeros((2, 2, 2)), title="A cube")


# Bars and images.


@pytest.mark.parametrize("width", [740, 340])
def test_bars_say_their_numbers_and_stand_where_they_belong(width: float) -> None:
    bars = [
        Bar(label="naive", value=-0.069, lower=-0.081, upper=-0.057, tone="bad"),
        Bar(label="truth", value=-0.02),
    ]
    svg = bar_compare(bars, title="Two answers", reference=-0.02, width=width)
    assert "−0.069 [−0.081, −0.057]" in texts(svg)
    centres = [float(c.get("cx", "nan")) for c in ET.fromstring(svg).iter(f"{SVG}circle")]
    dashed = re.search(r'<line x1="([\d.]+)"[^>]*dasharray', svg)
    assert dashed
    assert centres[0] < centres[1] == float(dashed[1])


def test_an_image_has_ink_where_the_scan_has_it() -> None:
    pixels = np.zeros((8, 8))
    pixels[2, 5], pixels[3, 0] = 16, 4
    squares = list(ET.fromstring(image_figure(pixels, title="A stroke")).iter(f"{SVG}rect"))[:-1]
    assert [(s.get("x"), s.get("y"), s.get("fill-opacity")) for s in squares] == [
        ("100", "40", "1"), ("0", "60", "0.25"),
    ]  # fmt: skip
    assert image_figure(np.zeros((8, 8)), title="Blank").count("<rect") == 1
