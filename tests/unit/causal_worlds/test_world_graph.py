"""Parallel worlds: what is one copy, what is not, what they cost, and how they look."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from causal import ADMG, parallel_worlds
from causal.errors import CausalError, ImpossibleEvidenceError, QueryError, UnknownVariableError
from causal.graph.drawing.notebook import PHONE
from causal.graph.parallel import Contradiction, Potential, Setting, WorldGraph, merged
from causal.variables import Symbol

SVG = "{http://www.w3.org/2000/svg}"


def at(variable: str, value: object, reader: str | None = None) -> Setting:
    return Setting(variable, Symbol(variable, value=value), reader)


def woven(graph: str, *potentials: Potential) -> WorldGraph:
    return WorldGraph.of(ADMG.parse(graph), potentials)


def test_what_no_intervention_reaches_is_the_factual_variable_itself():
    worlds = woven("Z -> X -> Y; Z -> Y", Potential("Z", (at("X", 1),)), Potential("Z"))
    assert worlds.labels == ("Z",)
    assert set(worlds.asked.values()) == {0}


def test_an_intervention_above_another_one_makes_no_copy():
    above = Potential("Y", (at("Z", 1), at("X", 0)))
    worlds = woven("Z -> X -> Y", above, Potential("Y", (at("X", 0),)))
    assert len(worlds.copies) == 1


def test_an_order_of_settings_makes_no_copy():
    one, other = (at("X", 1), at("Z", 0)), (at("Z", 0), at("X", 1))
    assert len(woven("X -> Y <- Z", Potential("Y", one), Potential("Y", other)).copies) == 1


def test_a_variable_set_is_its_value():
    worlds = woven("X -> Y", Potential("X", (at("X", 1),)))
    assert list(worlds.asked.values()) == [Symbol("X", value=1)]
    assert not worlds.copies


def test_a_value_taken_from_another_world_is_that_copy():
    in_other = Potential("M", (at("X", 0),))
    nested = Potential("Y", (at("X", 1), Setting("M", in_other)))
    worlds = woven("X -> M -> Y; X -> Y", nested, in_other)
    assert worlds.labels == ("M[X=0]", "Y[X=1, M=M[X=0]]")
    assert worlds.parents[1] == (0,)


def test_a_setting_on_an_edge_reaches_one_child_only():
    direct = Potential("Y", (at("X", 0), at("X", 1, "Y")))
    nested = Potential("Y", (at("X", 1), Setting("M", Potential("M", (at("X", 0),)))))
    worlds = woven("X -> M -> Y; X -> Y", direct, nested)
    assert worlds.asked[direct] == worlds.asked[nested]


def test_a_world_costs_what_is_new_in_it():
    names = [f"V{i}" for i in range(50)]
    chain = ADMG.of(directed=list(pairwise(names)))
    potentials = [Potential("V49", (at("V40", i % 3), at("V5", i))) for i in range(1000)]
    worlds = WorldGraph.of(chain, potentials)
    assert len(worlds.asked) == 1000
    assert len(worlds.copies) == 3 * 9  # V41 to V49, for three values of V40


def test_a_long_chain_needs_no_recursion():
    names = [f"V{i}" for i in range(5000)]
    chain = ADMG.of(directed=list(pairwise(names)))
    worlds = WorldGraph.of(chain, [Potential("V4999", (at("V0", 1),)), Potential("V4999")])
    assert len(worlds.copies) == 4999 + 5000


def test_copies_share_their_own_noise_and_the_hidden_causes():
    worlds = woven("X -> Y; X <-> Y", Potential("Y"), Potential("Y", (at("X", 1),)))
    graph = worlds.to_admg()
    assert set(map(frozenset, graph.bidirected)) == {
        frozenset(pair) for pair in [("X", "Y"), ("X", "Y[X=1]"), ("Y", "Y[X=1]")]
    }
    assert worlds.districts == (frozenset({0, 1, 2}),)


def test_the_twin_graph_separates_what_pearl_says():
    """Pearl (2009), section 7.1.4: Y had X been x is independent of X given what confounds them."""
    graph = woven("Z -> X; Z -> Y; X -> Y", Potential("Y", (at("X", 1),)), Potential("X"))
    assert graph.to_admg().separated("Y[X=1]", "X", given="Z")
    assert not graph.to_admg().separated("Y[X=1]", "X")


def test_values_that_only_look_alike_are_told_apart():
    worlds = woven("X -> Y", Potential("Y", (at("X", 1),)), Potential("Y", (at("X", "1"),)))
    assert worlds.labels == ("Y[X=1]", 'Y[X="1"]')
    hostile = woven('X -> Y; "Y[X=1]" -> Y', Potential("Y[X=1]"), Potential("Y", (at("X", 1),)))
    assert len(set(hostile.labels)) == len(hostile.labels)


def test_consistency_merges_and_what_follows_merges_too():
    found = parallel_worlds(ADMG.parse("X -> Y -> W"), "P(W[X=1]=0, W=0 | X=1)")
    assert [label for label in found.labels if label[0] == "W"] == ["W[X=1]"]


def test_equal_values_merge_without_an_intervention_in_common():
    graph = ADMG.parse("X -> M -> Y; X -> Y")
    seen = "P(Y[X=1, M=0]=1 | X=1, M=0, Y=1)"
    assert len(parallel_worlds(graph, seen).copies) == 3


def test_what_is_seen_nowhere_merges_nothing():
    found = parallel_worlds(ADMG.parse("X -> Y"), "P(Y[X=1]=1 | X=0, Y=0)")
    assert sorted(found.labels) == ["X", "Y", "Y[X=1]"]


def test_one_variable_with_two_values_is_a_contradiction():
    twin = woven("X -> Y", Potential("X"), Potential("Y"), Potential("Y", (at("X", 1),)))
    seen = {0: Symbol("X", value=1), 1: Symbol("Y", value=0), 2: Symbol("Y", value=1)}
    found = merged(twin, seen)
    assert isinstance(found, Contradiction)
    assert found.certain
    with pytest.raises(ImpossibleEvidenceError, match="in every model of the graph"):
        parallel_worlds(ADMG.parse("X -> Y"), "P(Y[X=2] | Y[X=1]=1, X=1, Y=0)")


def test_the_picture_shows_the_shared_noise_and_the_settings():
    worlds = woven("X -> Y; X <-> Y", Potential("Y"), Potential("Y", (at("X", 1),)))
    picture = ET.fromstring(worlds.svg())
    shown = {text.text for text in picture.iter(f"{SVG}text")}
    assert shown == {"X", "Y", "Y[X=1]", "X=1", "noise of Y", "X \N{LEFT RIGHT ARROW} Y"}
    assert picture.get("aria-label")
    assert worlds.svg(width=PHONE) in (worlds._repr_html_() or "")


def test_noise_of_a_single_copy_is_not_drawn():
    assert "noise" not in woven("X -> Y", Potential("Y")).svg()


@pytest.mark.parametrize(
    ("potential", "problem", "message"),
    [
        (Potential("W"), UnknownVariableError, "W is not in the graph"),
        (Potential("Y", (at("W", 1),)), UnknownVariableError, "W is not in the graph"),
        (Potential("Y", (at("Z", 1, "Y"),)), QueryError, "an edge Z -> Y, which is not in"),
        (
            Potential("Y", (Setting("X", Potential("Z")),)),
            QueryError,
            "sets X to what Z is",
        ),
        (
            Potential("Y", (Setting("X", Potential("X", (at("Q", 1),))),)),
            UnknownVariableError,
            "Q is not in the graph",
        ),
    ],
)
def test_worlds_that_cannot_be_are_refused(
    potential: Potential, problem: type[CausalError], message: str
):
    with pytest.raises(problem, match=message):
        woven("Z -> X -> Y", potential)


@pytest.mark.parametrize("given", ["P(Y[X=1]=1)", ["Y"]])
def test_text_is_for_another_face(given) -> None:
    with pytest.raises(QueryError, match=r"is no potential outcome; causal\.parallel_worlds"):
        WorldGraph.of(ADMG.parse("X -> Y"), given)
