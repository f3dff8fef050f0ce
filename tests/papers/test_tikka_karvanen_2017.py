"""Tikka & Karvanen (2017), "Identifying causal effects with the R package causaleffect", JSS 76,
the examples in the manual of that package, and "Simplifying probabilistic expressions in causal
inference", JMLR 18(36), of the same year and authors.
"""

from __future__ import annotations

import pytest
from strategies.exact import assert_identified_as, assert_not_identified

from causal import ADMG, Identified, identify
from causal.expression import laws

GRAPH = "W -> {X, Z}; X -> Z -> Y; X <-> Y"  # figure 1
COMPLEX = "Z2 -> {X, Z1, Z3}; X -> Z1 -> Y; Z3 -> Y; X <-> Y; X <-> Z3; X <-> Z2; Y <-> Z2"  # 7
AS_IT_COMES = (  # from line 6 of ID, before anything is simplified
    "P(Z1 | X, Z2) P(Z3 | Z2)"
    " ((Σ_{X'} P(Y | X', Z1, Z2, Z3) P(Z3 | X', Z2) P(X' | Z2) P(Z2))"
    " / (Σ_{X', Y'} P(Y' | X', Z1, Z2, Z3) P(Z3 | X', Z2) P(X' | Z2) P(Z2)))"
    " (Σ_{X', Y', Z3'} P(Y' | X', Z1, Z2, Z3') P(Z3' | X', Z2) P(X' | Z2) P(Z2))"
)
PRUNING = (
    "x -> z4 -> y; z3 -> z2 -> z1 -> x; z3 -> x; z5 -> z1; z5 -> z4; "
    "x <-> z2; z2 <-> z3; z2 <-> y; z4 <-> y; z5 <-> z4"
)


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        (
            GRAPH,
            "P(Y | do(X))",
            "Σ_{W, Z} P(W) P(Z | W, X) (Σ_{X'} P(Y | W, X', Z) P(X' | W))",
        ),
        (GRAPH, "P(Z | do(X), W)", "P(Z | W, X) / (Σ_{Z'} P(Z' | W, X))"),
        ("z -> x -> y; z -> w -> y", "P(y | do(w, x))", "P(y | w, x)"),  # figure 8
        # The manual: a confounder that is adjusted for, and a simplification.
        ("z -> x -> y; z -> y; x <-> z", "P(y | do(x))", "Σ_{z} P(y | x, z) P(z)"),
        ("w -> x -> y; w -> z -> y", "P(y | do(x))", "Σ_{w, z} P(y | x, z) P(z | w) P(w)"),
    ],
)
def test_an_example_has_the_formula_of_the_package(graph, query, formula):
    assert_identified_as(ADMG.parse(graph), query, formula)


@pytest.mark.parametrize(
    "formula",
    [
        "P(Z1 | X, Z2) (Σ_{X'} P(Y, Z3 | X', Z1, Z2) P(X', Z2))",  # Tian's
        "P(Z1 | X, Z2) P(Z2) (Σ_{X'} P(Y | X', Z1, Z2, Z3) P(Z3 | X', Z2) P(X' | Z2))",
        AS_IT_COMES,
    ],
)
def test_the_complex_expression_and_its_simplifications_are_one_number(formula):
    assert_identified_as(ADMG.parse(COMPLEX), "P(Y, Z1, Z2, Z3 | do(X))", formula, models=1)


def test_the_complex_expression_is_printed_with_as_few_laws_as_the_simplified_one():
    answer = identify(ADMG.parse(COMPLEX), "P(Y, Z1, Z2, Z3 | do(X))")
    assert isinstance(answer, Identified)
    assert len(laws(answer.estimand)) == 3


def test_the_second_graph_has_the_hedge_that_is_printed():
    """Figure 5: the C-forests {Z1, X, Z2} and {Z2}."""
    graph = ADMG.parse("Z1 -> X -> Z2 -> Y; Z1 <-> X; Z1 <-> Z2; Z1 <-> Y; X <-> Y")
    answer = assert_not_identified(graph, "P(Y | do(X))")
    assert (answer.hedge.outer, answer.hedge.inner) == ({"Z1", "X", "Z2"}, {"Z2"})


def test_the_pruning_example_is_identified_with_all_its_detours():
    answer = identify(ADMG.parse(PRUNING), "P(y | do(x))")
    assert isinstance(answer, Identified)
    assert_identified_as(answer.graph, "P(y | do(x))", str(answer.estimand), models=1)
