"""Shpitser & Pearl (2007), "What counterfactuals can be tested", and (2008), JMLR 9.

The running example: X -> W -> Y <- Z <- D with X <-> Y, and P(y_x | x', z_d, d).
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from causal import (
    ADMG,
    SCM,
    Do,
    Identified,
    Noise,
    NotIdentified,
    Response,
    Table,
    certify,
    counterfactual,
    experiments,
    identify,
    parallel_worlds,
)
from causal.expression import ONE, alike, parse

RUNNING = ADMG.parse("X -> W -> Y <- Z <- D; X <-> Y")
QUERY = "P(Y[X=1]=1 | X=0, Z[D=0]=0, D=0)"


def test_the_counterfactual_graph_of_the_running_example():
    """Z_d is Z as D is d; the world of x and the factual one share D, Z and the noise."""
    found = parallel_worlds(RUNNING, QUERY).to_admg()
    expected = ADMG.of(
        directed=[("D", "Z"), ("Z", "Y[X=1]"), ("W[X=1]", "Y[X=1]")], bidirected=[("X", "Y[X=1]")]
    )
    assert found == expected


def test_the_formula_of_the_running_example_in_experiments():
    answer = identify(RUNNING, QUERY)
    published = parse("Σ_{W} P(Y=1, X=0 | do(W, Z=0)) P(W | do(X=1)) / P(X=0)")
    assert alike(answer.derivation.by_experiment, published)


def test_the_formula_of_the_running_example_in_observation():
    answer = identify(RUNNING, QUERY)
    assert str(answer.estimand) == "Σ_{W} P(W | X=1) P(Y=1 | W, X=0, Z=0)"
    assert answer.experiments == ()
    assert certify(RUNNING, QUERY, answer, models=10).cells == 10


def test_the_number_of_the_running_example():
    """By hand: W is X, Z is D, and Y is one where two of W, Z and the shared cause are."""
    half = "1/2, 1/2"
    model = SCM(
        RUNNING,
        {
            "D": Table((), half),
            "X": Table("U", {0: "3/4, 1/4", 1: "1/4, 3/4"}),
            "W": Response("X", {0: 0, 1: 1}),
            "Z": Response("D", {0: 0, 1: 1}),
            "Y": Response.of(("W", "Z", "U"), lambda w, z, u: int(w + z + u > 1)),
        },
        [Noise("U", half)],
    )
    answer = identify(RUNNING, QUERY)
    # With W = 1 and Z = 0, Y is U; and P(U = 1 | X = 0) = 1/4.
    assert counterfactual(model, QUERY).value == Fraction(1, 4)
    by_experiment = answer.derivation.by_experiment
    laws = experiments(model, by_experiment)
    assert by_experiment.evaluate(laws).tolist() == [Fraction(1, 4)]
    assert Do(X=1) in laws


def test_the_joint_keeps_what_is_seen():
    """The joint of the running example: D, Z and X are events of it, each with its value."""
    answer = identify(RUNNING, "P(Y[X=1]=1, X=0, Z[D=0]=0, D=0)")
    published = parse("P(D=0, Z=0) Σ_{W} P(W | X=1) P(X=0) P(Y=1 | W, X=0, Z=0)")
    assert certify(RUNNING, str(answer.query), answer, models=5).cells == 5
    assert {"D", "W", "X", "Y", "Z"} == answer.estimand.variables
    assert str(answer.estimand).count("X=0") == str(published).count("X=0")


@pytest.mark.parametrize(
    ("graph", "query"),
    [
        # Lemma: joint laws of two worlds of one variable are beyond experiments.
        ("X -> Y", "P(Y[X=1]=1, Y[X=0]=0)"),
        ("X -> Y", "P(Y[X=1]=0, X=0, Y=1)"),
        ("X -> Y; X <-> Y", "P(Y[X=1]=1, X=0)"),
        ("X -> Y; X <-> Y", "P(Y[X=1]=1 | X=0)"),
        ("X -> W -> Y; W <-> Y", "P(Y[X=1]=1, W[X=0]=0)"),
        ("X -> Z; X -> Y; Z <-> Y", "P(Y[X=1]=1, Z[X=0]=0)"),
    ],
)
def test_what_no_experiment_tells(graph: str, query: str):
    assert isinstance(identify(ADMG.parse(graph), query), NotIdentified)


def test_effectiveness():
    graph = ADMG.parse("X -> Y")
    assert identify(graph, "P(X[X=1]=1)").estimand == ONE
    assert str(identify(graph, "P(X[X=1]=0)").estimand) == "0"
    with_both = identify(graph, "P(X[X=1]=1, Y[X=1]=1)")
    assert with_both.estimand == identify(graph, "P(Y[X=1]=1)").estimand


def test_composition():
    """Where X is seen to be x, Y had X been x is Y."""
    graph = ADMG.parse("X -> Y; X <-> Y")
    assert str(identify(graph, "P(Y[X=1]=1, X=1)").estimand) == "P(X=1, Y=1)"
    assert str(identify(graph, "P(Y[X=1]=1 | X=1)").estimand) == "P(Y=1 | X=1)"
    assert str(identify(graph, "P(Y[X=1]=1 | X=1, Y=0)").estimand) == "0"


def test_the_treated_in_the_graphs_where_they_are_identified():
    """The back door and the front door (Pearl 2009, section 11.9.1)."""
    back_door = identify(ADMG.parse("Z -> X -> Y; Z -> Y"), "P(Y[X=1] | X=0)")
    assert alike(back_door.estimand, parse("Σ_{Z} P(Y | X=1, Z) P(Z | X=0)"))
    front_door = identify(ADMG.parse("X -> Z -> Y; X <-> Y"), "P(Y[X=1] | X=0)")
    assert alike(front_door.estimand, parse("Σ_{Z} P(Y | X=0, Z) P(Z | X=1)"))
    assert isinstance(front_door, Identified)
