"""``causal identify`` on counterfactuals: formula and reason in words, and the schema of others."""

from __future__ import annotations

import json

import pytest
from strategies.commands import Run, runner

from causal.checker import check

BOW = "X -> Y; X <-> Y"
KEYS = ["schema", "answer", "query", "estimand", "latex", "free", "derivation", "hedge"]
STEP = ["rule", "from", "to", "separation", "cut_in", "cut_out", "why"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys, "identify")


def test_a_formula_comes_with_its_reasons(run: Run) -> None:
    code, out, _ = run("X -> Z -> Y; X <-> Y", "P(Y[X=1] | X=0)", "--proof")
    assert code == 0
    assert "P(Y[X=1] | X=0) = Σ_{Z} P(Y | X=0, Z) P(Z | X=1)" in out
    assert "no hidden cause joins X and Y; Z" in out


def test_a_formula_over_experiments_says_why_it_needs_them(run: Run) -> None:
    code, out, _ = run(BOW, "P(Y[X=1]=1)")
    assert code == 0
    assert out.startswith("Identified. Experiments determine it:")
    assert "Observation alone does not. P(Y=1 | do(X=1)) needs an experiment" in out


def test_a_no_says_what_stands_against_what_and_when_it_would_be_a_yes(run: Run) -> None:
    code, out, _ = run(BOW, "P(Y[X=1]=1 | X=0)")
    assert code == 1
    assert out.startswith("Not identified. Neither observation nor any experiment gives")
    assert "conflict  X=0 against Y[X=1]=1" in out
    assert "  (P(Y=1 | do(X=1)) - P(X=1, Y=1)) / P(X=0)\n" in out
    assert out.endswith("\n  a measurement of what X and Y share\n  a reason to rule out X <-> Y\n")
    nowhere = run("X -> Y", "P(Y[X=1]=1, Y[X=0]=0)").out
    assert "would make it computable" not in nowhere
    assert all(len(line) <= 80 for line in out.splitlines())


def test_the_schema_is_that_of_every_answer(run: Run) -> None:
    yes = json.loads(run("X -> Z -> Y; X <-> Y", "P(Y[X=1] | X=0)", "--json").out)
    assert list(yes) == KEYS
    assert yes["answer"] == "identified"
    assert [list(step) for step in yes["derivation"]] == [STEP] * 3
    no = json.loads(run(BOW, "P(Y[X=1]=1 | X=0)", "--json").out)
    assert list(no) == [*KEYS, "conflict"]
    assert no["hedge"] == {"outer": ["X", "Y"], "inner": ["X", "Y"]}
    assert no["conflict"]["one"] == "X=0"
    assert no["conflict"]["if_binary"] == "(P(Y=1 | do(X=1)) - P(X=1, Y=1)) / P(X=0)"


def test_latex_sets_values(run: Run) -> None:
    out = run("X -> Z -> Y; X <-> Y", "P(Y[X=1] | X=0)", "--latex").out
    assert out == "\\sum_{Z} P(Y \\mid X = 0, Z) \\, P(Z \\mid X = 1)\n"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("P(Y[X=1] | X[X=1]=0)", "has probability zero in every model of the graph"),
        ("P(Y[X] | X)", "write the values, such as X=1"),
        ("P(Y[Z=1])", "Z is not in the graph"),
    ],
)
def test_misuse_is_one_clear_message(run: Run, query: str, message: str) -> None:
    code, out, err = run(BOW, query)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_difference_of_means_is_one_formula_part_by_part(run: Run) -> None:
    code, out, err = run("Z -> X -> Y; Z -> Y", "E(Y[X=1]) - E(Y[X=0])")
    assert (code, err) == (0, "")
    assert out.startswith(
        "Identified. What is observed determines it:\n\n  E(Y[X=1]) - E(Y[X=0])\n"
    )
    assert "    = Σ_{Y} Y Σ_{Z} P(Y | X=1, Z) P(Z)\n      - Σ_{Y} Y Σ_{Z}" in out
    proof = run("Z -> X -> Y; Z -> Y", "E(Y[X=1]) - E(Y[X=0])", "--proof").out
    assert proof.startswith(out.rstrip("\n"))
    assert proof.count("the do-calculus") == 2
    record = json.loads(run(BOW, "E(Y[X=1]) - E(Y[X=0])", "--json").out)
    assert list(record) == KEYS
    assert record["estimand"] == "Σ_{Y} Y P(Y | do(X=1)) - Σ_{Y} Y P(Y | do(X=0))"
    latex = run(BOW, "E(Y[X=1])", "--latex").out
    assert latex == "\\sum_{Y} Y P(Y \\mid do(X = 1))\n" or latex.startswith("\\sum_{Y} Y P(Y")


def test_a_sum_with_a_part_that_has_no_formula_says_which(run: Run) -> None:
    code, out, _ = run(BOW, "E(Y[X=1] | X=1) - E(Y[X=0] | X=1)")
    assert code == 1
    assert out.startswith("E(Y[X=1] | X=1) - E(Y[X=0] | X=1) has no formula, as one of its parts")
    assert "conflict  X=1 against Y[X=0]" in out
    record = json.loads(run(BOW, "E(Y[X=1] | X=1) - E(Y[X=0] | X=1)", "--json").out)
    assert record["answer"] == "not-identified"
    code, out, _ = run("X -> Y", "P(Y[X=1] > Y[X=0])")
    assert code == 3
    code, _, err = run(BOW, "E(Y[X=1])", "--certificate")
    assert code == 2
    assert "a sum has no certificate of its own" in err


@pytest.mark.parametrize(
    ("arguments", "ending", "said"),
    [
        (("X -> Z -> Y; X <-> Y", "P(Y[X=0]=1 | X=1)"), 0, "random models of 2 worlds: equal in 3"),
        ((BOW, "P(Y[X=0]=1 | X=1)"), 1, "two models: equal and positive under all experiments"),
        ((BOW, "P(Y[X=0], Y[X=1])"), 1, "two models: equal and positive under all experiments"),
        ((BOW, "E(Y[X=1] | X=0)"), 1, "two models: equal and positive under all experiments"),
        ((BOW, "P(Y | do(X))", "--regime", "Y"), 1, "two models: equal and positive in these"),
    ],
)
def test_a_certificate_is_what_the_checker_reads(run: Run, arguments, ending, said) -> None:
    code, out, _ = run(*arguments, "--certificate")
    assert code == ending
    assert said in check(json.loads(out))
