"""``causal counterfactual`` says what the library says, in words and as JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from strategies.commands import Ending, Run, runner

import causal

SQUAD = """{
  "exogenous": {"court": [0.3, 0.7], "nerves": [0.8, 0.2]},
  "equations": {"captain": "court", "A": "max(captain, nerves)", "B": "captain", "dead": "A or B"}
}"""
NEEDED = "P(dead[A=0]=0 | dead=1)"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys, "counterfactual")


@pytest.mark.parametrize(
    "query", [NEEDED, "E(dead[A=1]) - E(dead[A=0])", "P(dead[A=0] < dead[])", "P(A=1 | do(B=0))"]
)
def test_the_answer_is_that_of_the_library(run: Run, query: str) -> None:
    code, out, err = run(SQUAD, query, "--json")
    answer = causal.counterfactual(causal.load_model(SQUAD), query)
    record = json.loads(out)
    assert (code, err, record["schema"], record["answer"]) == (0, "", 1, "value")
    assert Fraction(record["exact"]) == answer.value
    assert record["value"] == float(answer.value or 0)
    assert record["interval"] == [record["value"]] * 2
    assert record["query"] == str(answer.query)
    assert record["engine"] == answer.engine
    assert record["assumptions"] == list(answer.assumptions)
    assert record["probability_of_evidence"] == float(answer.probability_of_evidence)
    assert record["explanation"] is None


def test_the_story_has_the_number_the_engine_and_what_it_rests_on(run: Run) -> None:
    assert run(SQUAD, NEEDED) == Ending(
        0,
        """P(dead[A=0]=0 | dead=1) = 3/38 ≈ 0.0789474

By coupled tables, exact. Provided that the mechanisms and their noise are as
the model says.
""",
        "",
    )


def test_the_explanation_goes_from_what_was_to_what_would_have_been(run: Run) -> None:
    out = run(SQUAD, "P(dead[A=0]=0 | A=1, B=0)", "--explain").out
    assert out.endswith(
        """
Had it been that A=0:

  seen      A=1, B=0
  inferred  court: 0
  inferred  nerves: 1
  A         1, would be 0
  dead      1, would be 0
  along     A -> dead
"""
    )


def test_a_change_that_goes_nowhere_is_said_to(run: Run) -> None:
    out = run(SQUAD, "P(dead[A=0]=1 | A=1, B=1)", "--explain").out
    assert "  dead      1, and would be the same\n" in out
    assert "no path: what is set changes nothing about what is asked" in out


def test_the_explanation_as_json_has_the_laws(run: Run) -> None:
    [why] = json.loads(run(SQUAD, NEEDED, "--explain", "--json").out)["explanation"]
    assert why["seen"] == ["dead=1"]
    assert why["world"] == ["A=0"]
    assert {one["name"] for one in why["noise"]} == {"court", "nerves"}
    [_, dead] = why["changes"]
    assert dead["variable"] == "dead"
    assert dead["differs"] == pytest.approx(3 / 38)
    assert why["paths"] == [["A", "dead"]]


WAGES = """
[noise]
a = "normal(12, 2)"
b = "normal(0, 3)"
c = "normal(0, 1)"
[equations]
school = "a"
skill = "0.8 * school + b"
wage = "0.5 * school + skill + c"
"""
HAD_SHE = "E(wage[school=16] | school=9, skill=8, wage=11)"


def test_real_numbers_are_explained_path_by_path(run: Run) -> None:
    out = run(WAGES, HAD_SHE, "--explain").out
    assert "  skill     8, would be 13.6 (+5.6)\n" in out
    assert out.endswith(
        """
  E(wage[school=16]) would go from 11 to 20.1, +9.1:
    +3.5  school -> wage
    +5.6  school -> skill -> wage
"""
    )


def test_evidence_of_real_numbers_has_no_probability(run: Run) -> None:
    record = json.loads(run(WAGES, HAD_SHE, "--json").out)
    assert (record["value"], record["probability_of_evidence"]) == (pytest.approx(20.1), None)


def test_the_explanation_of_real_numbers_as_json(run: Run) -> None:
    [why] = json.loads(run(WAGES, "E(wage[school=16] | wage=11)", "--explain", "--json").out)[
        "explanation"
    ]
    skill = why["changes"][1]
    assert skill["variable"] == "skill"
    assert set(skill["was"]) == {"mean", "sd", "low", "high"}
    assert skill["was"]["low"] < skill["was"]["mean"] < skill["was"]["high"]
    shares = {" ".join(each["along"]): each["share"] for each in why["contributions"]}
    assert set(shares) == {"school wage", "school skill wage"}
    assert sum(shares.values()) == pytest.approx(why["after"] - why["before"])
    assert why["before"] == pytest.approx(11)


def test_the_picture_is_written_beside_the_answer(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "why.svg"
    told = run(WAGES, HAD_SHE, "--svg", str(file))
    assert told == run(WAGES, HAD_SHE)
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert "11 → 20.1" in file.read_text(encoding="utf-8")
    code, out, err = run(WAGES, HAD_SHE, "--svg", str(tmp_path / "no" / "why.svg"))
    assert (code, out) == (2, "")
    assert "cannot be written: No such file" in err


def test_a_saved_system_that_feeds_back_is_asked_in_the_same_words(
    run: Run, tmp_path: Path
) -> None:
    market = causal.LinearSystem(
        {
            "price": causal.Linear({"demand": 0.5}, intercept=1),
            "demand": causal.Linear({"price": -1.0}, intercept=3),
        }
    )
    place = str(causal.save_model(market, tmp_path / "market"))
    asked = "E(demand[price=1] | price=2)"
    code, out, err = run(place, asked)
    assert (code, err) == (0, "")
    assert out.startswith(f"{asked} = 2.2\n")
    assert run(place, asked, "--explain").code == 2
    assert "Q" in run(place, "E(Q[price=1])").err


def test_a_model_comes_from_a_file_or_from_standard_input(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    file.write_text(SQUAD)
    told = run(SQUAD, NEEDED).out
    assert run(str(file), NEEDED).out == told
    assert run("-", NEEDED, stdin=SQUAD).out == told


def test_floats_and_fractions_on_demand(run: Run) -> None:
    assert run(SQUAD, NEEDED, "--floats").out.startswith(f"{NEEDED} = 0.0789474\n")
    assert json.loads(run(SQUAD, NEEDED, "--floats", "--json").out)["exact"] is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((SQUAD, "P(dead[A=0"), "Error: query:1:11: expected a comma or the closing ]"),
        ((SQUAD, "P(ded=1)"), "1:3: ded is not in the graph"),
        ((SQUAD, "P(dead=2)"), "Error: dead cannot be 2; it takes 0, 1"),
        ((SQUAD, "P(dead=1 | A=0, B=1)"), "Error: A=0, B=1 has probability zero"),
        ((SQUAD, "P(dead=1)", "--explain"), "sets no world"),
        (("", NEEDED), "Error: the model is empty; a model has equations, as in"),
        ((".", NEEDED), "Error: the folder '.' has no model.json, so it holds no saved model"),
        (('{"equations": {"A": "B", "B": "A"}}', "E(A)"), "feed back are a causal.LinearSystem"),
        (("nothing.json", NEEDED), "Error: there is no file 'nothing.json'"),
        (('{"equations": }', NEEDED), "Error: model:1:15: not JSON: Expecting value"),
        (('{"equations": {"A": "B +"}}', NEEDED), "Error: 1:4: in the equation of A, expected"),
    ],
)
def test_bad_input_is_one_message(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert "Traceback" not in err


def test_noise_is_asked_about_by_its_name(run: Run) -> None:
    model = '{"exogenous": {"U": [0.25, 0.75]}, "equations": {"X": "U", "Y": "1 - X"}}'
    assert run(model, "P(U=1 | Y=1)").out.startswith("P(U=1 | Y=1) = 0\n")
    code, _, err = run(model, "P(W=1 | Y=1)")
    assert (code, "W is not in the graph" in err) == (2, True)
