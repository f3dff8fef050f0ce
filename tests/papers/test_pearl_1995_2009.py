"""Pearl (1995), "Causal diagrams for empirical research", Biometrika 82; (2009), "Causality".

Each formula is the one in the paper; it, ours and the mutilated model are one number.  The lettered
figures are drawn after the text of the book and the tests of y0, a package of others.
"""

from __future__ import annotations

import itertools

import pytest
from strategies.exact import assert_identified_as, assert_not_identified

from causal import ADMG, Identified, NotIdentified, identify

EFFECT = "P(Y | do(X))"

# Eelworms and crops after fumigation: last year's eelworms and the birds are not observed.
FUMIGATION = (
    "X -> Z2; X -> Y; Z1 -> Z2 -> Z3 -> Y; Z2 -> Y; X <-> Z1; X <-> Z3; Z1 <-> Z3"  # fig. 1
)
# Figure 3.8, typical models in which the effect is identifiable, and what the text says it is.
IDENTIFYING = {
    "a": ("X -> Y", "P(Y | X)"),
    "b": ("X -> {Y, Z}; Z -> Y; Z <-> Y", "P(Y | X)"),
    "c": ("Z -> {X, Y}; X -> Y; Z <-> Y", "Σ_{Z} P(Y | X, Z) P(Z)"),
    "d": ("Z -> {X, Y}; X -> Y; X <-> Z", "Σ_{Z} P(Y | X, Z) P(Z)"),
    "e": ("X -> Z -> Y; X <-> Y", "Σ_{Z} P(Z | X) (Σ_{X'} P(Y | X', Z) P(X'))"),
    "f": (
        "X -> {Y, Z1}; Z1 -> {Y, Z2}; Z2 -> Y; X <-> Z2; Z1 <-> Y",
        "Σ_{Z1, Z2} P(Y | X, Z1, Z2) P(Z1 | X) (Σ_{X'} P(Z2 | X', Z1) P(X'))",  # (3.48)
    ),
    "g": (
        "Z2 -> {X, Z1, Z3}; X -> Z1 -> Y; Z3 -> Y; X <-> Z2; Z2 <-> Y; X <-> Z3; X <-> Y",
        "Σ_{X', Z1, Z2} P(Y | X', Z1, Z2) P(X' | Z2) P(Z1 | X, Z2) P(Z2)",  # (3.49)
    ),
}
# Figure 3.9, typical models in which it is not.
NOT_IDENTIFYING = {
    "a": "X -> Y; X <-> Y",
    "b": "X -> Z -> Y; X <-> Z",
    "c": "X -> Z -> Y; X -> Y; X <-> Z",
    "d": "X -> Y; Z -> Y; X <-> Z; Z <-> Y",
    "e": "Z -> X -> Y; X <-> Z; Z <-> Y",
    "f": "X -> Z -> Y; X <-> Y; Z <-> Y",
    "g": "X -> Z1 -> Y; Z2 -> Y; X <-> Z2; Z1 <-> Z2",
    "h": "Z -> X -> W -> Y; X <-> Z; X <-> Y; Z <-> W; Z <-> Y",
}
BOWLESS = ADMG.parse(NOT_IDENTIFYING["g"])


@pytest.mark.parametrize("letter", IDENTIFYING)
@pytest.mark.parametrize("values", [2, 3])
def test_the_effect_in_figure_3_8_has_the_formula_of_the_text(letter, values):
    graph, formula = IDENTIFYING[letter]
    assert_identified_as(ADMG.parse(graph), EFFECT, formula, models=1, values=values)


@pytest.mark.parametrize("letter", NOT_IDENTIFYING)
def test_the_effect_in_figure_3_9_is_not_identified(letter):
    assert_not_identified(ADMG.parse(NOT_IDENTIFYING[letter]), EFFECT)


@pytest.mark.parametrize("letter", "abcdef")
def test_any_edge_more_in_figure_3_8_is_one_too_many(letter):
    """Section 3.5.1, remark 2; not of (g), where Z3 need not be measured."""
    graph = ADMG.parse(IDENTIFYING[letter][0])
    directed, bidirected = set(graph.directed), set(graph.bidirected)
    for one, other in itertools.combinations(graph.nodes, 2):  # causes first
        for larger in (
            ADMG.of(directed=directed | {(one, other)}, bidirected=bidirected),
            ADMG.of(directed=directed, bidirected=bidirected | {(one, other)}),
        ):
            if larger != graph:
                assert_not_identified(larger, EFFECT)


@pytest.mark.parametrize(("letter", "parent"), [("b", "Z"), ("c", "Z"), ("f", "Z1")])
def test_a_parent_with_no_identified_effect_is_no_obstacle(letter, parent):
    """Section 3.5.1, remark 7: local identifiability is not necessary."""
    assert_not_identified(ADMG.parse(IDENTIFYING[letter][0]), f"P(Y | do({parent}))")


@pytest.mark.parametrize(
    ("query", "formula"),
    [
        ("P(Z1 | do(X))", "P(Z1 | X)"),
        ("P(Z2 | do(X))", "P(Z2)"),
        ("P(Y | do(Z1))", "Σ_{Z2} P(Y | Z1, Z2) P(Z2)"),
        ("P(Y | do(Z2))", "Σ_{X, Z1} P(Y | X, Z1, Z2) P(Z1 | X) P(X)"),
        ("P(Y | do(X, Z2))", "Σ_{Z1} P(Y | X, Z1, Z2) P(Z1 | X)"),  # (3.47)
        ("P(Y | do(X, Z1))", "Σ_{Z2} P(Y | Z1, Z2) P(Z2)"),
    ],
)
def test_each_link_of_the_bowless_graph_is_identified_but_not_the_whole(query, formula):
    """Figures 3.7 (c) and 3.9 (g): local identifiability is not sufficient."""
    assert_identified_as(BOWLESS, query, formula)
    assert_not_identified(BOWLESS, "P(Z1, Z2 | do(X))")


def test_no_smaller_graph_without_a_bow_has_an_effect_that_is_not_identified():
    """Section 3.5 on figure 3.7 (c), with at most as many edges."""
    pairs = list(itertools.combinations(["X", "Z1", "Z2", "Y"], 2))
    for directed, bidirected in itertools.product(edge_sets(pairs), repeat=2):
        if set(directed) & set(bidirected) or len(directed) + len(bidirected) > 4:
            continue
        graph = ADMG.of(nodes=["X", "Z1", "Z2", "Y"], directed=directed, bidirected=bidirected)
        for x, y in itertools.combinations(graph.nodes, 2):
            assert isinstance(identify(graph, f"P({y} | do({x}))"), Identified)


def edge_sets(pairs):
    return [s for n in range(len(pairs) + 1) for s in itertools.combinations(pairs, n)]


def test_an_instrument_does_not_help_against_a_bow():
    """Figure 3.7 (b); nor does any larger graph around the bow (section 3.5)."""
    assert_not_identified(ADMG.parse("Z -> X -> Y; X <-> Y"), EFFECT)
    wider = ADMG.parse("Z -> X -> Y; X <-> Y; W -> {X, Y}; Z -> W")
    assert isinstance(identify(wider, EFFECT), NotIdentified)


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        # The adjustment for direct causes, and the back-door formula.
        ("Z -> X -> Y; Z -> Y", EFFECT, "Σ_{Z} P(Y | X, Z) P(Z)"),
        # The three effects from which section 4.3 derives the front-door formula; fig. 3.
        ("X -> Z -> Y; X <-> Y", "P(Z | do(X))", "P(Z | X)"),
        ("X -> Z -> Y; X <-> Y", "P(Y | do(Z))", "Σ_{X} P(Y | X, Z) P(X)"),
        ("X -> Z -> Y; X <-> Y", "P(Y, Z | do(X))", "P(Z | X) (Σ_{X'} P(Y | X', Z) P(X'))"),
        (
            FUMIGATION,
            EFFECT,
            "Σ_{Z1, Z2, Z3} P(Y | X, Z2, Z3) P(Z2 | X, Z1) (Σ_{X'} P(Z3 | X', Z1, Z2) P(X', Z1))",
        ),
        # A plan of two actions (2009, section 4.4; Pearl and Robins 1995).
        (
            "X1 -> Z -> X2 -> Y; X1 -> Y; Z <-> Y",
            "P(Y | do(X1, X2))",
            "Σ_{Z} P(Y | X1, X2, Z) P(Z | X1)",
        ),
        # The napkin (Pearl & Mackenzie 2018, fig. 7.5).
        (
            "W -> Z -> X -> Y; W <-> X; W <-> Y",
            EFFECT,
            "(Σ_{W} P(X, Y | W, Z) P(W)) / (Σ_{W} P(X | W, Z) P(W))",
        ),
    ],
)
def test_the_effect_has_the_published_formula(graph, query, formula):
    assert_identified_as(ADMG.parse(graph), query, formula)


def test_the_back_door_of_figure_3_4_opens_to_two_adjustments():
    """Z3 with Z4, or Z4 with Z5, block it; Z4 alone does not."""
    graph = ADMG.parse(
        "Z1 -> {Z3, Z4}; Z2 -> {Z4, Z5}; Z3 -> X; Z4 -> {X, Y}; Z5 -> Y; X -> Z6 -> Y"
    )
    for seen in ("Z3, Z4", "Z4, Z5"):
        assert_identified_as(graph, EFFECT, f"Σ_{{{seen}}} P(Y | X, {seen}) P({seen})", models=1)
    with pytest.raises(AssertionError, match="P\\(Y \\| do\\(X\\)\\)"):
        assert_identified_as(graph, EFFECT, "Σ_{Z4} P(Y | X, Z4) P(Z4)", models=1)
