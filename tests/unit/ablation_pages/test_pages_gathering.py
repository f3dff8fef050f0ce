"""Parts of one value share a box where they stand alike, so that a graph of heads can be read."""

import xml.etree.ElementTree as ET
from itertools import product

import pytest

from ablation.pages.figures import graph_figure
from ablation.pages.figures.gathering import gathered

SVG = "{http://www.w3.org/2000/svg}"
HEADS = [[f"blocks.{block}.attn.heads[{k}]" for k in range(4)] for block in range(2)]
LAYERS = [["input"], HEADS[0], ["blocks.0.mlp"], HEADS[1], ["blocks.1.mlp"], ["output"]]
NAMES = [name for layer in LAYERS[1:-1] for name in layer]
EDGES = [
    edge
    for i, above in enumerate(LAYERS)
    for below in LAYERS[i + 1 :]
    for edge in product(above, below)
]


def test_heads_that_stand_alike_share_a_box_and_nothing_else_changes():
    names, edges = gathered(NAMES, EDGES)
    heads = [f"blocks.{block}.attn.heads[0 … 3]" for block in range(2)]
    assert names == (heads[0], "blocks.0.mlp", heads[1], "blocks.1.mlp")
    row = ["input", *names, "output"]
    assert sorted(edges) == sorted((a, b) for i, a in enumerate(row) for b in row[i + 1 :])


@pytest.mark.parametrize("missing", [EDGES[0], (HEADS[0][3], HEADS[1][1]), (HEADS[1][2], "output")])
def test_one_arrow_less_keeps_apart_whom_it_tells_apart(missing):
    names, edges = gathered(NAMES, [edge for edge in EDGES if edge != missing])
    apart = {name.partition("[")[0] for name in missing if "[" in name}
    assert {name for name in NAMES if name.partition("[")[0] in apart} <= {*names}
    spread = {e for e in EDGES if e != missing}
    assert {e for e in spread if e in edges} == {e for e in edges if "…" not in "".join(e)}


def test_what_are_no_parts_are_never_gathered():
    edges = [("input", "a"), ("input", "b")]
    assert gathered(["a", "b"], edges) == (("a", "b"), tuple(edges))


def test_branches_that_have_no_room_side_by_side_stand_below_each_other():
    experts = [f"expert number {k}" for k in range(6)]
    edges = [*product(["input"], experts), *product(experts, ["output"])]
    root = ET.fromstring(graph_figure(edges, width=340))
    assert float(root.get("width")) <= 340
    assert len({rect.get("x") for rect in root.iter(f"{SVG}rect")}) == 1


@pytest.mark.parametrize("width", [340, 740])
def test_a_column_of_heads_fits_a_phone_with_its_names_whole(width):
    names, edges = gathered(NAMES, EDGES)
    root = ET.fromstring(graph_figure(edges, names, width=width))
    assert float(root.get("width")) <= width
    assert {*names} <= {text.text for text in root.iter(f"{SVG}text")}
