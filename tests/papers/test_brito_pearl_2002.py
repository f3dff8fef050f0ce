"""Brito & Pearl (2002), "Generalized instrumental variables", UAI; with the conditional instruments
of van der Zander, Textor & Liśkiewicz (2015), "Efficiently finding conditional instruments", IJCAI.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, islice
from random import Random

import pytest
from strategies.linear import Matrix, linear_model

from causal import ADMG, InstrumentalSet, instruments, why_no_instruments
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


OWN = "Z1 -> X1; Z2 -> X2; W -> Z1; W <-> Y; Z2 <-> W; " + CONFOUNDED


def test_definition_3_each_instrument_may_need_conditions_of_its_own() -> None:
    """Without W the first is joined to Y; given W, the second is, which is none alone."""
    assert found(OWN, "X1") == ["(X1 -> Y) = cov(Z1, Y | W) / cov(Z1, X1 | W)"]
    assert found(OWN, "X2") == []
    [together] = found(OWN, "X1 X2")
    assert together.splitlines() == [
        "cov(Z1, Y | W) = (X1 -> Y) cov(Z1, X1 | W) + (X2 -> Y) cov(Z1, X2 | W)",
        "cov(Z2, Y) = (X1 -> Y) cov(Z2, X1) + (X2 -> Y) cov(Z2, X2)",
    ]
    graph = ADMG.parse(OWN)
    assert why_no_instruments(graph, ["X1", "X2"], "Y", {"Z1": "W", "Z2": ()}) == ()


def test_a_cause_may_be_given_beside_an_instrument_of_another() -> None:
    """Theirs may be any variables that are no effects of Y: here a cause whose way is shut."""
    graph = "Z3 <-> X1; Z4 <-> X1; X1 -> X2; X1 -> Y; X2 -> Y"
    [together] = islice(instruments(ADMG.parse(graph), ["X1", "X2"], "Y"), 1)
    assert frozenset({"X2"}) in together.given


@pytest.mark.parametrize(
    ("graph", "x", "proposed", "objections"),
    [
        (  # condition 1: no effects of Y
            "Z -> X -> Y -> D; X <-> Y",
            "X",
            {"Z": "D"},
            ["D is an effect of Y, and cannot be given beside Z"],
        ),
        (
            "X -> Y -> Z; X <-> Y",
            "X",
            {"Z": ()},
            [
                "Z is an effect of Y",
                "the path Z <- Y is open and does not run over X -> Y",
            ],
        ),
        (  # condition 2: separated from Y once the edges are gone
            "W -> Z -> X -> Y; W <-> Y; X <-> Y",
            "X",
            {"Z": ()},
            ["the path Z <- W <-> Y is open and does not run over X -> Y"],
        ),
        (
            OWN,
            "X1 X2",
            {"Z1": "W", "Z2": "W"},
            [
                (
                    "given W the path Z2 <-> W <-> Y is open and does not run over "
                    "X1 -> Y and X2 -> Y, as the collider W is given"
                )
            ],
        ),
        (  # ... and the path to the cause is not blocked
            "Z -> M -> X -> Y; X <-> Y",
            "X",
            {"Z": "M"},
            ["given M Z and X are independent, so that Z says nothing about the edge"],
        ),
        (  # condition 3: paths that can be told apart
            f"Z1 -> Z2 -> {{X1, X2}}; {CONFOUNDED}",
            "X1 X2",
            {"Z1": (), "Z2": ()},
            [
                (
                    "of the 2 equations only 1 is independent: what Z1 and Z2 say about X1 and X2 "
                    "all goes through Z2"
                )
            ],
        ),
        (
            f"Z1 -> {{X1, X2}}; {CONFOUNDED}",
            "X1 X2",
            {"Z1": ()},
            ["1 equation for 2 coefficients: each cause needs an instrument"],
        ),
    ],
)
def test_every_condition_that_fails_is_named(
    graph: str, x: str, proposed: dict[str, str], objections: list[str]
) -> None:
    found = why_no_instruments(ADMG.parse(graph), x.split(), "Y", proposed)
    assert [str(each) for each in found] == objections


@pytest.mark.parametrize("seed", range(40))
def test_nothing_speaks_against_exactly_what_the_search_would_find(seed: int) -> None:
    """By exact linear models: separated, no effects of Y, and a determinant that is not zero."""
    rng = Random(seed)
    names = [f"V{i}" for i in range(6)]
    pairs = list(combinations(names, 2))
    graph = ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.5],
        bidirected=[pair for pair in pairs if rng.random() < 0.2],
    )
    edges, covariance = linear_model(graph, rng)
    for y in names:
        for x in combinations(sorted(graph.parents(y)), 2):
            others = [v for v in names if v != y]
            proposed = {
                z: frozenset(v for v in others if v != z and rng.random() < 0.3)
                for z in rng.sample(others, 2)
            }
            held = InstrumentalSet(graph, x, y, tuple(proposed), tuple(proposed.values()))
            against = why_no_instruments(graph, x, y, proposed)
            assert bool(against) is not all(
                (
                    all(each.holds(graph) for each in held.exclusions),
                    not graph.descendants(y) & frozenset(proposed).union(*proposed.values()),
                    solves(held, covariance),
                )
            )
            if not against:
                assert held.coefficients(covariance) == {v: edges[v, y] for v in x}


def solves(held: InstrumentalSet, covariance: Matrix) -> bool:
    try:
        held.coefficients(covariance)
    except DataError:
        return False
    return True


@pytest.mark.parametrize(
    ("graph", "x"),
    [
        (OWN, "X1 X2"),
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


def test_a_proposal_names_other_variables_than_the_outcome() -> None:
    graph = ADMG.parse("Z -> X -> Y; X <-> Y")
    with pytest.raises(QueryError, match="Y is the outcome"):
        why_no_instruments(graph, "X", "Y", {"Y": ()})
    with pytest.raises(QueryError, match="Z cannot be given beside Z"):
        why_no_instruments(graph, "X", "Y", {"Z": "Z"})


def test_several_outcomes_are_asked_for_one_by_one() -> None:
    with pytest.raises(QueryError, match="Y1 and Y2 are several outcomes"):
        instruments(ADMG.parse("Z -> X -> {Y1, Y2}"), "X", ["Y1", "Y2"])
