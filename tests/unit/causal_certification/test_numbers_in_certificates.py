"""A certificate holds its number with the rows that it comes from, and the checker counts again."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from causal import ADMG, Query, certificate, estimate, examples, identify
from causal.calculus import sealed
from causal.certification import truth
from causal.checker import CheckError, check
from causal.errors import CertificateError, DataError, PositivityError
from causal.model import random_scm

FRONT_DOOR = examples()["front-door"]
MODEL = random_scm(FRONT_DOOR, 3)
ASKED = identify(FRONT_DOOR, "P(Y=1 | do(X=1))")


def number(answer, data) -> dict:
    whole = json.loads(json.dumps(certificate(answer, data)))
    assert "\nnumbers of " in check(whole)
    return whole["number"]


def test_the_number_is_the_estimate_and_its_interval_is_about_that_of_the_bootstrap():
    data = MODEL.sample(2000, rng=4)
    [cell] = number(ASKED, data)["cells"]
    found = estimate(ASKED, data, rng=5)
    assert cell["value"] == found.value
    assert cell["interval"] == pytest.approx(found.interval, abs=0.01)


def test_on_an_exact_law_it_is_the_truth_in_the_model_as_a_fraction():
    found = number(identify(FRONT_DOOR, "P(Y | do(X))"), MODEL.law())
    true = {
        tuple(str(cell[v]) for v in "XY"): str(value)
        for cell, value in truth(MODEL, Query.parse("P(Y | do(X))"))
    }
    assert {tuple(c["at"][v] for v in "XY"): c["value"] for c in found["cells"]} == true
    assert found["n"] == 1
    assert {c["interval"] for c in found["cells"]} == {None}


def test_a_variable_that_does_not_matter_has_its_usual_value_as_in_an_estimate():
    napkin = examples()["napkin"]
    answer, data = identify(napkin, "P(Y=1 | do(X=0))"), random_scm(napkin, 1).sample(900, rng=1)
    [cell] = number(answer, data)["cells"]
    assert cell["at"]["Z"] == str(data["Z"].mode()[0])
    assert cell["value"] == estimate(answer, data, rng=1).value


def test_words_and_numbers_that_read_alike_are_told_apart():
    data = pd.DataFrame({"X": [1, "1", 1, "1"], "Y": [0, 0, 1, 1]})
    cells = number(identify(ADMG.parse("X -> Y"), "P(Y | do(X))"), data)["cells"]
    assert {cell["at"]["X"] for cell in cells} == {"1", "'1'"}


def test_so_many_different_rows_have_a_number_without_an_interval():
    data = pd.DataFrame({"X": [i % 2 for i in range(600)], "Z": range(600), "Y": [0, 1, 1] * 200})
    answer = identify(ADMG.parse("X -> Y"), "P(Y=1 | do(X=1))")
    assert number(answer, data)["cells"][0]["interval"] is not None  # Z is not in the formula
    many = identify(ADMG.parse("Z -> X -> Y; Z -> Y"), "P(Y=1 | do(X=1))")
    with pytest.raises(PositivityError):
        certificate(many, data)
    twice = pd.concat([data, data.assign(X=1 - data["X"])])
    assert number(many, twice)["cells"][0]["interval"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 1999},
        {"n": 2000.0},
        {"n": True},
        {"n": None},
        {"of": ["Z", "X", "Y"]},
        {"of": ["X", "X", "Y"]},
        {"rows": []},
        {"rows": [["0", "0", "0", "2000"]]},
        {"rows": [["0", "0", "2000"]]},
        {"rows": [[["0"], "0", "0", "2000"]]},
        {"cells": [{"at": {}, "value": 0.5, "interval": None}]},
        {"cells": [{"at": {"X": "1", "Y": "1", "Z": "1"}, "value": 0.5, "interval": None}]},
        {"cells": [{"at": {"X": "1", "Y": "1"}, "value": True, "interval": None}]},
        {"cells": [{"at": {"X": "1", "Y": "1"}, "value": float("nan"), "interval": None}]},
        {"cells": 1},
        {"remark": "randomised"},
    ],
)
def test_what_the_rows_do_not_bear_out_is_rejected(changes):
    whole = certificate(ASKED, MODEL.sample(2000, rng=4))
    body = {key: value for key, value in whole.items() if key != "digest"}
    with pytest.raises(CheckError):
        check(sealed(body | {"number": body["number"] | changes}), models=0)


def test_a_number_belongs_to_a_formula_of_what_is_observed():
    whole = certificate(ASKED, MODEL.sample(50, rng=4))
    acting = {"answer": "equal", "estimand": whole["query"], "derivation": []}
    body = {key: value for key, value in whole.items() if key != "digest"} | acting
    with pytest.raises(CheckError, match="no action"):
        check(sealed(body), models=0)
    no = certificate(identify(examples()["bow"], "P(Y | do(X))"))
    body = {key: value for key, value in no.items() if key != "digest"}
    with pytest.raises(CheckError, match="number"):
        check(sealed(body | {"number": whole["number"]}), models=0)


def test_where_there_is_no_formula_or_no_exact_law_there_is_no_number():
    data = MODEL.sample(50, rng=4)
    with pytest.raises(DataError, match="Fractions"):
        certificate(ASKED, MODEL.law().astype(float))
    with pytest.raises(DataError, match="is never 7 in the data"):
        certificate(identify(FRONT_DOOR, "P(Y=7 | do(X=1))"), data)
    with pytest.raises(CertificateError):
        certificate(identify(FRONT_DOOR, "P(Y[X=1]=1 | X=0)"), data)


def test_data_beside_a_no_are_refused_and_not_dropped() -> None:
    no = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    with pytest.raises(CertificateError, match="no formula, so data give no number"):
        certificate(no, pd.DataFrame({"X": [0, 1], "Y": [0, 1]}))
