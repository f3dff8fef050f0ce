"""No answer is given that the independent checker refuses, whatever went wrong in the solver."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, effects, hard_admgs

from causal import ADMG, Identified, derive, estimands, examples, identifiable, identify
from causal.calculus import Derivation, Step, certificate, grounding, rules
from causal.cli import start
from causal.errors import CertificateError, DefectError, UnsupportedQueryError
from causal.expression import parse
from causal.identification import effects as solver
from causal.identification.shrinking import Blocked

FRONT_DOOR = examples()["front-door"]
TRUE = identify(FRONT_DOOR, "P(Y | do(X))").derivation


def solved_as(monkeypatch: pytest.MonkeyPatch, derivation: Derivation) -> None:
    monkeypatch.setattr(solver, "derive", lambda graph, plan, budget: derivation)


@pytest.mark.parametrize("i", range(len(TRUE.steps)))
def test_a_step_left_out_by_the_solver_is_no_answer(monkeypatch, i):
    solved_as(monkeypatch, replace(TRUE, steps=TRUE.steps[:i] + TRUE.steps[i + 1 :]))
    with pytest.raises(DefectError, match="please report it"):
        identify(FRONT_DOOR, "P(Y | do(X))")


@pytest.mark.parametrize("formula", ["P(Y | X)", "Σ_{Z} P(Y | X, Z) P(Z | X)", "P(Y | do(X))"])
def test_another_formula_at_the_end_of_a_true_derivation_is_no_answer(monkeypatch, formula):
    solved_as(monkeypatch, replace(TRUE, end=parse(formula)))
    with pytest.raises(DefectError, match="refused by its own check"):
        identify(FRONT_DOOR, "P(Y | do(X))")


def test_a_true_derivation_of_another_query_is_no_answer(monkeypatch):
    solved_as(monkeypatch, identify(FRONT_DOOR, "P(Z | do(X))").derivation)
    with pytest.raises(DefectError, match=r"the answer to P\(Y \| do\(X\)\)"):
        identify(FRONT_DOOR, "P(Y | do(X))")


def test_a_solver_that_sees_no_open_path_gives_no_answer(monkeypatch):
    """Every separation holds for it, so that P(Y | do(X)) becomes P(Y | X) by rule 2."""
    monkeypatch.setattr(rules, "reachable", lambda *args, **kwargs: 0)
    monkeypatch.setattr(grounding, "reachable", lambda *args, **kwargs: 0)
    with pytest.raises(DefectError, match="needs a separation that does not hold") as caught:
        identify(examples()["napkin"], "P(Y | do(X))")
    assert caught.value.query == "P(Y | do(X))"
    assert ADMG.parse(caught.value.graph) == examples()["napkin"]
    assert "separation" in caught.value.problem


def test_a_wrong_no_is_no_answer(monkeypatch):
    everything = FRONT_DOOR.everything
    blocked = Blocked(outer=everything, inner=FRONT_DOOR.mask("Y"))
    monkeypatch.setattr(solver, "decide", lambda graph, sought: blocked)
    with pytest.raises(DefectError, match="the outer set is not one district of ancestors"):
        identify(FRONT_DOOR, "P(Y | do(X))")


def test_estimands_are_checked_one_by_one(monkeypatch):
    false = Derivation(parse("P(Y)"), (), parse("P(Y)"))
    enumeration = import_module("causal.identification.alternatives")
    monkeypatch.setattr(enumeration, "derive", lambda graph, plan: false)
    with pytest.raises(DefectError):
        list(estimands(FRONT_DOOR, "P(Y | do(X))"))


def test_what_a_counterfactual_rests_on_is_checked(monkeypatch):
    monkeypatch.setattr(rules, "reachable", lambda *args, **kwargs: 0)
    monkeypatch.setattr(grounding, "reachable", lambda *args, **kwargs: 0)
    with pytest.raises(DefectError):
        identify(examples()["napkin"], "P(Y[X=1]=1)")


def test_the_checker_is_handed_plain_data_and_no_more_of_the_graph_than_matters(monkeypatch):
    handed: list[object] = []
    true_replay = certificate.replay

    def replay(*parts: object, acts: bool) -> str:
        handed.append(parts)
        return true_replay(*parts, acts=acts)

    monkeypatch.setattr(certificate, "replay", replay)
    chain = " -> ".join(f"V{i}" for i in range(300))
    graph = ADMG.parse(f"{chain}; V0 <-> V1")
    assert isinstance(identify(graph, "P(V3 | do(V2))"), Identified)
    (parts,) = handed
    assert json.loads(json.dumps(parts)) == list(parts)
    assert set(parts[0]["nodes"]) == {"V0", "V1", "V2", "V3"}


def test_a_step_that_is_false_only_by_a_variable_far_above_is_found():
    """The graph on ancestors keeps what opens a path: A and B meet in the cause of a condition."""
    graph = ADMG.parse("A -> C <- B; C -> D; X; Y; A -> Y; B -> X")
    step = Step("rule 1", parse("P(Y | X, D)"), parse("P(Y | D)"))
    with pytest.raises(CertificateError, match="separation that does not hold"):
        Derivation(step.before, (step,), step.after).check(graph)


def test_a_derivation_may_end_in_an_action_but_an_estimand_may_not(monkeypatch):
    """``prove`` joins laws of experiments; that is no formula in the observed law."""
    start, end = parse("P(Z | do(X), Y)"), parse("P(Z | do(X), Y)")
    Derivation(start, (), end).check(FRONT_DOOR)
    solved_as(monkeypatch, Derivation(start, (), end))
    with pytest.raises(DefectError, match="still speaks of an action"):
        identify(FRONT_DOOR, "P(Z | do(X), Y)")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_verdict_alone_is_the_verdict_of_the_answer(data):
    graph = data.draw(admgs() | hard_admgs())
    query = data.draw(effects(graph))
    assert identifiable(graph, query) is isinstance(identify(graph, query), Identified)


def test_the_verdict_alone_is_about_effects():
    with pytest.raises(UnsupportedQueryError, match="ask identify"):
        identifiable(FRONT_DOOR, "P(Y[X=1]=1 | X=0)")


def test_an_open_question_has_no_certificate():
    answer = derive(examples()["bow"], "P(Y | do(X))")
    with pytest.raises(
        CertificateError, match=r"nothing to certify: P\(Y \| do\(X\)\) is undecided"
    ):
        _ = answer.certificate


def test_a_refused_certificate_is_no_assertion():
    assert not any(issubclass(e, AssertionError) for e in (CertificateError, DefectError))


def test_the_command_line_calls_a_defect_a_failure_and_no_misuse(monkeypatch, capsys):
    solved_as(monkeypatch, replace(TRUE, steps=()))
    monkeypatch.setattr("sys.argv", ["causal", "identify", str(FRONT_DOOR), "P(Y | do(X))"])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code not in (0, 1, 2, 3)
    assert "This is a defect of causal" in capsys.readouterr().err
