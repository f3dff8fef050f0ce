"""A certificate is earned: wrong formulas and false hedges are found out, by name and by cell."""

from dataclasses import replace

import pytest

from causal import ADMG, Hedge, Identified, NotIdentified, Query, certify, examples, identify
from causal.certification import Certified, compared, truth
from causal.errors import CertificateError, DomainError, WrongEstimandError
from causal.expression import P
from causal.model import SCM, Do, Noise, Response, Table, random_scm


def forged(graph: str, query: str, estimand) -> Identified:
    right = identify(ADMG.parse(graph), query)
    return replace(right, estimand=estimand)


@pytest.mark.parametrize("name", sorted(examples()))
def test_true_answers_are_certified(name):
    graph = examples()[name]
    first, last = graph.nodes[0], graph.nodes[-1]
    query = f"P({last} | do({first}))"
    found = certify(graph, query, identify(graph, query), models=3)
    assert found.cells >= 1


@pytest.mark.parametrize(
    ("graph", "query", "wrong"),
    [
        # What other tools have printed for these two.
        ("W -> Z -> X -> Y; W <-> X; W <-> Y", "P(Y | do(X))", P.of_names("Y", "X")),
        (
            "V1 -> V3 -> V0 <- V2; V1 <-> V3; V2 <-> V3",
            "P(V3 | do(V2))",
            P.of_names(["V3"], ["V2"]),
        ),
        ("Z -> X -> Y; Z -> Y", "P(Y | do(X))", P.of_names("Y", "X")),
    ],
)
def test_a_wrong_formula_is_found_out(graph, query, wrong):
    answer = forged(graph, query, wrong)
    with pytest.raises(WrongEstimandError, match="in random model 0 at ") as error:
        certify(answer.graph, query, answer)
    assert error.value.value != error.value.truth
    assert error.value.estimand == str(wrong)


def test_a_formula_that_is_right_on_one_model_can_be_wrong_on_another():
    """P(Y | X) is the effect in a back-door graph whose Z happens to do nothing."""
    answer = forged("Z -> X -> Y; Z -> Y", "P(Y | do(X))", P.of_names("Y", "X"))
    idle = SCM(
        answer.graph,
        {
            "Z": Table((), "1/2, 1/2"),
            "X": Table((), "1/2, 1/2", ignores="Z"),
            "Y": Table("X", {0: "1/3, 2/3", 1: "1/4, 3/4"}, ignores="Z"),
        },
    )
    assert compared(idle, answer) == 4
    with pytest.raises(WrongEstimandError):
        compared(random_scm(answer.graph, 0), answer)


def test_an_answer_to_another_question_certifies_nothing():
    graph = examples()["front-door"]
    answer = identify(graph, "P(Y | do(X))")
    with pytest.raises(CertificateError, match="the answer is one to"):
        certify(graph, "P(Y | do(Z))", answer)
    with pytest.raises(CertificateError, match="the answer is one to"):
        certify(ADMG.parse("X -> Z -> Y"), "P(Y | do(X))", answer)


def test_an_open_question_certifies_nothing():
    graph = ADMG.parse("Z -> X -> Y")
    query = "P(Y[X=Z[]]=1)"
    with pytest.raises(CertificateError, match="open question"):
        certify(graph, query, identify(graph, query))


def test_values_in_the_query_change_nothing_about_the_formula():
    graph = examples()["napkin"]
    query = "P(Y=cured | do(X=drug))"
    assert certify(graph, query, identify(graph, query), models=2) == Certified(2, 16)


def test_models_with_more_values_compare_more_cells():
    graph = examples()["front-door"]
    answer = identify(graph, "P(Y | do(X))")
    assert certify(graph, "P(Y | do(X))", answer, models=2, values=3) == Certified(2, 18)


@pytest.mark.parametrize(
    ("outer", "inner", "why"),
    [
        ("XZ", "Z", "hidden causes join the outer variables"),
        ("XY", "X", "no inner variable is set"),
        ("YZ", "Z", "an outer variable is set"),
        ("X", "Y", "the inner variables are some of the outer ones"),
        ("XY", "", "the inner variables are some of the outer ones"),
        ("XYZ", "YZ", "hidden causes join the outer variables"),
        ("XY", "Y", "outer variables lead to inner ones"),
    ],
)
def test_a_forged_hedge_on_an_identifiable_graph_is_refused(outer, inner, why):
    graph = examples()["front-door"]
    query = Query.parse("P(Y | do(X))")
    answer = NotIdentified(graph, query, Hedge(frozenset(outer), frozenset(inner)))
    with pytest.raises(CertificateError, match=why):
        certify(graph, query, answer)


def test_the_truth_is_the_law_of_the_mutilated_model():
    model = random_scm(ADMG.parse("Z -> X -> Y; Z <-> Y"), 3)
    done = model.under(Do(X=1)).law("Y", "Z")
    cells = dict(truth_by_cell(model, "P(Y | do(X=1), Z)"))
    assert cells[1, 1, 0] == done[1, 0] / (done[0, 0] + done[1, 0])
    assert len(cells) == 4


def truth_by_cell(model, query):
    for cell, value in truth(model, Query.parse(query)):
        yield tuple(cell[v] for v in ("X", "Y", "Z")), value


def test_a_value_outside_the_domain_has_no_truth():
    model = random_scm(ADMG.parse("X -> Y"), 3)
    with pytest.raises(DomainError, match="Y cannot be 7"):
        list(truth(model, Query.parse("P(Y=7 | do(X=1))")))


def test_values_in_any_order_are_compared_by_name():
    answer = identify(ADMG.parse("X -> Y"), "P(Y | do(X))")
    doses = ("low", "high", "medium")
    rows = {"low": "1/2, 1/2", "high": "1/3, 2/3", "medium": "1/4, 3/4"}
    model = SCM(
        answer.graph,
        {
            "X": Table((), "1/2, 1/4, 1/4", values=doses),
            "Y": Table("X", rows, values=("no", "yes")),
        },
    )
    assert compared(model, answer) == 6


def test_cells_that_cannot_be_seen_have_no_truth():
    model = SCM.of({"Z": Response("U", {0: 0, 1: 0}), "Y": Table("Z", {0: "1/2, 1/2", 1: "1, 0"})},
                   [Noise("U", "1/2, 1/2")])  # fmt: skip
    cells = [cell for cell, _ in truth(model, Query.parse("P(Y | Z)"))]
    assert cells == [{"Y": 0, "Z": 0}, {"Y": 1, "Z": 0}]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: {"steps": ()}, "do not make the two sides equal"),
        (lambda d: {"steps": d.steps[1:]}, "step 1: its left side does not stand"),
        (lambda d: {"end": d.start}, "the derivation ends at"),
        (lambda d: {"start": d.end}, "the derivation starts at"),
    ],
)
def test_a_right_formula_with_a_wrong_derivation_is_rejected(change, complaint):
    graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    answer = identify(graph, "P(Y | do(X))")
    derivation = replace(answer.derivation, **change(answer.derivation))
    with pytest.raises(CertificateError, match=complaint):
        certify(graph, answer.query, replace(answer, derivation=derivation), models=2)
