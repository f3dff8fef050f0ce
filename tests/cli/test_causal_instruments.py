"""``causal instruments`` lists them, and says why others will not do."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from causal.cli import causal

SIMPLE = "Z -> X -> Y; X <-> Y; Z <- W -> Y"


def run(*arguments: str):
    return CliRunner().invoke(causal, ["instruments", *arguments], standalone_mode=False)


def test_the_equations_come_with_what_they_rest_on() -> None:
    done = run(SIMPLE, "X", "Y")
    assert done.return_value == 0
    assert done.output == (
        "If the model is linear, any of these gives X -> Y:\n\n"
        "  (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)\n"
        "      [Z ⊥ Y | W without X -> Y]\n"
    )


def test_where_there_are_none_the_exit_code_says_no() -> None:
    done = run("X -> Y; X <-> Y", "X", "Y")
    assert (done.return_value, done.output) == (1, "No instruments were found for X -> Y.\n")


def test_a_proposal_is_judged() -> None:
    good, bad = run(SIMPLE, "X", "Y", "--try", "Z | W"), run(SIMPLE, "X", "Y", "--try", "Z")
    assert good.return_value == 0
    assert good.output.startswith("Yes. If the model is linear:\n\n  (X -> Y) = cov(Z, Y | W)")
    assert bad.return_value == 1
    assert bad.output == (
        "No. Instruments they are not:\n\n"
        "- the path Z <- W -> Y is open and does not run over X -> Y\n"
    )


def test_json_has_the_same_keys_for_yes_and_no() -> None:
    for proposed in ("Z | W", "Z"):
        record = json.loads(run(SIMPLE, "X", "Y", "--try", proposed, "--json").output)
        assert list(record) == ["schema", "answer", "x", "y", "proposed", "objections"]
    record = json.loads(run(SIMPLE, "X", "Y", "--json").output)
    assert record["sets"][0]["instruments"] == [{"variable": "Z", "given": ["W"]}]
    assert record["more"] is False


def test_names_with_bars_and_commas_go_in_quotes() -> None:
    graph = '"a | b" -> X -> Y; X <-> Y; "a | b" <- "c, d" -> Y'
    done = run(graph, "X", "Y", "--try", '"a | b" | "c, d"')
    assert done.return_value == 0
    assert '(X -> Y) = cov("a | b", Y | "c, d")' in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("X", "Y,W"), "the outcome is one variable, not W and Y"),
        (("X", "Y", "--try", "Z", "--exclude", "W"), "--try judges what it names"),
        (("X", "Y", "--try", "Z", "--try", "Z"), "Z is proposed twice"),
        (("X", "Y", "--try", " | W"), "' | W' names no instrument"),
        (("Z", "Y"), "there is none from Z into Y"),
        (("X", "Q"), "Q is not in the graph"),
    ],
)
def test_misuse_is_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    assert message in str(run(SIMPLE, *arguments).exception)
