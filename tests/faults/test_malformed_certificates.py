"""Whatever is handed to the checker, it answers in one line, soon, and never with a traceback."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.malformed import JUNK, accepted, changed_at, places, refusal, resealed

from causal import certificate, examples, identify
from causal.checker import CheckError, check
from causal.checker.__main__ import main

YES = certificate(identify(examples()["front-door"], "P(Y | do(X))"))
NO = certificate(identify(examples()["bow"], "P(Y | do(X))"))


@settings(deadline=None)
@given(JUNK)
def test_other_json_is_no_certificate(data):
    refusal(data)


@settings(deadline=None, max_examples=300)
@given(data=st.data(), of=st.sampled_from([YES, NO]), junk=JUNK)
def test_a_certificate_with_junk_in_one_place_is_refused_or_the_same(data, of, junk):
    said = accepted(resealed(changed_at(of, data.draw(st.sampled_from(places(of))), junk)))
    # Where it is accepted, nothing that matters was changed: no models, or the same sets.
    assert said is None or said.splitlines()[0] == check(of).splitlines()[0]


@pytest.mark.parametrize("of", [YES, NO])
def test_a_certificate_without_one_part_is_refused(of):
    for way in places(of):
        changed = changed_at(of, way, drop=True)
        if accepted(changed if way[0] == "digest" else resealed(changed)) is not None:
            assert way[0] == "graph"  # a shorter list may still be a graph of which all holds


def nested(depth: int) -> list:
    data: list = []
    for _ in range(depth):
        data = [data]
    return data


HUGE = {
    "deep brackets": {"estimand": "(" * 50_000 + "P(Y)" + ")" * 50_000},
    "deep sums": {"estimand": "Σ_{X} " * 50_000 + "P(X)"},
    "no end": {"estimand": "P(Y | " + "X, " * 50_000},
    "a quote never closed": {"estimand": 'P("' + "\\" * 100_001},
    "many primes": {"estimand": "Σ_{" + ", ".join("X" + "'" * i for i in range(1, 90)) + "} P(Y)"},
    "many values to compare": {
        "estimand": "Σ_{"
        + ", ".join("X" + "'" * i for i in range(1, 12))
        + "} "
        + " ".join(f"P(Y | X{i * chr(39)}) P(Z | X{i * chr(39)})" for i in range(1, 12))
    },
    "a sum over what is not there": {"query": "Σ_{Q} P(Y)", "estimand": "Σ_{Q} P(Y)"},
    "a bracket too many": {"estimand": YES["estimand"] + " )"},
    "a bracket too few": {"estimand": "( " + YES["estimand"]},
    "nothing below": {"estimand": YES["estimand"] + " / "},
    "a sum of nothing": {"estimand": YES["estimand"] + " Σ_{X}"},
    "text of two lines": {"estimand": YES["estimand"] + "\n"},
    "a line that doubles": {
        "derivation": [
            {
                "rule": "probability",
                "from": "P(Y | do(X))",
                "to": "(P(Y | do(X)) P(Y | do(X))) / P(Y | do(X))",
                "separation": None,
                "cut_in": [],
                "cut_out": [],
            }
        ]
        * 60
    },
    "many nodes": {
        "graph": {
            "nodes": [f"V{i}" for i in range(20_000)],
            "directed": [[f"V{i}", f"V{i + 1}"] for i in range(19_999)],
            "bidirected": [],
        }
    },
    "a vertex twice": {"graph": {**YES["graph"], "nodes": ["X", *YES["graph"]["nodes"]]}},
    "a schema that only counts as one": {"schema": True},
    "a schema with a fraction": {"schema": 1.0},
    "a cycle": {
        "graph": {"nodes": ["X", "Y"], "directed": [["X", "Y"], ["Y", "X"]], "bidirected": []}
    },
    "a loop": {"graph": {"nodes": ["X"], "directed": [["X", "X"]], "bidirected": [["X", "X"]]}},
    "no end of brackets": {"derivation": nested(900)},
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_or_twisted_yes_is_refused_soon(name):
    refusal(resealed(YES | HUGE[name]))


@pytest.mark.parametrize("rows", [["1/3", "1/3"], ["2/3", "2/3"], ["1"], []])
def test_probabilities_sum_to_one_in_every_row(rows):
    """Alike in all rows of both models, so that no comparison of the two finds it."""
    models = copy.deepcopy(NO["models"])
    for table in models["one"] + models["other"]:
        table["rows"] = [rows for _ in table["rows"]]
    refusal(resealed(NO | {"models": models}))


def test_a_model_in_which_less_than_everything_happens_is_refused():
    """Half of all probability is gone from both; laws and answers are as stated all the same."""
    models = copy.deepcopy(NO["models"])
    for which in ("one", "other"):
        row = models[which][0]["rows"][0]
        row[:] = [str(Fraction(text) / 2) for text in row]
    models["values"] = [str(Fraction(text) / 2) for text in models["values"]]
    with pytest.raises(CheckError, match="are not laws"):
        check(resealed(NO | {"models": models}))


def test_a_model_reads_what_the_graph_lets_it_read():
    """Two models of the bow, under a graph in which its arrow is turned round."""
    nodes, edge = ["X", "Y"], [["X", "Y"]]
    graph = {"nodes": nodes, "directed": [["Y", "X"]], "bidirected": edge}
    no = NO | {"graph": graph, "query": "P(X | do(Y))", "hedge": {"outer": nodes, "inner": ["X"]}}
    with pytest.raises(CheckError, match="is not one of the graph"):
        check(resealed(no))


@pytest.mark.parametrize(
    "junk", ["*", "0", "2", "P()", "P(Y|)", "P(Y | do())", "X", "Σ", "P(Y | X"]
)
def test_what_is_no_formula_is_not_passed_over(junk):
    for text in (f"{YES['estimand']} {junk}", f"{junk} {YES['estimand']}"):
        refusal(resealed(YES | {"estimand": text}))


@pytest.mark.parametrize("models", [{}, [], "", 0, False])
def test_models_are_two_or_none(models):
    refusal(resealed(NO | {"models": models}))


@pytest.mark.parametrize("key", ["outer", "inner"])
def test_a_hedge_is_made_of_variables(key):
    hedge = NO["hedge"] | {key: [*NO["hedge"][key], "nobody"]}
    refusal(resealed(NO | {"hedge": hedge}))


@pytest.mark.parametrize("text", ["1e999999999", "1/0", "-1/2", "nan", "1" * 5000, "½", "0.5", ""])
def test_a_probability_is_a_plain_fraction(text):
    models = copy.deepcopy(NO["models"])
    models["one"][0]["rows"][0][0] = text
    refusal(resealed(NO | {"models": models}))


def test_variables_with_many_values_are_refused_soon():
    models = copy.deepcopy(NO["models"])
    many = ["1/20000"] * 20_000
    for which in ("one", "other"):
        models[which] = [
            {"of": ["X", "Y"], "reads": [], "rows": [many]},
            {"of": "X", "reads": [], "rows": [many]},
            {"of": "Y", "reads": [], "rows": [many]},
        ]
    refusal(resealed(NO | {"models": models}))


def test_sets_under_each_other_s_names_are_refused():
    """In whatever order the keys stand: what counts is what they say."""
    steps = copy.deepcopy(YES["derivation"])
    step = next(step for step in steps if step["separation"])
    sets = step["separation"]
    step["separation"] = {key: sets[key] for key in ("given", "other", "one")}
    assert check(resealed(YES | {"derivation": steps})).startswith("verified: ")
    step["separation"] = {"other": sets["one"], "one": sets["other"], "given": sets["given"]}
    refusal(resealed(YES | {"derivation": steps}))


def test_models_with_more_states_than_are_enumerated_are_refused_soon():
    models = copy.deepcopy(NO["models"])
    for which in ("one", "other"):
        models[which][0]["rows"] = [["1/100000"] * 100_000]
    refusal(resealed(NO | {"models": models}))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", 2),
        (b"{", 2),
        (b"\xff\xfe", 2),
        (b"[" * 100_000, 2),
        (b"9" * 10_000, 2),
        (b'{"schema": 1, "schema": 1}', 2),
        (b"[]", 1),
        (b"null", 1),
        (b"NaN", 1),
        (b'{"answer": "\\ud800\\u001b[2J"}', 1),
        (json.dumps(resealed(YES | {"query": "P(\x1b[2J | \ud800)"})).encode(), 1),
    ],
)
def test_the_command_says_what_is_wrong_and_ends_well(raw, code, tmp_path, capfdbinary):
    path = tmp_path / "answer.json"
    path.write_bytes(raw)
    assert main([str(path)]) == code
    out, err = capfdbinary.readouterr()
    assert len((out + err).splitlines()) == 1
    assert b"\x1b" not in out + err


def test_the_command_reads_its_standard_input():
    command = [sys.executable, "-m", "causal.checker", "-"]
    for data, code in ((json.dumps(YES).encode(), 0), (b"[]", 1), (b"[", 2)):
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        assert done.returncode == code
        assert b"Traceback" not in done.stderr
