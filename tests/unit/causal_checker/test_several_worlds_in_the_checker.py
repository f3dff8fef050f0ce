"""Counterfactuals in the checker: random models rich enough, and two that are of the graph."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from fractions import Fraction
from itertools import product

import pytest

from causal import ADMG, Query, certificate, identify
from causal.calculus import sealed
from causal.checker import CheckError, check, coupled, models
from causal.checker.coupled import agreed, drawn
from causal.checker.obstacles import torn
from causal.checker.separation import drawn as graph_of
from causal.checker.worlds import asked

BOW = ADMG.parse("X -> Y; X <-> Y")
FRONT = ADMG.parse("X -> Z -> Y; X <-> Y")


def plain(graph: ADMG) -> dict:
    return {
        "nodes": list(graph.nodes),
        "directed": [list(edge) for edge in graph.directed],
        "bidirected": [list(edge) for edge in graph.bidirected],
    }


def comparison(graph: str, query: str, formula: str, models: int = 3) -> str:
    return agreed(graph_of(plain(ADMG.parse(graph))), asked(query), formula, models=models)


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        ("X -> Y", "P(Y[X=1]=1)", "P(Y=1 | X=1)"),
        ("X -> Y", "P(Y[X=1]=1)", "P(Y=1 | do(X=1))"),
        ("X -> Z -> Y; X <-> Y", "P(Y[X=1] | X=0)", "Σ_{Z} P(Y | X=0, Z) P(Z | X=1)"),
        ("X -> M -> Y; X -> Y", "P(Y[X=1, M=M[X=0]])", "Σ_{M} P(M | X=0) P(Y | M, X=1)"),
        ("X -> Y <- Z", "P(Y[X=1, Z->Y=0]=1)", "P(Y=1 | X=1, Z=0)"),
        ("X -> Y", "P(Y[X]=1)", "P(Y=1 | X)"),
        ("X -> Y", "P(Y=1 | do(X=1))", "P(Y=1 | X=1)"),
        ("X -> Y", "P(Y[X=1]=1, Y[X=1]=0)", "0"),
        ("X -> Y", "P(Y[X=1]=1 | X=1, Y=1)", "1"),
        ("X -> Y", 'P(Y[X="a b"]=-1)', 'P(Y=-1 | X="a b")'),
    ],
)
def test_a_right_formula_agrees(graph, query, formula):
    assert "equal in 3" in comparison(graph, query, formula)


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        ("X -> Y; X <-> Y", "P(Y[X=1]=1)", "P(Y=1 | X=1)"),
        ("X -> Z -> Y; X <-> Y", "P(Y[X=1] | X=0)", "Σ_{Z} P(Y | X=1, Z) P(Z | X=1)"),
        # as if what a unit would be in one world said nothing of what it would be in another
        ("X -> Y", "P(Y[X=1]=1, Y[X=0]=0)", "P(Y=1 | do(X=1)) P(Y=0 | do(X=0))"),
        ("A -> Y <- B", "P(Y[A=1, B=1], Y[A=0, B=0])", "P(Y | A=1, B=1) P(Y' | A=0, B=0)"),
        # right where Z and Z' are equal, and for no others
        ("X -> Y; Z", "P(Z, Z[X=1])", "P(Z)"),
        # right where Z and Z' differ, and for no others
        ("X -> Y; Z", "P(Z, Z[X=1])", "0"),
        ("X -> Y", "P(Y[X=1]=1)", "P(Y=1 | X=0)"),
        ("X -> Y", "P(Y[X=1]=1)", "1"),
        ("X -> Y", "P(Y[X=1]=1)", "0"),
    ],
)
def test_a_wrong_formula_does_not(graph, query, formula):
    with pytest.raises(CheckError, match="another number"):
        comparison(graph, query, formula)


def test_a_wrong_formula_passes_no_more_often_than_the_bound_says(monkeypatch):
    """In a small field, where it does happen."""
    monkeypatch.setattr(models, "PRIME", 211)
    monkeypatch.setattr(coupled, "PRIME", 211)
    passed, drawn_models = 0, 0
    while drawn_models < 3000:
        try:
            said = comparison("X -> Y; X <-> Y", "P(Y[X=1]=1)", "P(Y=1 | X=1)", models=1)
        except CheckError as error:
            drawn_models += "another number" in str(error)
            continue
        drawn_models, passed = drawn_models + 1, passed + 1
    assert 0 < passed / drawn_models < int(re.search(r"probability (\d+)/", said)[1]) / 211


def test_eight_kinds_are_enough_for_what_four_rows_have_in_common():
    """Two rows against two others: a law of rank four; independent rows have rank one."""
    rows = tuple(product((0, 1), repeat=2))
    law = dict(drawn({"Y": 2})("Y", frozenset(), rows))
    pairs = list(product((0, 1), repeat=2))
    matrix = [[law[one + other] for other in pairs] for one in pairs]
    assert _rank(matrix) == 4
    assert sum(law.values()) % models.PRIME == 1


def _rank(matrix: list[list[int]]) -> int:
    rank, rows = 0, [list(row) for row in matrix]
    for column in range(len(rows[0])):
        pivot = next((r for r in rows[rank:] if r[column] % models.PRIME), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        inverse = pow(pivot[column], -1, models.PRIME)
        for row in rows[rank + 1 :]:
            factor = row[column] * inverse
            row[:] = [(x - factor * y) % models.PRIME for x, y in zip(row, pivot, strict=True)]
        rank += 1
    return rank


def test_one_world_is_a_margin_of_several():
    answers = drawn({"Y": 3})
    for hidden in (frozenset(), frozenset({(frozenset("XY"), 1)})):
        both = answers("Y", hidden, ((0,), (1,)))
        for value in range(3):
            first = sum(chance for (one, _), chance in both if one == value)
            assert (first - dict(answers("Y", hidden, ((0,),)))[value,]) % models.PRIME == 0


@pytest.mark.parametrize(
    "text",
    [
        "P(Y[X=1]=1 | X=0)",
        "P(Y[X=1, M=M[X=0]])",
        "P(Y[X=0, X->Y=1]=2 | Z[], W=-1.5)",
        'P("blood type"[X=high]="1" | Z=1, V)',
        'P("blood type"="1" | do(Z=1), V)',
        "P(Y[M=M[], X->M=X[Z=1]]=True)",
    ],
)
def test_a_query_is_read_as_the_solver_reads_it(text):
    outcome, given = asked(text)
    query = Query.parse(text.replace("do(Z=1), ", ""))
    assert [event.name for event in outcome + given] == [
        term.variable for term in (*query.outcome, *query.given)
    ]
    assert [event.value.value for event in outcome] == [
        str(term).rpartition("=")[2] if term.value is not None else "" for term in query.outcome
    ]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        # 1, 1.0 and True are one value to the solver, whose answer to the first is not 0
        ("P(Y[X=1]=1, Y[X=1]=1.0)", "written in two ways"),
        ("P(Y[X=1]=1, Y[X=1]=True)", "written in two ways"),
        ("P(Y[X=1]=1, Y[X=1]=01)", "written in two ways"),
        ('P(Y[X=1]=a, Y[X=1]="a")', "written in two ways"),
        # which of the two X is set to, nobody says
        ("P(Y[X=1]=1 | do(X=0))", "mixes"),
        ("P(Y=1 | do(X=1), do(X=0))", "twice"),
    ],
)
def test_a_query_that_can_be_read_in_two_ways_is_refused(query, why):
    for answer in ({"answer": "identified", "estimand": "0"}, _no(None)):
        with pytest.raises(CheckError, match=why):
            check(_forged(FRONT, query, answer))


@pytest.mark.parametrize(
    "query",
    [
        "P(Y=1, X=0 | do(X=1))",  # is zero
        "P(Y=1, Y=0 | do(X=1))",
        "P(Y=0 | do(X=1), Y=1)",
        "P(Y=1 | do(X=1), Y=1)",  # is one
        "P(Y=1 | do(X=1), X=0)",  # is nothing
    ],
)
def test_what_cannot_be_or_must_be_is_not_called_not_identified(query):
    hedge = {"outer": ["X", "Y"], "inner": ["Y"]}
    thicket = {"law": "P(Y | do(X))", "regimes": [{"set": [], "hedge": hedge}]}
    assert "not identified" in check(_forged(BOW, "P(Y=1 | do(X=1))", _no(thicket)))
    with pytest.raises(CheckError):
        check(_forged(BOW, query, _no(thicket)))


@pytest.mark.parametrize(
    "regimes", [[], [{"set": ["Y"], "hedge": {"outer": ["X", "Y"], "inner": ["Y"]}}]]
)
def test_a_thicket_of_no_regimes_or_of_a_law_that_is_set_is_refused(regimes):
    thicket = {"law": "P(Y | do(X))", "regimes": regimes}
    with pytest.raises(CheckError, match=r"no regime|none of it is set"):
        check(_forged(BOW, "P(Y=1 | do(X=1))", _no(thicket)))


@pytest.mark.parametrize("name", ["Q", "\ud800"])
def test_a_function_of_no_variable_is_refused_in_one_line(name):
    body = certificate(identify(BOW, "P(Y[X=1]=1 | X=0)"))
    body["models"]["functions"][1]["of"] = name
    del body["digest"]
    with pytest.raises(CheckError, match="is not one of the graph"):
        check(sealed(body))


def test_worlds_within_worlds_take_no_longer_than_they_are_long():
    """Each would be worked out for each of three readers: five million times."""
    layers = range(14)
    ways = "; ".join(f"X{i} -> {v}{i} -> X{i + 1}" for i in layers for v in "ABC")
    world = "X0=1"
    for i in layers:
        world = f"X{i + 1}=X{i + 1}[{world}]"
    graph = ADMG.parse(f"{ways}; X14 -> Y")
    assert "any experiment" in check(_forged(graph, f"P(Y[{world}]=1, Y=0)", _no(None)))


def _no(thicket: object) -> dict:
    return {"answer": "not-identified", "thicket": thicket, "models": None}


def _forged(graph: ADMG, query: str, answer: dict) -> dict:
    return sealed({"schema": 2, "graph": plain(graph), "query": query} | answer)


def test_the_obstacle_is_found_where_the_solver_finds_it():
    assert torn(graph_of(plain(BOW)), asked("P(Y[X=1]=1, X=0)")) != ""
    assert torn(graph_of(plain(FRONT)), asked("P(Y[X=1]=1, X=0)")) == ""


def test_models_that_agree_on_observation_alone_are_not_equal_under_every_experiment():
    some = certificate(identify(BOW, "P(Y | do(X))", regimes=["Y"]))
    assert "equal and positive in these regimes" in check(some)
    body = {key: part for key, part in some.items() if key != "digest"}
    with pytest.raises(CheckError):
        check(sealed(body | {"thicket": None}))
    treated = {"query": "P(Y[X=1]=1 | X=0)", "thicket": None}
    with pytest.raises(CheckError):
        check(sealed(body | treated | {"models": body["models"] | {"at": {}}}))


def test_a_little_weight_moved_is_a_difference():
    no = certificate(identify(BOW, "P(Y[X=1]=1 | X=0)"))
    changed = copy.deepcopy(no)
    law = changed["models"]["noise"][0]["one"]
    law[0], law[1] = (str(Fraction(law[0]) + s * Fraction(1, 10**9)) for s in (1, 1))
    law[1] = str(Fraction(no["models"]["noise"][0]["one"][1]) - Fraction(1, 10**9))
    with pytest.raises(CheckError, match="the experiments differ"):
        check(sealed({key: part for key, part in changed.items() if key != "digest"}))


def test_what_is_given_takes_models():
    """The conflict alone says no where nothing is given; else it takes two models."""
    assert "two models: none given" in check(identify(BOW, "P(Y[X=1]=1, X=0)").certificate)
    answer = identify(BOW, "P(Y[X=1]=1 | X=0)").certificate
    done = subprocess.run(
        [sys.executable, "-m", "causal.checker", "-"],
        input=json.dumps(answer),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "NOT VERIFIED: whether what is given matters takes two models\n"
