"""Broken certificates of counterfactuals and of experiments: one line, soon, and no traceback."""

from __future__ import annotations

import copy
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.malformed import JUNK, accepted, changed_at, places, refusal, resealed

from causal import ADMG, certificate, identify
from causal.checker import check

BOW = ADMG.parse("X -> Y; X <-> Y")
FRONT = ADMG.parse("X -> Z -> Y; X <-> Y")
YES = certificate(identify(FRONT, "P(Y[X=1]=1 | X=0)"))
NO = certificate(identify(BOW, "P(Y[X=1]=1 | X=0)"))
OPEN = certificate(identify(BOW, "P(Y[X=1], Y[X=0])"))
SOME = certificate(
    identify(ADMG.parse("X -> Y <- W; X <-> Y; W"), "P(Y | do(X))", regimes=["W", "Y"])
)
ALL = [YES, NO, OPEN, SOME]


@settings(deadline=None, max_examples=300)
@given(data=st.data(), of=st.sampled_from(ALL), junk=JUNK)
def test_junk_in_one_place_is_refused_or_says_the_same(data, of, junk):
    changed = changed_at(of, data.draw(st.sampled_from(places(of))), junk)
    said = accepted(resealed(changed))
    if said is not None:
        assert said.splitlines()[0].split(" by ")[0] == check(of).splitlines()[0].split(" by ")[0]


@pytest.mark.parametrize("of", ALL)
def test_one_part_less_is_refused(of):
    for way in places(of):
        changed = changed_at(of, way, drop=True)
        if accepted(changed if way[0] == "digest" else resealed(changed)) is not None:
            # A smaller graph, or fewer regimes, of which it holds.
            assert way[0] in ("graph", "thicket")


@pytest.mark.parametrize(
    "query",
    [
        "P(Y[X=1]=1 | X=0",
        "P(Y[X=1]=1 | X=0))",
        "P(Y[X=1=1 | X=0)",
        "P(Y[X=1]= | X=0)",
        "P(Y[X=1, X=0]=1)",
        "P(Y[X=1]=1 | X=0 | X=0)",
        "P(Y[X=Z[X=1]]=1)",
        "P(Y[Y->X=1]=1)",
        "P(Q[X=1]=1)",
        "P(Y[Q=1]=1)",
        "P()",
        "",
        "Y[X=1]",
        "P(Y[X=1]=1 | do())",
        "P(" + ", ".join(f"Y[X={i}]=1" for i in range(40)) + ")",
        "P(Y" + "[X=X" * 3_000 + "[]" + "]" * 3_000 + "=1)",
        "P(Y[X=1]=1 | X=0, X=1)",
    ],
)
def test_a_twisted_query_is_refused(query):
    for of in (YES, NO):
        refusal(resealed(of | {"query": query}))


@pytest.mark.parametrize(
    "formula",
    ["", "P(Y=)", "Σ_{Z=1} P(Y, Z=1)", "P(Y=1, Y=0)", "P(Q)", "P(Y=1 | X=1", "00", "1 / 0", "\x1b"],
)
def test_a_twisted_formula_is_refused(formula):
    refusal(resealed(YES | {"estimand": formula}))


def test_an_old_reader_finds_another_schema():
    """Old checkers know schema 1 alone; and nothing of schema 2 is taken for one of schema 1."""
    for of in ALL:
        assert of["schema"] == 2
        refusal(resealed(of | {"schema": 1}))
        refusal(resealed(of | {"schema": 2.0}))
        refusal(resealed(of | {"schema": 3}))
    plain = certificate(identify(FRONT, "P(Y | do(X))"))
    assert plain["schema"] == 1
    assert check(plain).startswith("verified: ")


def test_models_too_large_are_refused_soon():
    many = ["1/1000"] * 1_000
    noise = [{"of": [v], "one": many, "other": many} for v in "XY"]
    functions = [{"of": v, "reads": [[v]], "values": ["0", "1"], "is": [0, 1] * 500} for v in "XY"]
    models = NO["models"] | {"noise": noise, "functions": functions}
    said = refusal(resealed(NO | {"models": models}))
    assert said == "too many units"


def test_many_worlds_are_too_large_and_say_so():
    graph = ADMG.parse("A -> Y; B -> Y; C -> Y; D -> Y")
    rows = product((0, 1), repeat=4)
    worlds = ", ".join(f"Y[A={a}, B={b}, C={c}, D={d}]=1" for a, b, c, d in rows)
    yes = certificate(identify(graph, "P(Y[A=1]=1)")) | {"query": f"P({worlds})"}
    assert "more than" in refusal(resealed(yes | {"estimand": "1"}))


def test_models_that_differ_nowhere_or_everywhere_refute_nothing():
    models = copy.deepcopy(NO["models"])
    for noise in models["noise"]:
        noise["other"] = noise["one"]
    assert refusal(resealed(NO | {"models": models})) == "these are not two answers"
    models = copy.deepcopy(NO["models"])
    models["noise"][0]["other"] = models["noise"][0]["one"][::-1]
    assert refusal(resealed(NO | {"models": models})) == "the experiments differ"


def test_noise_is_shared_where_the_graph_says_so():
    """The models of a bow, and a graph without ``<->`` in which there is an obstacle as well."""
    graph = {"nodes": ["X", "Y"], "directed": [["X", "Y"]], "bidirected": []}
    no = OPEN | {"graph": graph, "models": NO["models"]}
    assert "no hidden causes join" in refusal(resealed(no))
