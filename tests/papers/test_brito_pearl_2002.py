"""Brito & Pearl (2002), "Generalized instrumental variables", UAI; with the conditional instruments
of van der Zander, Textor & Liśkiewicz (2015), "Efficiently finding conditional instruments", IJCAI.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from strategies.linear import linear_model

from causal import ADMG, instruments
from causal.errors import DataError, QueryError

CONFOUNDED = "X1 -> Y; X2 -> Y; X1 <-> Y; X2 <-> Y"


def found(graph: str, x: str) -> list[str]:
    return [str(each) for each in instruments(ADMG.parse(graph), x.split(), "Y")]


def test_one_instrument_measures_one_edge() -> None:
    assert found("Z -> X -> Y; X <-> Y", "X") == ["(X -> Y) = cov(Z, Y) / cov(Z, X)"]


def test_an_instrument_that_shares_a_cause_with_the_outcome_needs_it_given() -> None:
    graph = "W -> Z -> X -> Y; W -> Y; X <-> Y"
    assert found(graph, "X") == ["(X -> Y) = cov(Z, Y | W) / cov(Z, X | W)"]


def test_the_example_of_dagitty_with_a_hidden_cause_under_the_condition() -> None:
    assert found("W -> Z -> X -> Y; W -> X; W -> Y; X <-> Y", "X") == [
        "(X -> Y) = cov(Z, Y | W) / cov(Z, X | W)"
    ]


def test_two_variables_are_instruments_together_that_are_none_alone() -> None:
    graph = f"Z1 -> {{X1, X2}}; Z2 -> {{X1, X2}}; {CONFOUNDED}"
    assert found(graph, "X1") == []
    assert found(graph, "X2") == []
    [together] = found(graph, "X1 X2")
    assert together.splitlines() == [
        "cov(Z1, Y) = (X1 -> Y) cov(Z1, X1) + (X2 -> Y) cov(Z1, X2)",
        "cov(Z2, Y) = (X1 -> Y) cov(Z2, X1) + (X2 -> Y) cov(Z2, X2)",
    ]


def test_two_variables_that_reach_the_causes_through_one_are_no_set() -> None:
    """Their third condition: the paths of two instruments may not share a way."""
    assert found(f"Z1 -> Z2 -> {{X1, X2}}; {CONFOUNDED}", "X1 X2") == []
    assert len(found(f"Z1 -> Z2 -> {{X1, X2}}; Z1 -> X1; {CONFOUNDED}", "X1 X2")) == 1


@pytest.mark.parametrize(
    ("graph", "x"),
    [
        ("Z -> X -> Y; X <-> Y", "X"),
        ("W -> Z -> X -> Y; W -> Y; X <-> Y", "X"),
        ("W -> Z -> X -> Y; W -> X; W -> Y; X <-> Y", "X"),
        (f"Z1 -> {{X1, X2}}; Z2 -> {{X1, X2}}; {CONFOUNDED}", "X1 X2"),
        (f"Z1 -> Z2 -> {{X1, X2}}; Z1 -> X1; {CONFOUNDED}", "X1 X2"),
    ],
)
def test_the_equations_give_the_coefficients_of_the_model(graph: str, x: str) -> None:
    """In exact fractions, where a regression would give others."""
    parsed = ADMG.parse(graph)
    edges, covariance = linear_model(parsed, Random(x))
    [found] = instruments(parsed, x.split(), "Y")
    assert found.coefficients(covariance) == {name: edges[name, "Y"] for name in x.split()}
    for name in x.split():
        assert covariance[name]["Y"] / covariance[name][name] != edges[name, "Y"]


def test_equations_that_say_nothing_are_refused() -> None:
    [only] = instruments(ADMG.parse("Z -> X -> Y; X <-> Y"), "X", "Y")
    with pytest.raises(DataError, match="singular"):
        only.coefficients({"Z": {"X": Fraction(0), "Y": Fraction(1)}})


def test_an_edge_that_is_not_there_has_no_coefficient() -> None:
    with pytest.raises(QueryError, match="there is none from X into Y"):
        instruments(ADMG.parse("Z -> X -> M -> Y"), "X", "Y")


def test_several_outcomes_are_asked_for_one_by_one() -> None:
    with pytest.raises(QueryError, match="Y1 and Y2 are several outcomes"):
        instruments(ADMG.parse("Z -> X -> {Y1, Y2}"), "X", ["Y1", "Y2"])
