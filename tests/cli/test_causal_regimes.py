"""``causal identify --regime``: formulas by the experiments at hand, and what these leave open."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from causal.checker import check
from causal.cli import causal

PAIR = "A -> B -> D <- C; A <-> B; C <-> D"
BOTH = "P(B, D | do(A, C))"


def said(*arguments: str) -> Result:
    return CliRunner().invoke(causal, ["identify", *arguments], standalone_mode=False)


def test_two_experiments_joined_are_derived_and_the_checker_agrees() -> None:
    found = said(PAIR, BOTH, "--regime", "A", "--regime", "C")
    assert found.return_value == 0
    assert f"{BOTH} = P(B | do(A)) P(D | do(C), B)" in found.output
    sealed = said(PAIR, BOTH, "--regime", "A", "--regime", "C", "--certificate").output
    assert check(json.loads(sealed)).startswith(f"verified: {BOTH} = ")


def test_one_of_them_does_not_do_and_the_answer_says_why() -> None:
    found = said(PAIR, BOTH, "--regime", "A")
    assert found.return_value == 1
    assert "hedge  {C, D} around {D}" in found.output
    record = json.loads(said(PAIR, BOTH, "--regime", "A", "--json").output)
    assert record["answer"] == "not-identified"
    assert record["thicket"]["law"] == "P(D | do(B, C))"
    assert [one["set"] for one in record["thicket"]["regimes"]] == [[], ["A"]]


def test_an_experiment_that_sets_what_is_asked_about_is_said_to() -> None:
    found = said("X -> Y; X <-> Y", "P(Y | do(X))", "--regime", "Y")
    assert "do(Y): Y would have to be left alone" in " ".join(found.output.split())


@pytest.mark.parametrize(("regimes", "code"), [((), 0), (("",), 1), (("X",), 0), (("X,Y",), 1)])
def test_a_counterfactual_by_all_experiments_none_or_one(
    regimes: tuple[str, ...], code: int
) -> None:
    options = [word for each in regimes for word in ("--regime", each)]
    found = said("X -> Y; X <-> Y; X -> Z", "P(Y[X=1]=1 | Z[X=0]=1)", *options)
    assert found.return_value == code, found.output


def test_a_difference_of_means_by_one_experiment() -> None:
    found = said("X -> Y; X <-> Y", "E(Y[X=1]) - E(Y[X=0])", "--regime", "X")
    assert found.return_value == 0
    assert "Σ_{Y} Y P(Y | do(X=1))" in found.output


def test_who_sets_what_is_not_there_is_told_its_name() -> None:
    found = said("X -> Y", "P(Y | do(X))", "--regime", "Q")
    assert "--regime" in str(found.exception)
    assert "Q is not in the graph" in str(found.exception)
