"""A thousand hostile names through every output of an answer: nothing runs, nothing breaks out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from strategies.attacks import BOW, FOURS, NAPKIN, PIECES, renamed

from causal import Identified, NotIdentified, Query, identify
from causal.checker import check
from causal.errors import CausalError
from causal.estimation import evaluate
from causal.expression import Expression, parse
from causal.variables import quoted


@pytest.fixture(scope="module")
def answers() -> list[Identified]:
    found = [identify(*renamed(NAPKIN, four)) for four in FOURS]
    assert all(isinstance(answer, Identified) for answer in found)
    return found


@pytest.fixture(autouse=True)
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert [p.name for p in tmp_path.iterdir()] == []


def test_queries_and_formulas_are_read_back_from_their_text(answers: list[Identified]) -> None:
    for answer in answers:
        assert Query.parse(str(answer.query)) == answer.query
        assert parse(str(answer.estimand)) == answer.estimand
        for line in answer.derivation.lines():
            assert parse(str(line.expression)) == line.expression


@pytest.mark.parametrize("value", PIECES)
def test_values_and_worlds_of_a_query_are_read_back(value: str) -> None:
    name = quoted(value)
    for query in (f"P({name}={name} | do(A={name}))", f"P({name}[A={name}, B=B[{name}=1]]=1 | C)"):
        asked = Query.parse(query)
        assert Query.parse(str(asked)) == asked


COMMANDS = {
    *["text", "mid", "operatorname", "sum", "frac", "left", "right", "begin", "end"],
    *["textbackslash", "textasciicircum", "textasciitilde", "perp", "overline", "underline"],
    *r"{}$&#%_,\;",
}


def assert_harmless(latex: str) -> None:
    """Only commands of ours, every brace closed, and no mark that TeX would act on."""
    assert latex.replace("\n", " ").isprintable()
    depth = 0
    for command, mark in re.findall(r"\\([A-Za-z]+|.)|([{}$#%^~])", latex):
        assert command in COMMANDS or not command
        assert mark in ("", "{", "}")
        depth += {"{": 1, "}": -1}.get(mark, 0)
        assert depth >= 0
    assert depth == 0


def test_latex_runs_no_command_of_a_name(answers: list[Identified]) -> None:
    for answer in answers:
        assert_harmless(answer.estimand.latex())
        assert_harmless(answer.derivation.latex())


def test_plain_data_survive_json(answers: list[Identified]) -> None:
    for answer in answers:
        data = {"estimand": answer.estimand.to_dict(), "derivation": answer.derivation.to_list()}
        assert json.loads(json.dumps(data)) == data


def test_a_derivation_has_one_line_for_each_step(answers: list[Identified]) -> None:
    for answer in answers:
        shown = str(answer.derivation)
        assert len([line for line in shown.split("\n") if line.startswith("  = ")]) == len(
            answer.derivation.steps
        )


def test_certificates_verify_after_json(answers: list[Identified]) -> None:
    for answer in answers:
        sent = json.loads(json.dumps(answer.certificate))
        assert check(sent).startswith("verified: P(")


def test_a_no_verifies_too() -> None:
    for four in FOURS:
        answer = identify(*renamed(BOW, four))
        assert isinstance(answer, NotIdentified)
        assert check(json.loads(json.dumps(answer.certificate))).startswith("verified: ")
        assert f"{answer} {answer.hedge}".isprintable()


def test_the_checker_as_a_program_verifies_and_runs_nothing(tmp_path: Path) -> None:
    four = ("__import__('os').system('touch canary')", "$(touch canary)", "x\u202ey", 'a"b\\\n')
    page = tmp_path / "answer.json"
    page.write_text(json.dumps(identify(*renamed(NAPKIN, four)).certificate), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "causal.checker", page.name], capture_output=True, check=False
    )
    page.unlink()
    assert ended.returncode == 0, ended


def test_columns_with_hostile_names_are_evaluated(answers: list[Identified]) -> None:
    data = pd.DataFrame([[i >> k & 1 for k in range(4)] for i in range(16)], columns=list("abcd"))
    for four, answer in zip(FOURS[::5], answers[::5], strict=True):
        named = data.set_axis(list(four), axis=1)
        exact = answer.estimand.evaluate(named).astype(float)
        pd.testing.assert_series_equal(evaluate(answer.estimand, named).values, exact)


@pytest.mark.parametrize("attack", PIECES)
def test_hostile_text_in_place_of_a_formula_or_a_query_meets_only_our_errors(attack: str) -> None:
    for text in (attack, f"P({attack})", f"P(Y | do({attack}))", f'P("{attack}")'):
        for read in (parse, Query.parse):
            try:
                found = read(text)
            except CausalError as error:
                harmless = str(error)
                assert harmless.replace("\n", "").isprintable()
            else:
                assert isinstance(found, Expression | Query)


def test_no_text_moves_a_terminal_or_turns_a_line_around(answers: list[Identified]) -> None:
    for answer in answers:
        for shown in (answer.query, answer.estimand, *str(answer.derivation).split("\n")):
            assert str(shown).isprintable()
