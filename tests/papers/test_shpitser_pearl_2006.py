"""Shpitser & Pearl (2006): "Identification of joint interventional distributions in recursive
semi-Markovian causal models", AAAI; "Identification of conditional interventional distributions",
UAI; the figures and lines are those of their (2008) "Complete identification methods".

Figures 1 and 2 of the latter are 3.9 and 3.8 of Pearl (2009), and stand there.
"""

from __future__ import annotations

import pytest
from strategies.exact import assert_identified_as, assert_not_identified
from strategies.published_id import FAIL, Graph, lines_of_id

from causal import ADMG, Identified, Query, identify

# Figure 3 of the paper on ID: the joint example of (a) is no longer identified in (b).
JOINT = "W1 -> X -> Y1; W2 -> Y2; W1 <-> W2; W1 <-> Y1; W1 <-> Y2; X <-> W2"


@pytest.mark.parametrize(
    ("line", "graph", "query", "formula"),
    [
        (1, "Z -> Y", "P(Y)", "Σ_{Z} P(Y, Z)"),
        (2, "Z -> Y -> X; X <-> Z", "P(Y | do(X))", "Σ_{Z} P(Y, Z)"),
        (3, "Z -> X -> Y; X <-> Z", "P(Y | do(X))", "P(Y | X, Z)"),
        (
            4,
            "X -> M -> Y; Z -> X; Z -> Y; X <-> Z; M <-> Y",
            "P(Y | do(X))",
            "Σ_{M, Z} P(Z) P(M, Y | X, Z)",
        ),
        (6, "X -> Y; X -> Z -> Y; X <-> Z", "P(Y | do(X, Z))", "P(Y | X, Z)"),
        (7, "W1 -> X -> Y1; W1 <-> Y1", "P(Y1 | do(X))", "Σ_{W1} P(Y1 | X, W1) P(W1)"),
    ],
)
def test_each_line_of_id_gives_the_effect(line, graph, query, formula):
    parsed, asked = ADMG.parse(graph), Query.parse(query)
    assert line in lines_of_id(Graph.of(parsed), asked.outcomes, asked.actions)
    assert_identified_as(parsed, query, formula)


def test_line_5_meets_a_hedge():
    graph = ADMG.parse("X -> Y; X <-> Y")
    assert list(lines_of_id(Graph.of(graph), frozenset("Y"), frozenset("X"))) == [FAIL]
    answer = assert_not_identified(graph, "P(Y | do(X))")
    assert (answer.hedge.outer, answer.hedge.inner) == ({"X", "Y"}, {"Y"})


@pytest.mark.parametrize("values", [2, 3])
def test_the_joint_effect_on_two_outcomes_is_a_product_of_two_districts(values):
    """Σ_{w2} P(y2, w2) Σ_{w1} P(y1 | x, w1) P(w1)."""
    formula = "(Σ_{W2} P(W2, Y2)) (Σ_{W1} P(Y1 | W1, X) P(W1))"
    assert_identified_as(ADMG.parse(JOINT), "P(Y1, Y2 | do(X))", formula, models=1, values=values)


def test_one_arrow_more_makes_a_hedge_for_both_outcomes_and_for_neither_alone():
    graph = ADMG.parse(f"{JOINT}; W1 -> W2")
    answer = assert_not_identified(graph, "P(Y1, Y2 | do(X))")
    assert answer.hedge.outer == {"W1", "W2", "X", "Y1", "Y2"}
    assert answer.hedge.inner == {"W1", "W2", "Y1", "Y2"}
    assert_identified_as(graph, "P(Y1 | do(X))", "Σ_{W1} P(Y1 | W1, X) P(W1)", models=1)
    assert_identified_as(graph, "P(Y2 | do(X))", "P(Y2)", models=1)


def test_a_conditional_effect_may_be_identified_where_the_joint_one_is_not():
    """IDC, figure 6 (a): rule 2 turns the observation into an action."""
    graph = ADMG.parse("X -> Z -> Y; X <-> Z")
    assert_identified_as(graph, "P(Y | do(X), Z)", "P(Y | Z)")
    assert_not_identified(graph, "P(Y, Z | do(X))")


def test_a_conditional_effect_is_refused_when_what_is_left_is_a_hedge():
    """Figure 6 (b): Y and Z share a hidden cause, so that the observation of Z stays one."""
    assert_not_identified(ADMG.parse("X -> Z -> Y; X <-> Z; Z <-> Y"), "P(Y | do(X), Z)")


def test_a_conditional_effect_that_no_exchange_helps_is_a_ratio():
    """Theorem 6: W stays, and P(y, w | do(x)) is divided by its margin."""
    graph = ADMG.parse("X -> Y; X -> W; Y <-> W")
    assert_identified_as(graph, "P(Y | do(X), W)", "P(Y, W | X) / P(W | X)")


def test_the_hedge_lies_among_the_ancestors_of_what_is_asked():
    """A bow below the outcome forbids nothing; the same bow above it does."""
    assert isinstance(identify(ADMG.parse("X -> Y -> W; X <-> W"), "P(Y | do(X))"), Identified)
    assert_not_identified(ADMG.parse("X -> W -> Y; X <-> W"), "P(Y | do(X))")
