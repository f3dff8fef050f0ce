"""Shpitser & Pearl (2006): "Identification of joint interventional distributions in recursive
semi-Markovian causal models", AAAI; "Identification of conditional interventional distributions",
UAI; the figures and lines are those of their (2008) "Complete identification methods".
"""

from __future__ import annotations

import pytest
from strategies.exact import assert_identified_as

from causal import ADMG, Identified, NotIdentified, certificate, identify
from causal.checker import check


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
    assert_identified_as(ADMG.parse(graph), query, formula)


def test_line_5_meets_a_hedge():
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    assert isinstance(answer, NotIdentified)
    assert (answer.hedge.outer, answer.hedge.inner) == ({"X", "Y"}, {"Y"})
    assert "two models: equal and positive in law" in check(certificate(answer))


def test_a_conditional_effect_may_be_identified_where_the_joint_one_is_not():
    """IDC, figure 6 (a): rule 2 turns the observation into an action."""
    graph = ADMG.parse("X -> Z -> Y; X <-> Z")
    assert_identified_as(graph, "P(Y | do(X), Z)", "P(Y | Z)")
    assert isinstance(identify(graph, "P(Y, Z | do(X))"), NotIdentified)


def test_a_conditional_effect_is_refused_when_what_is_left_is_a_hedge():
    """Y and Z share a hidden cause, so that the observation of Z stays one."""
    answer = identify(ADMG.parse("X -> Z -> Y; X <-> Z; Z <-> Y"), "P(Y | do(X), Z)")
    assert isinstance(answer, NotIdentified)
    assert "two models: equal and positive in law" in check(certificate(answer))


def test_the_hedge_lies_among_the_ancestors_of_what_is_asked():
    """A bow below the outcome forbids nothing; the same bow above it does."""
    assert isinstance(identify(ADMG.parse("X -> Y -> W; X <-> W"), "P(Y | do(X))"), Identified)
    assert isinstance(identify(ADMG.parse("X -> W -> Y; X <-> W"), "P(Y | do(X))"), NotIdentified)
