"""``causal adjust`` says what the library says of adjustment sets, and why a set will not do."""

from __future__ import annotations

import json

import pytest
from strategies.commands import Run, runner

import causal
from causal.checker import check

TWO_WAYS = "A -> X -> M -> Y; A -> B -> Y; W -> Y; M -> D"
BOW = "X -> Y; X <-> Y"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys, "adjust")


@pytest.mark.parametrize("kind", ["minimal", "optimal", "all"])
def test_the_sets_are_those_of_the_library_in_its_order(run: Run, kind: str) -> None:
    code, out, err = run(TWO_WAYS, "X", "Y", "--kind", kind, "--json")
    record = json.loads(out)
    found = list(causal.adjustment_sets(causal.ADMG.parse(TWO_WAYS), "X", "Y", kind=kind))
    assert (code, err, record["answer"], record["more"]) == (0, "", "adjustable", False)
    assert [set(one["variables"]) for one in record["sets"]] == [one.variables for one in found]
    assert [one["estimand"] for one in record["sets"]] == [str(one.estimand) for one in found]
    assert [one["latex"] for one in record["sets"]] == [one.estimand.latex() for one in found]


def test_each_set_stands_beside_its_formula(run: Run) -> None:
    out = run(TWO_WAYS, "X", "Y").out
    assert out.startswith("Adjust for any of these sets. P(Y | do(X)) is:\n")
    assert "  {A}  Σ_{A} P(A) P(Y | A, X)\n  {B}  Σ_{B} P(B) P(Y | B, X)\n" in out


def test_what_the_limit_hides_is_announced(run: Run) -> None:
    assert "There are more" in run(TWO_WAYS, "X", "Y", "--limit", "1").out
    assert json.loads(run(TWO_WAYS, "X", "Y", "--limit", "1", "--json").out)["more"] is True
    assert "There are more" not in run(TWO_WAYS, "X", "Y", "--limit", "2").out


def test_bounds_are_kept(run: Run) -> None:
    record = json.loads(run(TWO_WAYS, "X", "Y", "--include", "W", "--exclude", "A", "--json").out)
    assert [one["variables"] for one in record["sets"]] == [["B", "W"]]
    code, out, _ = run(TWO_WAYS, "X", "Y", "--exclude", "A,B")
    assert (code, out.startswith("No adjustment set meets these bounds")) == (1, True)
    assert out.endswith("\n\n- given W the path X <- A -> B -> Y is open and not causal\n")
    out = run(TWO_WAYS, "X", "Y", "--include", "D").out
    assert out.endswith("\n\n- D is an effect (M -> D) of the causal path X -> M -> Y\n")


def test_no_set_at_all_is_a_no_with_the_path_that_none_closes(run: Run) -> None:
    code, out, _ = run(BOW, "X", "Y")
    assert code == 1
    assert "the path X <-> Y is open and not causal" in out
    record = json.loads(run(BOW, "X", "Y", "--json").out)
    assert (record["answer"], record["sets"]) == ("not-adjustable", [])
    assert record["objections"][0]["path"]["arrows"] == ["<->"]
    assert record["front_door"] is None


def test_a_proposed_front_door_set_is_known_as_one_or_refuted_path_by_path(run: Run) -> None:
    out = run("X -> Z -> Y; X <-> Y", "X", "Y", "--set", "Z").out
    assert "It is a front-door set, which gives the effect:" in out
    graph = ("X -> Z -> Y; X <-> Y; X <-> Z; X -> Y", "X", "Y", "--set", "Z")
    out = run(*graph).out
    assert "Nor is it a front-door set:\n\n- the effect also goes past Z: X -> Y" in out
    record = json.loads(run(*graph, "--json").out)
    assert record["front_door"] is None
    conditions = [each["condition"] for each in record["front_door_objections"]]
    assert conditions == ["intercepts", "unconfounded", "shielded"]


def test_where_no_set_will_do_the_front_door_is_tried(run: Run) -> None:
    graph = "X -> Z -> Y; X <-> Y"
    [front] = causal.front_door_sets(causal.ADMG.parse(graph), "X", "Y")
    code, out, _ = run(graph, "X", "Y")
    assert code == 1
    assert f"The front-door set {{Z}} gives the effect:\n\n  {front}\n" in out
    record = json.loads(run(graph, "X", "Y", "--json").out)
    assert record["front_door"]["variables"] == ["Z"]
    assert record["front_door"]["estimand"] == str(front.estimand)


def test_a_proposed_set_is_judged_with_all_that_speaks_against_it(run: Run) -> None:
    assert run(TWO_WAYS, "X", "Y", "--set", "B").code == 0
    code, out, _ = run(TWO_WAYS, "X", "Y", "--set", "M,D")
    assert code == 1
    assert "- M is on the causal path X -> M -> Y\n" in out
    assert "- D is an effect (M -> D) of the causal path X -> M -> Y\n" in out
    assert "- given D and M the path X <- A -> B -> Y is open and not causal\n" in out


def test_a_no_names_a_set_that_would_do(run: Run) -> None:
    assert run(TWO_WAYS, "X", "Y", "--set", "M").out.endswith("\n\n{A} is one.\n")
    assert run(BOW, "X", "Y", "--set", "").out.endswith("\n\nThere is none.\n")


def test_a_set_may_be_typed_as_it_is_printed(run: Run) -> None:
    assert run(TWO_WAYS, "X", "Y", "--set", "{A, B}").out.startswith("Yes. {A, B} is an")
    assert run(TWO_WAYS, "X", "Y", "--set", "{}").out.startswith("No. {} is no")


def test_that_there_is_no_effect_at_all_is_said(run: Run) -> None:
    remark = "M is no cause of A: the effect is none, and the formula gives that."
    assert run(TWO_WAYS, "M", "A").out.endswith(f"\n\n{remark}\n")
    assert run(TWO_WAYS, "M", "A", "--set", "X").out.endswith(f"\n\n{remark}\n")
    assert "no cause" not in run(TWO_WAYS, "X", "Y").out


def test_a_proof_is_shown_for_each_set_and_certified_in_json(run: Run) -> None:
    graph = causal.ADMG.parse(TWO_WAYS)
    shown = run(TWO_WAYS, "X", "Y", "--proof").out
    for found in causal.adjustment_sets(graph, "X", "Y"):
        assert all(line in shown for line in found.derivation.told(width=78).splitlines())
    record = json.loads(run(TWO_WAYS, "X", "Y", "--json").out)
    for one in record["sets"]:
        assert "verified" in check(one["certificate"])
    judged = json.loads(run(TWO_WAYS, "X", "Y", "--set", "A", "--json").out)
    assert "verified" in check(judged["certificate"])
    front = json.loads(run("X -> Z -> Y; X <-> Y", "X", "Y", "--json").out)["front_door"]
    assert "verified" in check(front["certificate"])
    assert "rule 2: Y ⊥ Z | X" in run("X -> Z -> Y; X <-> Y", "X", "Y", "--proof").out


def test_a_judgement_as_json_has_the_same_keys_for_yes_and_no(run: Run) -> None:
    yes = json.loads(run(TWO_WAYS, "X", "Y", "--set", "A", "--json").out)
    no = json.loads(run(TWO_WAYS, "X", "Y", "--set", "", "--json").out)
    assert list(yes) == list(no)
    assert yes["answer"] == "adjustment-set"
    assert yes["estimand"] == "Σ_{A} P(A) P(Y | A, X)"
    assert yes["objections"] == []
    assert (no["answer"], no["estimand"], no["set"]) == ("not-an-adjustment-set", None, [])
    assert no["objections"][0]["why"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["X -> Y", "X", "Q"], "Q"),
        (["X -> Y", "X", "X"], "X"),
        (["X -> Y", "X", "Y", "--set", "X"], "X cannot be both X and in --set"),
        (["X -> Y", "X", "Y", "--set", "Y"], "Y cannot be both Y and in --set"),
        (["X -> Y; Z", "X", "Y", "--include", "Z", "--exclude", "Z"], "Z cannot be both in --incl"),
        (["X -> Y", "X", "Y", "--limit", "0"], "0"),
        (["X -> Y; Z", "X", "Y", "--set", "", "--include", "Z"], "--set judges one set"),
        ([BOW, "X", "Y", "--kind", "optimal"], "hidden common causes"),
        (["X - Y", "X", "Y"], "1:"),
    ],
)
def test_misuse_is_one_message_and_exit_code_two(run: Run, arguments: list[str], says: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_help_shows_examples_and_the_exit_codes(run: Run) -> None:
    out = run("--help").out
    assert "Examples:\n    causal adjust " in out
    assert "Exit code: 0 answered, 1 answered" in out
