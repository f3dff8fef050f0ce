"""``causal simplify``, and what ``causal identify`` makes of it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from causal import ADMG, simplify
from causal.cli import causal

CHAIN = "Z -> X -> Y"


def run(*arguments: str):
    return CliRunner().invoke(causal, arguments, standalone_mode=False)


def test_a_shorter_formula_comes_with_its_steps() -> None:
    done = run("simplify", CHAIN, "sum_{Z} P(Y | X, Z) P(Z)")
    assert done.return_value == 0
    assert "    = P(Y | X)              [simplification]\n" in done.output


def test_where_nothing_is_shorter_it_says_so() -> None:
    done = run("simplify", CHAIN, "P(Y | X)")
    assert (done.return_value, done.output) == (
        0,
        "Nothing was found that is shorter than\n\n  P(Y | X)\n",
    )


def test_json_says_what_the_library_says() -> None:
    record = json.loads(run("simplify", CHAIN, "P(Y | X, Z)", "--json").output)
    found = simplify(ADMG.parse(CHAIN), "P(Y | X, Z)")
    assert record == {
        "schema": 1,
        "answer": "shorter",
        "formula": "P(Y | X, Z)",
        "shorter": "P(Y | X)",
        "latex": found.end.latex(),
        "derivation": found.to_list(),
    }
    assert json.loads(run("simplify", CHAIN, "P(Y)", "--json").output)["answer"] == "as-it-was"


@pytest.mark.parametrize(
    ("formula", "where"),
    [("P(Y | X", "formula:1:8: "), ("P(Y | Q)", "formula:1:7: Q is not in the graph")],
)
def test_bad_formulas_are_pointed_at(formula: str, where: str) -> None:
    assert str(run("simplify", CHAIN, formula).exception).startswith(where)


def test_an_estimand_that_the_graph_makes_shorter_is_shown_shorter() -> None:
    graph = "A -> B -> C -> D -> Y; A <-> Y; B -> Y"
    told = run("identify", graph, "P(Y=1 | do(B=0))", "--proof").output
    assert "Shorter, by what the graph separates:\n\n  P(Y=1 | do(B=0)) = Σ_{D}" in told
    assert told.endswith(
        "    = Σ_{D} P(D | B=0) Σ_{A} P(A) P(Y=1 | A, B=0, D)\n        [simplification]\n"
    )
