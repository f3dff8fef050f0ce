"""``causal bounds`` says what the library says, and ends with the code of its answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from strategies.commands import Ending, Run, runner

TRIAL, BOW = "Z -> X -> Y; X <-> Y", "X -> Y; X <-> Y"
EFFECT = "E(Y[X=1]) - E(Y[X=0])"
VITAMIN_A = """Z,X,Y,children
0,0,0,74
0,0,1,11514
1,0,0,34
1,0,1,2385
1,1,0,12
1,1,1,9663
"""
LIPIDS = """Z,X,Y,share
0,0,0,0.4595
0,0,1,0.0405
1,0,0,0.1575
1,0,1,0.0365
1,1,0,0.0695
1,1,1,0.2365
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    bounds = runner(monkeypatch, capsys, "bounds")

    def call(*arguments: str, **files: str) -> Ending:
        for name, text in files.items():
            Path(f"{name}.csv").write_text(text, encoding="utf-8")
        return bounds(*arguments)

    return call


def test_a_law_of_exact_probabilities_has_no_limits_of_sampling(run: Run) -> None:
    code, out, err = run(TRIAL, EFFECT, "law.csv", "--law", "share", law=LIPIDS)
    assert (code, err) == (0, "")
    assert out.startswith(f"{EFFECT} lies between 0.392 and 0.78.\n\nSharp: ")
    assert "  it >= P(X=0, Y=0 | Z=0) + P(X=1, Y=1 | Z=1) - 1 = 0.392\n" in out
    assert "confidence" not in out


def test_counted_rows_are_units(run: Run) -> None:
    code, out, _ = run(TRIAL, EFFECT, "a.csv", "--counts", "children", "--json", a=VITAMIN_A)
    record = json.loads(out)
    assert (code, record["answer"], record["n"]) == (0, "bounded", 23682)
    assert record["lower"] == pytest.approx(-0.1946228, abs=5e-8)
    assert record["confidence"][0] < record["lower"] < record["upper"] < record["confidence"][1]
    assert [one["side"] for one in record["certificates"]] == ["lower", "upper"]


def test_experiments_stand_beside_observations(run: Run) -> None:
    seen = "X,Y,p\n0,0,972/2000\n0,1,28/2000\n1,0,998/2000\n1,1,2/2000\n"
    trial = {"treated": "Y,p\n0,0.984\n1,0.016\n", "untreated": "Y,p\n0,0.986\n1,0.014\n"}
    given = ["--experiment", "do(X=1)=treated.csv", "--experiment", "do(X=0)=untreated.csv"]
    query = "P(Y[X=0]=0 | X=1, Y=1)"
    out = run(BOW, query, "seen.csv", *given, "--law", "p", seen=seen, **trial).out
    assert out.startswith(f"{query} is 1.\n")


def test_a_law_without_a_model_ends_with_one_and_the_inequality(run: Run) -> None:
    bad = LIPIDS.replace("0.0365", "0.3").replace("0.2365", "0.0")
    bad = bad.replace("0.1575", "0.1").replace("0.0695", "0.1")
    code, out, _ = run(TRIAL, EFFECT, "law.csv", "--law", "share", "--json", law=bad)
    record = json.loads(out)
    assert (code, record["answer"], record["lower"]) == (1, "falsified", None)
    assert "P(X=0, Y=0 | Z=0) + P(X=0, Y=1 | Z=1) <= 1" in record["reason"]


def test_monotone_arrows_are_assumptions_that_are_listed(run: Run) -> None:
    out = run(TRIAL, EFFECT, "law.csv", "--law", "share", "--monotone", "X -> Y", law=LIPIDS).out
    assert "- Y is never lower for a higher X\n" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([EFFECT, "none.csv"], "there is no file 'none.csv'"),
        ([EFFECT], "there is no data: name DATA.csv"),
        ([EFFECT, "law.csv", "--law", "p"], "has no column 'p'"),
        ([EFFECT, "law.csv", "--law", "share", "--counts", "share"], "not both"),
        ([EFFECT, "law.csv", "--counts", "share"], "no number of units"),
        (["E(Y[X=1]) - E(Q)", "law.csv", "--law", "share"], "query:1:15: Q is not in the graph"),
        (["E(Y[X=1]", "law.csv", "--law", "share"], "query:1:9: expected a comma"),
        (["E(Y[X=7])", "law.csv", "--law", "share"], "X cannot be 7"),
        ([EFFECT, "law.csv", "--law", "share", "--monotone", "Z -> Y"], "no arrow Z -> Y"),
        ([EFFECT, "law.csv", "--law", "share", "--experiment", "X=1"], "is no experiment"),
        ([EFFECT, "law.csv", "--law", "share", "--level", "2"], "between 0 and 1"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(run: Run, arguments: list[str], says: str) -> None:
    code, out, err = run(TRIAL, *arguments, law=LIPIDS)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert says in err
    assert "Traceback" not in err


SEEN = "X,Y\n0,1\n1,0\n1,1\n0,0\n"


def test_a_value_that_the_data_lack_can_be_declared(run: Run) -> None:
    code, out, err = run(BOW, "P(Y[X=1]=2)", "d.csv", d=SEEN)
    assert (code, out) == (2, "")
    assert err == (
        'Error: Y cannot be 2; it takes 0, 1; --values "Y=..." declares what it can be\n'
    )
    code, out, _ = run(BOW, "P(Y[X=1]=2)", "d.csv", "--values", "Y=0,1,2")
    assert code == 0
    assert out.startswith("P(Y[X=1]=2) lies between 0 and 0.5.\n")


@pytest.mark.parametrize("option", [("--latent", "Z"), ("--values", "Z=0,1")])
def test_a_variable_without_a_column_is_hidden_or_declared(
    run: Run, option: tuple[str, str]
) -> None:
    arguments = (f"{BOW}; Z -> Y", "P(Y[X=1]=1)", "d.csv")
    code, _, err = run(*arguments, d=SEEN)
    assert code == 2
    assert err == (
        'Error: Z is no column of the data; say that it is not measured, --latent "Z", or what it '
        'can be, --values "Z=0,1"\n'
    )
    code, out, _ = run(*arguments, *option)
    assert code == 0
    assert out.startswith("P(Y[X=1]=1) lies between 0.25 and 0.75.\n")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["Z"], "--values:1:2: expected = and the values, as in Y=0,1,2"),
        (["Z=0 1"], "--values:1:5: expected a comma, or nothing more, found '1'"),
        (["W=0"], "--values:1:1: W is not in the graph"),
        (["Y=0,1", "Y=0,2"], "--values says twice what Y can be"),
        (["Y=1,2"], "Y is 0 in the data, which its declared values lack"),
    ],
)
def test_declared_values_that_mean_nothing_are_refused(
    run: Run, values: list[str], says: str
) -> None:
    options = [text for one in values for text in ("--values", one)]
    code, _, err = run(f"{BOW}; Z -> Y", "P(Y[X=1]=1)", "d.csv", "--latent", "Z", *options, d=SEEN)
    assert code == 2
    assert says in err


def test_missing_values_are_told_of_the_column_that_has_them(run: Run) -> None:
    code, _, err = run(BOW, "P(Y[X=1]=1)", "d.csv", d="X,Y\n0,\n1,0\n")
    assert code == 2
    assert "1 of 2 rows have a missing value in Y; drop" in err
