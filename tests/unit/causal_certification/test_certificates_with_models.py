"""A "no" carries its two models where they can be enumerated, and its hedge in any case."""

from __future__ import annotations

import json

import pytest

from causal import ADMG, CausalError, certificate, examples, identify
from causal.calculus import sealed
from causal.checker import CheckError, check


def chain(n: int) -> ADMG:
    """A long way from the bow to the outcome: the parity is carried along all of it."""
    return ADMG.parse("V0 <-> V1; " + "; ".join(f"V{i} -> V{i + 1}" for i in range(n)))


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_a_no_carries_two_models_that_the_checker_enumerates(n):
    whole = certificate(identify(chain(n), f"P(V{n} | do(V0))"))
    assert check(json.loads(json.dumps(whole))).splitlines()[1].startswith("two models: equal")


@pytest.mark.parametrize("n", [15, 20, 60])
def test_a_no_with_models_too_large_to_enumerate_carries_its_hedge(n):
    answer = identify(chain(n), f"P(V{n} | do(V0))")
    assert certificate(answer) == answer.certificate
    assert check(answer.certificate).splitlines()[1] == "two models: none given"


def test_two_models_that_agree_on_the_answer_refute_nothing():
    whole = certificate(identify(examples()["bow"], "P(Y | do(X))"))
    models, value = whole["models"], whole["models"]["values"][0]
    models = models | {"other": models["one"], "values": [value, value]}
    body = {key: part for key, part in whole.items() if key != "digest"}
    with pytest.raises(CheckError, match="two different answers"):
        check(sealed(body | {"models": models}))


def test_bystanders_are_left_out_of_the_models():
    graph = ADMG.parse("X -> Y; X <-> Y; " + "; ".join(f"B{i} -> B{i + 1}" for i in range(40)))
    models = certificate(identify(graph, "P(Y | do(X))"))["models"]
    assert [table["of"] for table in models["one"]] == [["X", "Y"], "X", "Y"]


def test_values_that_the_query_fixes_are_places_in_the_tables():
    answer = identify(examples()["bow"], "P(Y=7 | do(X=3))")
    whole = certificate(answer)
    assert whole["query"] == "P(Y | do(X))"
    assert check(whole).splitlines()[1].startswith("two models: equal and positive")


def test_a_yes_carries_the_same_either_way_and_an_open_question_nothing():
    yes = identify(examples()["front-door"], "P(Y | do(X))")
    assert certificate(yes) == yes.certificate
    with pytest.raises(CausalError, match="open question has nothing to certify"):
        certificate(identify(examples()["front-door"], "P(Y[X=Z[]]=1)"))
