"""Two worlds as ribbons, and graphs whose arrows are as wide as their effects."""

import re
import xml.etree.ElementTree as ET
from itertools import chain, combinations

import pytest

from ablation.pages.figures.arcs import Box, routed, squeezed
from ablation.pages.figures.ribbons import Shares, two_worlds
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import fitting, fragment, table

NS = "{http://www.w3.org/2000/svg}"


def test_names_from_outside_stay_names():
    evil = "<script>alert(1)</script>"
    assert "<script" not in fragment(evil, table([evil], [[evil]]))
    assert "<script" not in effect_graph([(evil, "b")], worth={evil: 1.0})
    assert "<script" not in two_worlds(Shares(1, 0, 0, 0), on=evil)


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.1, 0.2), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1)])
def test_ribbons_are_as_wide_as_their_shares_and_fill_both_worlds(shares):
    root = ET.fromstring(two_worlds(Shares(*shares)))
    paths = [path.get("d") for path in root.iter(f"{NS}path")]
    assert len(paths) == sum(share > 0 for share in shares)
    widths = []
    for path in paths:
        ends = [[float(x) for x in pair.split(",")] for pair in re.findall(r"[\d.]+,[\d.]+", path)]
        widths.append(ends[-1][1] - ends[0][1])
    assert sum(widths) == pytest.approx(170, abs=0.1)
    bars = [float(rect.get("height")) for rect in root.iter(f"{NS}rect")]
    assert sum(bars) == pytest.approx(2 * 170, abs=0.1)


def test_arrows_are_as_wide_as_their_effects():
    effects = {("a", "b"): 1.0, ("b", "c"): -0.5, ("a", "c"): 0.001}
    root = ET.fromstring(effect_graph(list(effects), widths=effects))
    lines = [path for path in root.iter(f"{NS}path") if path.get("stroke-width")]
    widths = sorted(float(path.get("stroke-width")) for path in lines)
    assert widths == pytest.approx([1.3, 1.3 + 7.7 / 2, 9.0])
    warn = [path for path in lines if "--warn" in path.get("stroke")]
    assert [float(path.get("stroke-width")) for path in warn] == pytest.approx([1.3 + 7.7 / 2])
    assert sum(path.get("stroke-dasharray") is not None for path in lines) == 1


@pytest.mark.parametrize("width", [340, 740])
def test_a_long_chain_with_every_shortcut_is_no_wider_than_asked_and_not_made_smaller(width):
    names = [f"attention.{k}" for k in range(13)]
    svg = effect_graph(list(combinations(names, 2)), worth=dict.fromkeys(names, 0.5), width=width)
    root = ET.fromstring(svg)
    assert float(root.get("width")) <= width
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}", "units: pixels"
    heights = [float(rect.get("y")) for rect in root.iter(f"{NS}rect")]
    assert heights == sorted(set(heights)), "downwards"


def test_what_is_drawn_in_still_passes_through_no_node_and_ends_where_it_did():
    names = [f"n{k}" for k in range(8)]
    boxes = {name: Box.of((0, 72 * k), (90, 46)) for k, name in enumerate(names)}
    wide = routed(list(combinations(names, 2)), boxes)
    drawn_in = squeezed(wide, boxes, 316)
    assert max(abs(arc.samples[:, 0]).max() for arc in wide.values()) > 158
    assert max(abs(arc.samples[:, 0]).max() for arc in drawn_in.values()) <= 158
    for edge, arc in drawn_in.items():
        assert (arc.points[[0, 3]] == wide[edge].points[[0, 3]]).all()
        assert not any(boxes[n].covers(arc.samples, 0) for n in names if n not in edge)


def test_in_a_notebook_a_picture_has_a_version_for_a_phone_and_scrolls_beyond_it():
    html = fragment(fitting(lambda width: effect_graph([("a", "b")], width=width)))
    assert html.count('<div class="scrolls broad"><svg') == 1
    assert html.count('<div class="scrolls narrow"><svg') == 1
    assert ".causal-ablation .scrolls { overflow-x: auto;" in html


def test_a_circuit_fills_its_members_and_fades_the_rest():
    edges = [("input", "a"), ("a", "b"), ("a", "c"), ("b", "output")]
    svg = effect_graph(edges, nodes=["a", "b", "c"], members=["a", "b"])
    root = ET.fromstring(svg)
    dashed = [e for e in root.iter(f"{NS}path") if e.get("stroke-dasharray")]
    assert len(dashed) == 1, "the arrow to c"
    assert sum(e.get("stroke-dasharray") is not None for e in root.iter(f"{NS}rect")) == 1
    assert sum(e.get("fill-opacity") == "0.16" for e in root.iter(f"{NS}rect")) == 2


@pytest.mark.parametrize("width", [340, 740])
def test_layers_without_room_side_by_side_stand_in_one_column_beside_their_arrows(width):
    layers = [
        ["embed"],
        *([f"blocks.{b}.attn.heads[{k}]" for k in range(4)] for b in range(3)),
        ["out"],
    ]
    edges = [
        (a, b) for i, one in enumerate(layers) for two in layers[i + 1 :] for a in one for b in two
    ]
    root = ET.fromstring(effect_graph(edges, worth={a: 0.5 for a, _ in edges}, width=width))
    assert float(root.get("width")) <= width
    boxes = list(root.iter(f"{NS}rect"))
    assert len({(rect.get("x"), rect.get("width")) for rect in boxes}) == 1, "one below the other"
    drawn = {
        name: Box.of((0, 72 * k), (190, 46)) for k, name in enumerate(chain.from_iterable(layers))
    }
    for edge, arc in squeezed(routed(edges, drawn), drawn, width - 24).items():
        assert not any(drawn[n].covers(arc.samples, 0) for n in drawn if n not in edge)
