"""Two worlds as ribbons, and graphs whose arrows are as wide as their effects."""

import re
import xml.etree.ElementTree as ET

import pytest

from ablation.pages.figures.ribbons import Shares, two_worlds
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import fragment, table

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


def test_a_circuit_fills_its_members_and_fades_the_rest():
    edges = [("input", "a"), ("a", "b"), ("a", "c"), ("b", "output")]
    svg = effect_graph(edges, nodes=["a", "b", "c"], members=["a", "b"])
    root = ET.fromstring(svg)
    dashed = [e for e in root.iter(f"{NS}path") if e.get("stroke-dasharray")]
    assert len(dashed) == 1, "the arrow to c"
    assert sum(e.get("stroke-dasharray") is not None for e in root.iter(f"{NS}rect")) == 1
    assert sum(e.get("fill-opacity") == "0.16" for e in root.iter(f"{NS}rect")) == 2
