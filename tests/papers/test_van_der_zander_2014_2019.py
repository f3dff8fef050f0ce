"""Van der Zander, Liśkiewicz & Textor (2014), "Constructing separators and adjustment sets in
ancestral graphs", UAI; (2019), "Separators and adjustment sets in causal graphs", Artificial
Intelligence 270.

The examples are those on which the authors test their own program, dagitty, with its answers.
"""

from __future__ import annotations

import pytest
from strategies.exact import assert_identified_as

from causal import ADMG, adjustment_sets, separators

TWO_BY_TWO = "C -> {Y1, m}; X1 -> {X2, Y2, m2}; Y2 -> Y1; X2 -> Y1; m2 -> m -> X2"
TWO_BACK_DOORS = "S -> T; h -> S; i -> {h, T}; x -> {S, z}; z -> T"
CONFOUNDED_CAUSE = "t -> x; u1 -> {t, y}; u2 -> {t, x}; x -> y"


def sets(graph: str, x: str, y: str, **bounds: str) -> set[frozenset[str]]:
    found = adjustment_sets(ADMG.parse(graph), x.split(), y.split(), **bounds)
    return {each.variables for each in found}


def braces(*texts: str) -> set[frozenset[str]]:
    return {frozenset(text.split()) for text in texts}


@pytest.mark.parametrize(
    ("graph", "x", "y", "answer"),
    [
        (TWO_BY_TWO, "X1 X2", "Y1 Y2", braces("C", "m m2")),
        (TWO_BACK_DOORS, "S", "T", braces("h x", "h z", "i x", "i z")),
        (CONFOUNDED_CAUSE, "x", "y", braces("u1", "t u2")),
        ("x <- z -> y", "x", "y", braces("z")),
        ("x <-> m <-> y; x -> y", "x", "y", braces("")),
    ],
)
def test_the_minimal_adjustment_sets_are_those_of_the_authors(
    graph: str, x: str, y: str, answer: set[frozenset[str]]
) -> None:
    assert sets(graph, x, y) == answer


@pytest.mark.parametrize(
    ("graph", "x", "y"),
    [
        (TWO_BY_TWO, "X1 X2", "Y1 Y2"),
        (TWO_BACK_DOORS, "S", "T"),
        (CONFOUNDED_CAUSE, "x", "y"),
        ("x <-> m <-> y; x -> y", "x", "y"),
    ],
)
def test_adjusting_for_any_of_them_gives_the_effect(graph: str, x: str, y: str) -> None:
    do, of = x.replace(" ", ", "), y.replace(" ", ", ")
    for found in adjustment_sets(ADMG.parse(graph), x.split(), y.split()):
        assert_identified_as(found.graph, f"P({of} | do({do}))", str(found.estimand), models=1)


def test_the_m_bias_graph_with_its_collider_adjusted_for() -> None:
    graph = "U1 -> {A, M}; U2 -> {M, B}; A -> B"
    assert sets(graph, "A", "B") == braces("")
    assert sets(graph, "A", "B", include="M") == braces("M U1", "M U2")


def test_a_separator_may_need_a_variable_that_is_no_ancestor_of_the_first_side() -> None:
    """ "Our non-X-ancestor example from the UAI paper": without X1 -> Y, and with it."""
    graph = "X1 -> M1; Y -> M2; M1 -> M2; M2 -> X2"
    assert set(separators(ADMG.parse(graph), ["X1", "X2"], "Y")) == braces("M1 M2")
    assert list(separators(ADMG.parse(f"{graph}; X1 -> Y"), ["X1", "X2"], "Y")) == []


def test_nothing_that_separates_is_left_out_by_looking_among_ancestors_only() -> None:
    graph = ADMG.parse("X -> A -> Y; A -> D; X -> D")
    assert list(separators(graph, "X", "Y")) == [{"A"}]
    assert list(separators(graph, "X", "Y", include="D")) == [{"A", "D"}]
