"""Graphs of other libraries: there and back, and what is refused with the reason."""

from __future__ import annotations

import itertools
import subprocess
from enum import Enum
from pathlib import Path
from types import SimpleNamespace

import networkx
import pandas as pd
import pgmpy.base
import pytest
from hypothesis import given, settings
from strategies.graphs import admgs

import causal
from causal import ADMG
from causal.errors import CausalError, CycleError, ForeignGraphError
from causal.interop import to_adjacency, to_causallearn, to_networkx, to_pgmpy, to_y0

ROOT = Path(__file__).parents[3]
RIVALS = ROOT / ".venv-rivals" / "bin" / "python"
BOW = ADMG.parse("X -> Y; X <-> Y; Y -> Z; Q")


@pytest.mark.parametrize("write", [to_networkx, to_pgmpy, to_adjacency])
@given(graph=admgs(min_nodes=1, max_nodes=6))
@settings(max_examples=40, deadline=None)
def test_there_and_back(write, graph: ADMG) -> None:
    assert causal.read(write(graph)) == graph


@given(graph=admgs(min_nodes=2, max_nodes=5))
@settings(max_examples=40, deadline=None)
def test_networkx_and_pgmpy_separate_what_we_separate(graph: ADMG) -> None:
    drawn, mixed = to_networkx(graph), to_pgmpy(graph)
    for one, other in itertools.combinations(graph.nodes, 2):
        rest = set(graph.nodes) - {one, other}
        for fixed in (set(), rest):
            ours = graph.separated(one, other, given=fixed)
            assert networkx.is_d_separator(drawn, {one}, {other}, fixed) == ours
            assert mixed.is_mseparated([one], [other], conditional_set=fixed or None) == ours


def test_text_a_path_and_a_graph_are_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "graph.dot"
    path.write_text("\ufeff" + BOW.to("dot"), encoding="utf-8")
    assert causal.read(path) == causal.read(str(BOW)) == causal.read(BOW) == BOW


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "graph.txt"
    path.write_text("X -> ")
    with pytest.raises(CausalError, match="1:6: expected a variable name") as caught:
        causal.read(path)
    assert caught.value.__notes__ == [f"in the file {path}"]
    path.write_bytes(b"X -> \xff")
    with pytest.raises(ForeignGraphError, match=r"graph\.txt is not text in UTF-8 \(byte 5\)"):
        causal.read(path)
    with pytest.raises(FileNotFoundError):
        causal.read(tmp_path / "none")


def test_hidden_causes_of_other_libraries_are_projected_out() -> None:
    bow = ADMG.parse("X -> Y; X <-> Y")
    for drawn in (
        pgmpy.base.DAG([("U", "X"), ("U", "Y"), ("X", "Y")], latents={"U"}),
        networkx.DiGraph([("U", "X"), ("U", "Y"), ("X", "Y")]),
    ):
        drawn.nodes["U"]["observed"] = "no"
        assert causal.read(drawn) == bow
    marked = networkx.MultiDiGraph([("X", "Y", {}), ("X", "Y", {"bidirected": True})])
    assert causal.read(marked) == bow


def test_a_hidden_cause_never_takes_a_name_that_is_there() -> None:
    graph = ADMG.parse("X <-> Y; U_X_Y -> X")
    assert causal.read(to_networkx(graph)) == graph


def test_names_that_are_no_strings_become_strings() -> None:
    assert causal.read(networkx.DiGraph([(1, 2)])) == ADMG.parse("1 -> 2")
    table = pd.DataFrame([[0, 1], [0, 0]], index=[7, 8], columns=[7, 8])
    assert causal.read(table) == ADMG.parse("7 -> 8")


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (networkx.Graph([("X", "Y")]), "undirected graph does not say"),
        (networkx.DiGraph([(1, "1")]), "two nodes are called 1"),
        (pgmpy.base.PDAG(undirected_ebunch=[("X", "Y")]), "undirected edges"),
        (pd.DataFrame([[0, 0.7], [0, 0]], index=["X", "Y"], columns=["X", "Y"]), "threshold"),
        (pd.DataFrame([[0, 2], [0, 0]], index=["X", "Y"], columns=["X", "Y"]), "entry across"),
        (pd.DataFrame([[0, 1], [0, 0]], index=["Y", "X"], columns=["X", "Y"]), "same order"),
        (pd.DataFrame([[0, 1], [0, 0]], index=["X", "X"], columns=["X", "X"]), "two columns"),
        (42, "cannot read a graph from builtins.int"),
        (None, "cannot read a graph from builtins.NoneType"),
    ],
)
def test_what_says_no_graph_is_refused_with_the_reason(thing: object, says: str) -> None:
    with pytest.raises(ForeignGraphError, match=says):
        causal.read(thing)


def test_a_cycle_is_a_cycle_from_wherever_it_comes() -> None:
    with pytest.raises(CycleError):
        causal.read(networkx.DiGraph([("X", "Y"), ("Y", "X")]))
    with pytest.raises(CausalError):
        causal.read(pd.DataFrame([[1]], index=["X"], columns=["X"]))


# Small stand-ins for libraries that need not be installed.


class Variable(SimpleNamespace):
    def __hash__(self) -> int:
        return hash(self.name)


class NxMixedGraph(SimpleNamespace):
    pass


class GeneralGraph(SimpleNamespace):
    def get_nodes(self):
        return self.nodes

    def get_graph_edges(self):
        return self.edges


NxMixedGraph.__module__ = "y0.graph"
GeneralGraph.__module__ = "causallearn.graph.GeneralGraph"


def test_a_mixed_graph_like_that_of_y0_is_read() -> None:
    x, y, z = (Variable(name=name) for name in "XYZ")
    half = SimpleNamespace(nodes=[x, y, z], edges=[(x, y)])
    assert causal.read(NxMixedGraph(directed=half, undirected=half)) == ADMG.parse(
        "X -> Y; X <-> Y; Z"
    )


class Mark(Enum):
    TAIL, ARROW, CIRCLE, MEASURED, LATENT = range(5)


def node(name: str, kind: Mark = Mark.MEASURED) -> SimpleNamespace:
    return SimpleNamespace(get_name=lambda: name, get_node_type=lambda: kind)


def edge(one: str, first: Mark, second: Mark, other: str) -> SimpleNamespace:
    return SimpleNamespace(
        get_node1=lambda: node(one),
        get_node2=lambda: node(other),
        get_endpoint1=lambda: first,
        get_endpoint2=lambda: second,
    )


def test_a_general_graph_like_that_of_causal_learn_is_read() -> None:
    graph = GeneralGraph(
        nodes=[node("X"), node("Y"), node("Z"), node("L", Mark.LATENT)],
        edges=[
            edge("X", Mark.TAIL, Mark.ARROW, "Y"),
            edge("X", Mark.ARROW, Mark.ARROW, "Y"),
            edge("Z", Mark.ARROW, Mark.TAIL, "L"),
            edge("L", Mark.TAIL, Mark.ARROW, "Y"),
        ],
    )
    expected = ADMG.parse("X -> Y; X <-> Y; Y <-> Z")
    assert causal.read(graph) == expected
    graph.edges.append(edge("X", Mark.CIRCLE, Mark.ARROW, "Z"))
    with pytest.raises(ForeignGraphError, match="X o-> Z does not say"):
        causal.read(graph)


@pytest.mark.parametrize("write", [to_y0, to_causallearn])
def test_a_library_that_is_not_installed_says_so(write) -> None:
    with pytest.raises(ModuleNotFoundError):
        write(BOW)


@pytest.mark.skipif(
    not (RIVALS.parents[1] / ".installed").exists(),
    reason="make bench installs the other libraries",
)
@pytest.mark.parametrize("write", ["to_y0", "to_causallearn"])
def test_the_real_libraries_go_there_and_back(write: str) -> None:
    code = (
        "import causal\n"
        f"from causal.interop import {write} as write\n"
        "graph = causal.ADMG.parse('X -> Y; X <-> Y; Y -> Z; Z <-> W; V; X -> W')\n"
        "drawn = write(graph)\n"
        "assert not type(drawn).__module__.startswith('causal.')\n"
        "assert causal.read(drawn) == graph\n"
    )
    ending = subprocess.run(
        [str(RIVALS), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ending.returncode == 0, ending.stderr
