"""Deriving compound formulas: found ones are proven, lost ones are undecided and say how far."""

import pytest

from causal import ADMG, Derivation, Undecided, derive
from causal.errors import TextError, UnknownVariableError

BOW_AND_MORE = ADMG.parse("X -> Y -> W; X <-> Y")


@pytest.mark.parametrize(
    ("graph", "formula", "end"),
    [
        (BOW_AND_MORE, "P(W, Y | do(X)) / P(Y | do(X))", "P(W | Y)"),
        (BOW_AND_MORE, "Σ_{Y} P(Y | do(X)) P(X)", "P(X)"),
        (BOW_AND_MORE, "P(X | do(Y)) P(Y | X)", "P(X, Y)"),
        (ADMG.parse("Z -> X -> Y; Z -> Y"), "P(Y | do(X))", "Σ_{Z} P(Y | X, Z) P(Z)"),
        (
            ADMG.parse("Z -> X -> Y; Z -> Y"),
            "Σ_{X} P(Y | do(X)) P(X)",
            "Σ_{X} P(X) Σ_{Z} P(Y | X, Z) P(Z)",
        ),
    ],
)
def test_a_formula_is_derived_and_the_checker_agrees(graph, formula, end):
    found = derive(graph, formula)
    assert isinstance(found, Derivation)
    assert str(found.end) == end
    found.check(graph)


@pytest.mark.parametrize("formula", ["P(Y | do(X))", "P(Y | do(X)) P(X)"])
def test_what_is_not_found_is_undecided(formula):
    answer = derive(BOW_AND_MORE, formula)
    assert isinstance(answer, Undecided)
    assert str(answer).startswith(f"{formula} is undecided, because no derivation was found")


def test_a_formula_may_speak_of_several_values_of_a_variable():
    graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    found = derive(graph, "Σ_{X'} P(Y | do(X')) P(X') / P(Y | X)")
    assert isinstance(found, Derivation)
    assert str(found.end) == "(Σ_{X'} P(X') Σ_{Z} P(Y | X', Z) P(Z)) / P(Y | X)"
    found.check(graph)


@pytest.mark.parametrize(
    "formula",
    [
        "Σ_{X} P(Y | do(X))",  # not a function of the law: it would count the values of X
        "Σ_{X} P(Y)",
        "P(Y | do(X=1))",  # one value, and no symbol
        "P(Y | do(X, X'))",  # two values of one action
    ],
)
def test_what_no_rule_rewrites_is_undecided_soon(formula):
    assert isinstance(derive(ADMG.parse("Y -> X"), formula), Undecided)


def test_a_search_without_budget_says_so():
    answer = derive(BOW_AND_MORE, "P(W | do(X))", budget=0)
    assert isinstance(answer, Undecided)
    assert "first 0 formulas" in answer.reason


def test_bad_formulas_are_refused():
    with pytest.raises(TextError, match=r"1:\d"):
        derive(BOW_AND_MORE, "P(Y | do(X)")
    with pytest.raises(UnknownVariableError, match="Q is not in the graph"):
        derive(BOW_AND_MORE, "P(Q | do(X))")
