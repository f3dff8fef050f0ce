"""Means and sums from data, against the models themselves, number by number, as Fractions."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from causal import (
    ADMG,
    Do,
    IdentifiedQuantity,
    NotIdentified,
    Undecided,
    certify,
    countermodels,
    identify,
    remedies,
)
from causal.errors import CausalError, QueryError, WrongEstimandError

KITE = "X -> M -> Y; X -> Y; C -> X; C -> M; C -> Y"
YES = [
    ("Z -> X -> Y; Z -> Y", "E(Y[X=1]) - E(Y[X=0])"),
    ("Z -> X -> Y; Z -> Y", "E(Y | do(X=1), Z=0) - E(Y | do(X=0), Z=0)"),
    ("X -> Y; X <-> Y", "E(Y[X=1]) - 1/2 * E(Y[X=0]) + 3"),
    ("X -> Z -> Y; X <-> Y", "E(Y[X=1] | X=0) - E(Y | X=0)"),
    ("X -> Z -> Y; X <-> Y", "P(Y[X=1] > 0) - P(Y=1 | X=0)"),
    (KITE, "E(Y[X=1, M=M[X=0]]) - E(Y[X=0])"),
    (KITE, "E(Y[X=0, M=M[X=1]]) - E(Y[X=0])"),
    ("W -> Z -> X -> Y; W <-> X; W <-> Y", "E(Y | do(X=1)) - E(Y | do(X=0))"),
    ("X -> Y; A -> B", "P(Y[X=1] > B[])"),
    ("X -> Y; A -> B", "1/3 * P(Y[X=1] != B[A=0], X=0)"),
    ("X -> Y", "E(X[X=1]) + E(Y)"),
    ("X -> Y", "-E(Y[X=1])"),
    ("X -> Y", "P(Y[X=1] > 0, Y[X=1] < 2, X=1)"),
]


@pytest.mark.parametrize(("text", "query"), YES)
@pytest.mark.parametrize("values", [2, 3])
def test_the_formula_is_the_number_in_every_model(text: str, query: str, values: int):
    graph = ADMG.parse(text)
    answer = identify(graph, query)
    assert isinstance(answer, IdentifiedQuantity)
    found = certify(graph, query, answer, models=5, values=values)
    assert found.cells == 5
    assert str(answer).startswith(f"{query} = ")


def test_a_wrong_sum_is_found_out():
    graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    right = identify(graph, "E(Y[X=1]) - E(Y[X=0])")
    wrong = IdentifiedQuantity(
        graph, right.query, (right.parts[0], (Fraction(1), right.parts[1][1]))
    )
    with pytest.raises(WrongEstimandError):
        certify(graph, right.query, wrong, models=3)


def test_a_difference_of_means_on_data_is_the_difference_by_hand():
    data = pd.DataFrame({"X": [0, 0, 1, 1, 1], "Y": [10, 20, 30, 0, 60]})
    answer = identify(ADMG.parse("X -> Y"), "E(Y[X=1]) - E(Y[X=0])")
    assert answer.evaluate(data) == 30 - 15
    assert answer.experiments == ()


def test_experiments_are_read_where_observation_does_not_do():
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "E(Y[X=1]) - E(Y[X=0])")
    assert [str(law) for law in answer.experiments] == ["P(Y | do(X=1))", "P(Y | do(X=0))"]
    arms = {Do(X=1): pd.DataFrame({"Y": [1, 1, 0, 1]}), Do(X=0): pd.DataFrame({"Y": [0, 1]})}
    assert answer.evaluate(arms) == Fraction(1, 4)


def test_one_part_without_a_formula_is_a_no_that_has_its_proof():
    graph = ADMG.parse("X -> Y; X <-> Y")
    query = "E(Y[X=1] | X=1) - E(Y[X=0] | X=1)"
    answer = identify(graph, query)
    assert isinstance(answer, NotIdentified)
    assert str(answer.query) == "P(Y[X=0] | X=1)"
    one, other = countermodels(answer).values
    assert one != other
    assert certify(graph, query, answer).models == 2
    with pytest.raises(CausalError, match="the answer is one to"):
        certify(graph, "E(Y[X=1])", answer)
    assert remedies(graph, answer.query).measure == (("X", "Y"),)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("P(Y[X=1]=1, Y[X=0]=0) - P(Y[X=1]=0, Y[X=0]=1)", "may cancel"),
        ("P(Y[X=1] > Y[X=0])", "may need less than the law"),
    ],
)
def test_what_might_cancel_is_undecided(query: str, why: str):
    """The first is P(Y[X=1]=1) - P(Y[X=0]=1) where Y has two values."""
    answer = identify(ADMG.parse("X -> Y"), query)
    assert isinstance(answer, Undecided)
    assert why in str(answer)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("E(Y | do(X))", "leaves X open"),
        ("E(Y | X)", "leaves X open"),
        ("P(Y) - P(Y[X=1]=1)", "leaves Y open"),
        ("E(Y[X])", "leaves X open"),
        ("E(Q)", "Q is not in the graph"),
        ("E(Y[X=1]", "1:9: expected a comma or the closing"),
        ("E(Y[X=1]) - ", r"expected P\(...\) or E"),
        ("E(Y | Y[X=1] > 0)", "a formula is given values"),
    ],
)
def test_what_is_no_number_is_refused(query: str, message: str):
    with pytest.raises(CausalError, match=message):
        identify(ADMG.parse("X -> Y"), query)


def test_values_that_are_no_numbers_have_no_mean():
    data = pd.DataFrame({"X": [0, 1, 1], "Y": ["low", "low", "high"]})
    answer = identify(ADMG.parse("X -> Y"), "E(Y[X=1]) - E(Y)")
    with pytest.raises(QueryError, match="which is no number"):
        answer.evaluate(data)
    with pytest.raises(QueryError, match="which is no number"):
        identify(ADMG.parse("X -> Y"), "P(Y[X=1] >= high)").evaluate(data)
    same = identify(ADMG.parse("X -> Y"), "P(Y[X=1] = high) - P(Y=high)")
    assert same.evaluate(data) == Fraction(1, 6)
