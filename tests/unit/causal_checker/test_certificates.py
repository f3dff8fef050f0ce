"""The checker accepts true certificates and no forgery."""

import copy
import functools
import itertools
import json
import operator
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, effects, hard_admgs

from causal import ADMG, Identified, NotIdentified, certificate, examples, identify
from causal.calculus import certificate_of_no
from causal.checker import CheckError, check, digest
from causal.checker.reading import meaning, normal, read

NAPKIN = identify(examples()["napkin"], "P(Y | do(X))")
FRONT_DOOR = identify(examples()["front-door"], "P(Y | do(X))")
BACK_DOOR = identify(examples()["back-door"], "P(Y | do(X))")
BOW = identify(examples()["bow"], "P(Y | do(X))")


def sealed(certificate: dict) -> dict:
    """A forger computes digests too."""
    return certificate | {"digest": digest(certificate)}


def forged(answer: Identified | NotIdentified, /, **changes: object) -> dict:
    return sealed(copy.deepcopy(answer.certificate) | changes)


@pytest.mark.parametrize("answer", [NAPKIN, FRONT_DOOR, BACK_DOOR, BOW])
def test_a_true_certificate_is_accepted_as_json(answer):
    assert check(json.loads(json.dumps(answer.certificate))).startswith("verified")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_answer_carries_a_certificate_that_checks(data):
    graph = data.draw(admgs() | hard_admgs())
    answer = identify(graph, data.draw(effects(graph)))
    assert check(answer.certificate).startswith("verified")


def test_a_certificate_that_was_changed_is_rejected():
    certificate = NAPKIN.certificate | {"estimand": "P(Y | X)"}
    with pytest.raises(CheckError, match="digest"):
        check(certificate)


@pytest.mark.parametrize("answer", [NAPKIN, FRONT_DOOR, BACK_DOOR])
@pytest.mark.parametrize("formula", ["P(Y | X)", "P(Y)", "Σ_{Z} P(Y | X, Z)", "P(Y | do(X))"])
def test_another_formula_under_a_true_derivation_is_rejected(answer, formula):
    with pytest.raises(CheckError):
        check(forged(answer, estimand=formula))


def test_a_true_derivation_of_another_query_is_rejected():
    with pytest.raises(CheckError):
        check(forged(FRONT_DOOR, query="P(Z | do(X))"))


@pytest.mark.parametrize("answer", [NAPKIN, FRONT_DOOR, BACK_DOOR])
def test_a_missing_step_is_rejected(answer):
    steps = answer.certificate["derivation"]
    for i in range(len(steps) - 1):
        with pytest.raises(CheckError):
            check(forged(answer, derivation=steps[:i] + steps[i + 1 :]))


@pytest.mark.parametrize("answer", [NAPKIN, FRONT_DOOR, BACK_DOOR])
def test_steps_out_of_order_are_rejected(answer):
    """Turned round, or with a step before the one that brings about what it rewrites."""
    steps = answer.certificate["derivation"]
    with pytest.raises(CheckError, match="step 1"):
        check(forged(answer, derivation=steps[::-1]))
    for i in range(1, len(steps)):
        turned = [*steps[: i - 1], steps[i], steps[i - 1], *steps[i + 1 :]]
        before = " ".join(step["to"] for step in steps[: i - 1])
        if steps[i]["from"] in steps[i - 1]["to"] and steps[i]["from"] not in before:
            with pytest.raises(CheckError, match=f"step {i}: its left side does not stand"):
                check(forged(answer, derivation=turned))


@pytest.mark.parametrize("number", [0.5, "2/3", 1, None])
def test_made_up_numbers_are_rejected_wherever_they_stand(number):
    """A number that nobody derived: beside the formula, in the graph, in a step, in the models."""
    yes, no = FRONT_DOOR.certificate, certificate(BOW)
    for whole, way in ((yes, ()), (yes, ("graph",)), (yes, ("derivation", 0)), (no, ("models",))):
        changed = copy.deepcopy(whole)
        functools.reduce(operator.getitem, way, changed)["value"] = number
        with pytest.raises(CheckError, match=r"adds \['value'\]"):
            check(sealed(changed))
    with pytest.raises(CheckError, match="two different answers"):
        check(sealed(no | {"models": no["models"] | {"values": [number, "9/10"]}}))


@pytest.mark.parametrize("answer", [NAPKIN, FRONT_DOOR, BACK_DOOR])
def test_a_derivation_in_another_graph_is_rejected(answer):
    """One more hidden common cause, and some separation no longer holds."""
    graph = copy.deepcopy(answer.certificate["graph"])
    known = {frozenset(edge) for edge in graph["bidirected"]}
    graph["bidirected"] += [
        [a, b]
        for a in graph["nodes"]
        for b in graph["nodes"]
        if a < b and frozenset((a, b)) not in known
    ]
    with pytest.raises(CheckError, match=r"separation that does not hold|declares other"):
        check(forged(answer, graph=graph))


def test_a_step_that_declares_another_separation_is_rejected():
    steps = copy.deepcopy(BACK_DOOR.certificate["derivation"])
    steps[1]["cut_in"] = []
    with pytest.raises(CheckError, match="declares other sets"):
        check(forged(BACK_DOOR, derivation=steps))


def test_rule_3_cuts_only_the_actions_that_are_no_ancestors_of_an_observation():
    """Z(W), not Z: W is seen after Z was set, and P(Y | do(Z), W) is not P(Y | W)."""
    step = {"rule": "rule 3", "from": "P(Y | do(Z), W)", "to": "P(Y | W)"}
    graph = {"nodes": ["Y", "Z", "W"], "directed": [["Z", "W"]], "bidirected": [["Y", "Z"]]}
    body = {"schema": 1, "graph": graph, "query": step["from"], "answer": "identified"}
    for cut_in in (["Z"], []):
        sets = {"one": ["Y"], "other": ["Z"], "given": ["W"]}
        declared = step | {"separation": sets, "cut_in": cut_in, "cut_out": []}
        with pytest.raises(CheckError, match=r"step 1: rule 3 needs a separation"):
            check(sealed(body | {"estimand": step["to"], "derivation": [declared]}), models=0)


@pytest.mark.parametrize("name", ["front-door", "napkin", "back-door", "m-bias"])
def test_a_forged_no_for_an_identified_query_is_rejected(name):
    graph = examples()[name]
    sets = [frozenset(s) for n in range(5) for s in itertools.combinations(graph.nodes, n)]
    for outer, inner in itertools.product(sets, repeat=2):
        no = certificate_of_no(graph, "P(Y | do(X))", outer=outer, inner=inner)
        with pytest.raises(CheckError, match=r"the (inner|outer) set is"):
            check(no)


def test_a_hedge_of_the_joint_effect_does_not_forbid_the_conditional_one():
    """Rule 2 turns Z into an action here, and P(Y | do(X), Z) is P(Y | Z)."""
    graph = ADMG.parse("X -> Z -> Y; X <-> Z")
    joint, conditional = identify(graph, "P(Y, Z | do(X))"), "P(Y | do(X), Z)"
    assert check(joint.certificate).startswith("verified: P(Y, Z | do(X)) is not identified")
    assert isinstance(identify(graph, conditional), Identified)
    with pytest.raises(CheckError, match="no district"):
        check(forged(joint, query=conditional))


def test_a_formula_that_speaks_of_actions_identifies_nothing():
    changes = {"estimand": "P(Y | do(X))", "derivation": []}
    with pytest.raises(CheckError, match="still speaks of an action"):
        check(forged(BACK_DOOR, **changes))
    assert check(forged(BACK_DOOR, answer="equal", **changes)).startswith("verified")


@pytest.mark.parametrize("formula", ["P(Y | X)", "Σ_{Z} P(Y | X, Z) P(Z | X)", "P(Y) P(X)"])
def test_probability_does_not_turn_an_action_into_something_else(formula):
    step = {"rule": "probability", "from": "P(Y | do(X))", "to": formula}
    step |= {"separation": None, "cut_in": [], "cut_out": []}
    with pytest.raises(CheckError, match="step 1: the axioms of probability"):
        check(forged(BACK_DOOR, estimand=formula, derivation=[step]), models=0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("P(Y | X')", "P(Y | X, X')"),  # from X' to X, by way of both
        ("P(Y | X, Z)", "P(W | X)"),  # another outcome
        ("P(Y | X, Z)", "P(Y | X')"),  # another value
        ("P(Y | X, Z)", "P(Y | X) P(Z | X)"),  # no law
    ],
)
def test_a_rule_moves_one_set_in_one_law(before, after):
    """Given X, a node that leads to nothing tells nothing: but only that goes."""
    graph = {"nodes": [*"WXYZ"], "directed": [["X", "Y"], ["X", "W"]], "bidirected": []}
    body = {"schema": 1, "graph": graph, "query": before, "answer": "equal", "estimand": after}
    sets = {"one": ["Y"], "other": ["Z"], "given": ["X"]}
    step = {"rule": "rule 1", "from": before, "to": after, "separation": sets}
    with pytest.raises(CheckError, match=r"stands twice|does not lead|joins two laws"):
        check(sealed(body | {"derivation": [step | {"cut_in": [], "cut_out": []}]}))


def test_equal_laws_with_zeros_refute_nothing():
    """Where X is never 1, what Y would be then is nowhere to be seen."""

    def model(chance: str) -> list[dict]:
        y = [["1/2", "1/2"], [chance, "1/2" if chance == "1/2" else "1/4"]]
        return [
            {"of": "X", "reads": [], "rows": [["1", "0"]]},
            {"of": "Y", "reads": ["X"], "rows": y},
        ]

    models = {"one": model("1/2"), "other": model("3/4")}
    models |= {"cell": {"X": 1, "Y": 0}, "values": ["1/2", "3/4"]}
    with pytest.raises(CheckError, match="have zeros"):
        check(sealed(BOW.certificate | {"models": models}))


def test_a_step_that_leads_nowhere_is_rejected():
    steps = FRONT_DOOR.certificate["derivation"]
    with pytest.raises(CheckError, match="does not stand in the line before it"):
        check(forged(FRONT_DOOR, derivation=[*steps, steps[0]]))


def test_a_hedge_that_is_none_is_rejected():
    for hedge in ({"outer": ["Y"], "inner": ["Y"]}, {"outer": ["X", "Y"], "inner": ["X"]}, None):
        with pytest.raises(CheckError):
            check(forged(BOW, hedge=hedge))


@pytest.mark.parametrize(
    ("outer", "inner", "why"),
    [
        ("AY", "Y", "no district"),  # around no action: A and Y are one district as it is
        ("ABY", "Y", "no district"),
        ("AXY", "Y", "no district"),  # X and Y are in no district together
        ("XY", "AY", "not one district of ancestors"),
        ("AY", "AY", "not one district of ancestors"),  # nothing around it
        ("ABY", "AY", "not one district of ancestors"),  # B leads to neither
    ],
)
def test_a_hedge_on_an_identified_effect_is_rejected_for_what_it_lacks(outer, inner, why):
    graph = ADMG.parse("X -> Y; A -> Y; A <-> Y; A <-> B")
    outer, inner = frozenset(outer), frozenset(inner)
    with pytest.raises(CheckError, match=why):
        check(certificate_of_no(graph, "P(Y | do(X))", outer=outer, inner=inner))


def test_a_wrong_yes_with_the_confounded_conditional_is_rejected():
    """A published tool returns sum_v1 P(v1) P(v3 | v1, v2) here, and its own verifier agrees."""
    graph = ADMG.parse("V1 -> V3 -> V0 <- V2; V1 <-> V3; V2 <-> V3")
    answer = identify(graph, "P(V3 | do(V2))")
    assert isinstance(answer, Identified)
    assert str(answer.estimand) == "P(V3)"
    with pytest.raises(CheckError):
        check(forged(answer, estimand="Σ_{V1} P(V1) P(V3 | V1, V2)"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Σ_{Z} P(Y | X, Z) P(Z | X)", "P(Y | X)"),
        ("P(X, Y) / P(X)", "P(Y | X)"),
        ("Σ_{X} P(X | Z)", "1"),
        ("(Σ_{Y} P(X, Y | Z)) / P(X | Z)", "1"),
        ("Σ_{A} P(A) P(Y | A, X)", "Σ_{A'} P(A') P(Y | A', X)"),
        ("Σ_{A} P(A, Y) P(A, Y)", "Σ_{A'} P(A', Y) P(A', Y)"),
        ("Σ_{A} P(Y | do(A))", "Σ_{A'} P(Y | do(A'))"),
        ("Σ_{A} P(A | X) Σ_{B} P(B | A) P(Y | B)", "Σ_{A, B} P(A | X) P(Y | B) P(B | A)"),
    ],
)
def test_equal_by_the_axioms_of_probability(one, other):
    assert normal(meaning(read(one))) == normal(meaning(read(other)))


@pytest.mark.parametrize(
    "formula",
    [
        # A has E, so that B is told from B' by A alone.
        (
            "Σ_{C, A, A', B, B'} P(E | A) P(A | C) P(B | A, C) P(D | A, B) "
            "P(A' | C) P(B' | A', C) P(D | A', B')"
        ),
        # Inside a sum that is divided by, told apart only by what is around it.
        (
            "Σ_{A, A', C} (P(E | A) P(A | C) P(A' | C) P(D | A) P(D | A') "
            "/ (Σ_{B, B'} P(B | A, C) P(D | B, A) P(B' | A', C) P(D | B', A')))"
        ),
    ],
)
def test_the_names_of_summed_values_mean_nothing(formula):
    """However they are exchanged; where one is told apart, what goes with it is told apart."""
    marks = ["'" * n for n in range(4)]
    for turn in itertools.product(itertools.permutations(marks), repeat=2):
        pairs = (zip(marks, turned, strict=True) for turned in turn)
        new = {v + p: v + q for v, names in zip("AB", pairs, strict=True) for p, q in names}
        other = re.sub(r"[AB]'*", lambda found, new=new: new[found[0]], formula)
        assert normal(meaning(read(formula))) == normal(meaning(read(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P(Y | X)", "P(Y)"),
        ("P(Y | do(X))", "P(Y | X)"),
        ("Σ_{Z} P(Y | X, Z) P(Z)", "P(Y | X)"),
        ("Σ_{A} P(A) P(Y | A, X)", "Σ_{A} P(A | X) P(Y | A, X)"),
        ("Σ_{Z} (P(Y, Z) / P(Z))", "(Σ_{Z} P(Y, Z)) / P(Z)"),
    ],
)
def test_different_by_the_axioms_of_probability(one, other):
    assert normal(meaning(read(one))) != normal(meaning(read(other)))


def test_the_command_verifies_without_the_solver(tmp_path):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(FRONT_DOOR.certificate), encoding="utf-8")
    code = (
        "import runpy, sys; sys.argv = ['checker', sys.argv[1]]\n"
        "try: runpy.run_module('causal.checker', run_name='__main__')\n"
        "except SystemExit as stop: code = stop.code\n"
        "ours = [m for m in sys.modules if m.startswith('causal.') and 'checker' not in m]\n"
        "assert not ours, ours\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verified: P(Y | do(X)) = ")
    path.write_text(json.dumps(forged(FRONT_DOOR, estimand="P(Y | X)")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "causal.checker", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("REJECTED")
