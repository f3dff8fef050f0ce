"""``causal prove`` decides, ``causal equivalents`` lists."""

import json

import pytest
from click.testing import CliRunner

from causal.cli import causal

ADJUSTABLE = "Z -> X -> Y; Z -> Y"


def run(*arguments: str):
    return CliRunner().invoke(causal, arguments, standalone_mode=False)


def test_equal_laws_are_proven_step_by_step():
    done = run("prove", ADJUSTABLE, "P(Y | do(X), Z)", "P(Y | X, Z)")
    assert done.return_value == 0
    assert "= P(Y | X, Z)   [rule 2: Y ⊥ X | Z without edges out of X]" in done.output


def test_different_laws_are_told_apart_by_their_normal_forms():
    done = run("prove", "X -> Y; X <-> Y", "P(Y | do(X))", "P(Y | X)", "--json")
    assert done.return_value == 1
    record = json.loads(done.output)
    assert record["answer"] == "not-derivable"
    assert record["tops"] == ["P(Y | do(X))", "P(Y | X)"]


def test_laws_of_different_outcomes_are_refused():
    done = run("prove", "X -> Y", "P(Y | do(X))", "P(X)")
    assert "speak of different outcomes" in str(done.exception)


@pytest.mark.parametrize(
    ("options", "laws"),
    [
        ((), ["P(Y | do(X), Z)", "P(Y | X, Z)", "P(Y | do(Z), X)", "P(Y | do(X, Z))"]),
        (("--observational",), ["P(Y | X, Z)"]),
        (("--settable", "Z"), ["P(Y | X, Z)", "P(Y | do(Z), X)"]),
        (("--measured", "Z"), ["P(Y | do(X), Z)", "P(Y | do(X, Z))"]),
        (("--fewest",), ["P(Y | X, Z)"]),
        (("--fewest", "--measured", "Z"), ["P(Y | do(X), Z)"]),
        (("--limit", "1"), ["P(Y | do(X), Z)", "... and more (--limit)"]),
    ],
)
def test_equal_laws_are_listed(options, laws):
    done = run("equivalents", ADJUSTABLE, "P(Y | do(X), Z)", *options)
    assert done.return_value == 0
    assert done.output.splitlines() == laws


def test_no_law_that_passes_the_filters_is_a_no_in_words():
    done = run("equivalents", "X -> Y; X <-> Y", "P(Y | do(X))", "--observational")
    assert done.return_value == 1
    assert done.output == "No law that passes the filters equals P(Y | do(X)) by the rules.\n"


@pytest.mark.parametrize(("options", "answer"), [((), "listed"), (("--observational",), "none")])
def test_json_names_the_answer_and_the_query(options, answer):
    done = run("equivalents", "X -> Y; X <-> Y", "P(Y | do(X))", "--json", *options)
    record = json.loads(done.output)
    assert (record["answer"], record["query"]) == (answer, "P(Y | do(X))")
    assert bool(record["equivalents"]) == (answer == "listed")


def test_filters_that_contradict_each_other_are_refused():
    done = run("equivalents", ADJUSTABLE, "P(Y | do(X), Z)", "--observational", "--settable", "Z")
    assert "--observational sets nothing" in str(done.exception)


def test_formulas_of_several_laws_are_derived_until_they_meet():
    done = run("prove", ADJUSTABLE, "P(Y=1 | do(X=0))", "sum_{Z} P(Y=1 | X=0, Z) P(Z)")
    assert done.return_value == 0
    assert "    = Σ_{Z} P(Y | X, Z) P(Z)\n        [rule 2: Y ⊥ X | Z" in done.output


def test_formulas_that_differ_are_told_apart_by_a_model():
    formulas = ("P(Y | do(X))", "sum_{Z} P(Y | X, Z) P(Z | X)")
    done = run("prove", ADJUSTABLE, *formulas)
    assert done.return_value == 1
    assert done.output.startswith("Not equal. In a model of the graph they differ:\n\nP(Y |")
    record = json.loads(run("prove", ADJUSTABLE, *formulas, "--json").output)
    assert record["answer"] == "not-equal"
    assert record["differ"]["at"] == {"X": "0", "Y": "0"}


def test_laws_at_different_values_are_not_taken_for_equal():
    assert run("prove", "X -> Y", "P(Y=1 | do(X=1))", "P(Y=1 | X=1)").return_value == 0
    assert run("prove", "X -> Y", "P(Y=1 | do(X=1))", "P(Y=1 | X=0)").return_value == 1


def test_formulas_that_nothing_decides_are_undecided():
    napkin = "W -> Z -> X -> Y; W <-> X; W <-> Y"
    one = "(sum_{W} P(W) P(X, Y | W, Z)) / (sum_{W} P(W) P(X | W, Z))"
    other = (
        "(sum_{Z} P(Z | W) sum_{W'} P(W') P(X, Y | W', Z))"
        " / (sum_{Z} P(Z | W) sum_{W'} P(W') P(X | W', Z))"
    )
    done = run("prove", napkin, one, other)
    assert done.return_value == 3
    assert "random models, and no derivation was found." in " ".join(done.output.split())
    record = json.loads(run("prove", napkin, one, other, "--json").output)
    assert list(record)[-1] == "reason"


@pytest.mark.parametrize(
    ("side", "where"),
    [("P(Y | do(X)", "query:1:12: "), ("sum_{Z P(Y)", "formula:1:8: "), ("P(Q)", "query:1:3: Q")],
)
def test_a_side_that_cannot_be_read_is_pointed_at(side, where):
    assert str(run("prove", ADJUSTABLE, "P(Y)", side).exception).startswith(where)


def test_values_that_are_asked_about_are_shown():
    done = run("equivalents", ADJUSTABLE, "P(Y=1 | do(X=0), Z)", "--observational")
    assert done.output == "P(Y=1 | X=0, Z)\n"
    done = run("prove", ADJUSTABLE, "P(Y=1 | do(X=0), Z)", "P(Y=1 | X=0, Z)")
    assert "\n  P(Y=1 | do(X=0), Z)\n    = P(Y=1 | X=0, Z)   [rule 2: " in done.output
