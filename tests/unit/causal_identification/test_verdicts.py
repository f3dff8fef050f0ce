"""Identification on graphs that everybody knows: verdict, formula, what it says of itself."""

import pytest

from causal import ADMG, Identified, NotIdentified, examples, identify
from causal.errors import QueryError, UnknownVariableError


@pytest.mark.parametrize(
    ("graph", "query", "estimand"),
    [
        ("Z -> X -> Y; Z -> Y", "P(Y | do(X))", "Σ_{Z} P(Y | X, Z) P(Z)"),
        ("X -> Z -> Y; X <-> Y", "P(Y | do(X))", "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)"),
        (
            "W -> Z -> X -> Y; W <-> X; W <-> Y",
            "P(Y | do(X))",
            "(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))",
        ),
        ("X -> Y; X <-> Z; Z <-> Y", "P(Y | do(X))", "P(Y | X)"),
        # A confounded action that is no ancestor of the outcome changes nothing.
        ("V1 -> V3 -> V0 <- V2; V1 <-> V3; V2 <-> V3", "P(V3 | do(V2))", "P(V3)"),
        ("X -> Y <- Z; Z <-> X", "P(Y | do(X), Z)", "P(Y | X, Z)"),
        ("X -> Y", "P(Y)", "P(Y)"),
        ("X -> Y", "P(X | Y)", "P(X | Y)"),
    ],
)
def test_the_formula_of_a_known_graph(graph, query, estimand):
    answer = identify(ADMG.parse(graph), query)
    assert isinstance(answer, Identified)
    assert str(answer.estimand) == estimand
    assert str(answer) == f"{query} = {estimand}"


@pytest.mark.parametrize(
    ("graph", "query", "outer", "inner"),
    [
        ("X -> Y; X <-> Y", "P(Y | do(X))", "XY", "Y"),
        ("Z -> X -> Y; X <-> Y", "P(Y | do(X))", "XY", "Y"),
        ("X -> Z -> Y; X <-> Z", "P(Y | do(X))", "XZ", "Z"),
        ("Z -> X -> Y; Z <-> X; Z <-> Y", "P(Y | do(X))", "XYZ", "Y"),
    ],
)
def test_a_no_has_its_hedge(graph, query, outer, inner):
    answer = identify(ADMG.parse(graph), query)
    assert isinstance(answer, NotIdentified)
    assert (answer.hedge.outer, answer.hedge.inner) == (frozenset(outer), frozenset(inner))
    assert str(answer).startswith(f"{query} is not identified: ")


def test_a_variable_that_the_value_does_not_depend_on_is_reported():
    answer = identify(examples()["napkin"], "P(Y | do(X))")
    assert isinstance(answer, Identified)
    assert answer.free == {"Z"}


def test_a_counterfactual_is_answered_at_the_same_door():
    graph = ADMG.parse("X -> Y")
    no = identify(graph, "P(Y[X=1]=1 | X=0, Y=0)")
    assert isinstance(no, NotIdentified)
    assert "share Y's noise" in str(no)
    assert str(identify(graph, "P(Y[X=1]=1 | X=0)").estimand) == "P(Y=1 | X=1)"


def test_names_that_the_graph_lacks_are_refused():
    with pytest.raises(UnknownVariableError, match=r"Treatmnt is not in the graph.*mean Treatment"):
        identify(ADMG.parse("Treatment -> Y"), "P(Y | do(Treatmnt))")


def test_an_outcome_that_is_also_set_is_refused():
    with pytest.raises(QueryError, match="Y stands in two places"):
        identify(ADMG.parse("X -> Y"), "P(Y | do(Y))")


def test_a_long_chain_needs_no_recursion():
    n = 3000
    text = " -> ".join(f"V{i}" for i in range(n)) + f"; V0 <-> V{n - 1}"
    answer = identify(ADMG.parse(text), f"P(V{n - 1} | do(V{n - 2}))")
    assert isinstance(answer, Identified)


@pytest.mark.parametrize("graph", ["X -> Y", None, {"X": ["Y"]}])
def test_what_is_no_graph_is_refused_with_what_to_write(graph):
    with pytest.raises(TypeError, match="a graph is an ADMG"):
        identify(graph, "P(Y | do(X))")
