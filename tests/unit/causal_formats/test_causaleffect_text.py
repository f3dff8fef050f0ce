"""R's igraph formulas: arrows by pluses, hidden causes by numbered pairs of edges."""

from __future__ import annotations

import pytest

from causal import ADMG
from causal.errors import CycleError, GraphSyntaxError

MARK = 'set_edge_attr(g, "description", index = {}, value = "U")'
FRONT_DOOR = "g <- graph.formula(X -+ Z, Z -+ Y, X -+ Y, Y -+ X, simplify = FALSE)\n"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("graph.formula(X -+ Y)", "X -> Y"),
        ("graph_from_literal(X --+ Y +- Z, W)", "X -> Y <- Z; W"),
        ("igraph::graph_from_literal(A:B -+ C:D)", "{A, B} -> {C, D}"),
        ('graph.formula("a b" -+ `c d`, \'e"f\' -+ 2)', '"a b" -> "c d"; "e\\"f" -> 2'),
        (
            FRONT_DOOR
            + 'set.edge.attribute(graph = g, name = "description", index = c(3, 4), value = "U")',
            "X -> Z -> Y; X <-> Y",
        ),
        (
            "library(igraph) # first\n"
            + FRONT_DOOR
            + 'g = set_edge_attr(g, "description", 3:4, "U")',
            "X -> Z -> Y; X <-> Y",
        ),
        (
            "graph.formula(X ++ Y, X -+ Y, simplify = F)"
            + MARK.format("c(1L, 2)").replace('"', "'"),
            "X -> Y; X <-> Y",
        ),
    ],
)
def test_a_formula_means_these_edges(text: str, means: str) -> None:
    assert ADMG.parse(text) == ADMG.parse(means)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("graph.formula(X -- Y)", (1, 17), "-- does not say what causes what"),
        ("graph.formula(X -+ )", (1, 20), "expected a variable name, found ')'"),
        ("graph.formula(X -+ Y", (1, 21), "expected -+, +-, a comma or ), found the end"),
        ("graph.formula(X -+ Y); system('id')", (1, 24), "expected one graph_from_literal("),
        ("graph.formula(X -+ Y); graph.formula(X -+ Y)", (1, 24), "expected one"),
        ("graph.formula(X -+ Y, Y -+ X)\n" + MARK.format("1:2"), (1, 1), "simplify = FALSE"),
        (FRONT_DOOR + MARK.format(3), (2, 41), 'X -+ Y is marked "U", and its opposite Y -+ X'),
        (FRONT_DOOR + MARK.format("3:9"), (2, 41), "there is no edge 5; the formula has 4"),
        (FRONT_DOOR + MARK.format("9" * 50), (2, 41), "below 1,000,000"),
        (FRONT_DOOR + MARK.format("3:4").replace('"U"', '"V"'), (2, 54), 'value = "U"'),
        (
            FRONT_DOOR + MARK.replace("index", "indx").format(3),
            (2, 33),
            "graph, name, index or value, each once",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, where: tuple[int, int], says: str) -> None:
    with pytest.raises(GraphSyntaxError) as caught:
        ADMG.parse(text)
    assert says in str(caught.value)
    assert (caught.value.line, caught.value.column) == where


def test_opposite_edges_without_a_mark_are_a_cycle() -> None:
    with pytest.raises(CycleError, match="X -> Y -> X"):
        ADMG.parse("graph.formula(X -+ Y, Y -+ X, simplify = FALSE)")
