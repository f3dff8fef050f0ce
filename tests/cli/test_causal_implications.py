"""``causal implications`` lists what the library lists, and judges data as ``confront`` does."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import causal
from causal.cli import causal as command
from causal.model import random_scm

VERMA = "A -> B -> C -> D; B <-> D"
NAPKIN = "W -> Z -> X -> Y; W <-> X; W <-> Y"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["implications", *arguments], standalone_mode=False)


@pytest.fixture
def rows(tmp_path: Path) -> pd.DataFrame:
    return random_scm(causal.ADMG.parse(VERMA), 4).sample(3000, rng=5)


@pytest.fixture
def study(tmp_path: Path, rows: pd.DataFrame) -> str:
    rows.to_csv(tmp_path / "study.csv", index=False)
    return str(tmp_path / "study.csv")


def test_equalities_are_listed_by_kind() -> None:
    done = run(NAPKIN, "--query", "P(Y | do(X))")
    found = causal.implications(causal.ADMG.parse(NAPKIN), "P(Y | do(X))")
    assert done.return_value == 0
    assert "Independences" not in done.output
    assert "Verma constraints\n" in done.output
    assert "Formulas that agree\n" in done.output
    assert [line.strip() for line in done.output.splitlines() if line.startswith("  ")] == [
        str(each) for each in found
    ]


def test_a_graph_that_says_nothing_of_data_is_a_no() -> None:
    done = run("X -> Y; X <-> Y")
    assert (done.return_value, done.output) == (
        1,
        "The graph implies no equality that data could violate.\n",
    )


def test_what_is_listed_is_a_basis_in_every_law_and_what_is_tested_are_pairs() -> None:
    said = run("A -> C; B; C", "--json").output
    listed = causal.implications(causal.ADMG.parse("A -> C; B; C"))
    assert json.loads(said)["independences"] == [each.to_dict() for each in listed]
    assert "A ⊥ B" in run("A -> C; B; C", "--basis", "pairwise").output


def test_what_the_limit_hides_is_announced() -> None:
    said = run("A; B; C; D", "--limit", "2").output
    assert "Left out:\n- independences after the first 2" in said
    assert json.loads(run("A; B; C; D", "--limit", "2", "--json").output)["complete"] is False


@pytest.mark.parametrize(
    ("graph", "code", "answer"),
    [(VERMA, 0, "compatible"), ("A -> B; C -> D", 1, "violated"), ("A -> B", 0, "compatible")],
)
def test_data_are_judged_as_the_library_judges_them(
    study: str, rows: pd.DataFrame, graph: str, code: int, answer: str
) -> None:
    done = run(graph, "--data", study, "--json")
    record = json.loads(done.output)
    table = causal.confront(causal.ADMG.parse(graph), rows)
    assert (done.return_value, record["answer"]) == (code, answer)
    assert [test["verdict"] for test in record["tests"]] == list(table["verdict"])
    assert [test["p"] for test in record["tests"]] == pytest.approx(list(table["p"]))


def test_a_test_that_cannot_be_done_is_null_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "deterministic.csv"
    pd.DataFrame({"A": range(40), "B": range(40), "C": range(40)}).to_csv(path, index=False)
    done = run("A -> B -> C", "--data", str(path), "--json")
    (test,) = json.loads(done.output)["tests"]
    assert (done.return_value, test["p"], test["verdict"]) == (3, None, "untestable")
    assert test["note"] in run("A -> B -> C", "--data", str(path)).output


def test_the_verdict_comes_first_and_every_test_has_a_line(study: str) -> None:
    out = run("A -> B; C -> D", "--data", study).output
    assert out.startswith("The data contradict the graph (Holm, 0.05). 3000 rows:\n")
    assert out.count("violated") == 2
    assert out.count(" ⊥ ") == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [(None, "there is no file"), ("", "cannot be read as CSV"), ("A,B\n1,2,3\n4\n5,6,7,8", "CSV")],
    ids=["no file", "empty", "ragged"],
)
def test_a_file_that_is_no_table_is_one_message(
    tmp_path: Path, text: str | None, says: str
) -> None:
    path = tmp_path / "study.csv"
    if text is not None:
        path.write_text(text)
    error = run(VERMA, "--data", str(path)).exception
    assert says in str(getattr(error, "message", error))
