"""Answers to counterfactual questions: verdict, formula, reasons, and what is refused."""

import pandas as pd
import pytest

from causal import (
    ADMG,
    Conflict,
    Do,
    Identified,
    NotIdentified,
    Reasoning,
    Undecided,
    certificate,
    certify,
    experiments,
    identify,
)
from causal.checker import TooLargeError, check
from causal.errors import (
    CertificateError,
    DataError,
    ImpossibleEvidenceError,
    QueryError,
    UnknownVariableError,
)
from causal.model import random_scm

BOW = ADMG.parse("X -> Y; X <-> Y")


# What tools of the field answer wrongly; every verdict is proved in tests/oracles.
@pytest.mark.parametrize(
    ("graph", "query"),
    [
        ("X -> Y", "P(Y[X=0]=0, X=1, Y=1)"),  # answered P(X) P(Y | do(X))
        ("X -> Z -> Y", "P(Y[X=1]=1, Z[X=0]=0)"),  # interventions at odds: answered
        ("X -> Y; X <-> Y", "P(Y[X=1]=1, X=0)"),  # answered
        ("X -> Y; X <-> Y", "P(Y[X=1]=1 | X=0)"),
    ],
)
def test_what_others_identify_and_is_not_identified(graph: str, query: str):
    assert isinstance(identify(ADMG.parse(graph), query), NotIdentified)


def test_what_is_seen_stays_in_the_formula():
    """Another tool loses the event X = 0 and answers with P(Z | do(X))."""
    graph = ADMG.parse("X -> Z -> Y; X <-> Z")
    answer = identify(graph, "P(Y[Z=1]=1, X=0, Z=1)")
    assert str(answer.estimand) == "P(X=0, Y=1, Z=1)"


def test_a_direct_effect_is_no_division_by_zero():
    graph = ADMG.parse("X -> Z -> Y; X -> Y")
    answer = identify(graph, "P(Y[X=1, Z=0]=1)")
    assert str(answer.estimand) == "P(Y=1 | X=1, Z=0)"


def test_values_are_told_apart_in_a_formula():
    answer = identify(ADMG.parse("X -> Z -> Y; X <-> Y"), 'P(Y[X=x] | X="x\'")')
    assert str(answer.estimand) == 'Σ_{Z} P(Y | X="x\'", Z) P(Z | X=x)'


def test_what_the_outcome_alone_makes_one_with_the_evidence_ties_nothing():
    """Y is Y[X=1] as X = 1 is asked about; Y[X=0] stays out of it, though it is given."""
    graph = ADMG.parse("X -> Y -> W")
    answer = identify(graph, "P(X=1, W=1 | Y[X=1]=1, Y[X=0]=0)")
    assert str(answer.estimand) == "P(W=1 | Y=1) P(X=1)"
    assert certify(graph, str(answer.query), answer, models=5).cells == 5


def test_what_is_given_in_two_worlds_is_not_cancelled_where_only_the_outcome_makes_it_one():
    graph = ADMG.parse("X -> Y -> W")
    assert isinstance(identify(graph, "P(X=1 | Y[X=1]=1, Y=1)"), NotIdentified)
    assert isinstance(identify(graph, "P(X=1 | Y[X=1]=1, W=1)"), NotIdentified)


def test_an_answer_says_from_what_it_comes():
    observed = identify(ADMG.parse("X -> Z -> Y; X <-> Y"), "P(Y[X=1] | X=0)")
    assert observed.experiments == ()
    by_experiment = identify(BOW, "P(Y[X=1]=1)")
    assert [str(law) for law in by_experiment.experiments] == ["P(Y=1 | do(X=1))"]
    ((law, hedge),) = by_experiment.derivation.hedges
    assert (str(law), hedge.inner) == ("P(Y=1 | do(X=1))", {"Y"})


def test_as_few_experiments_are_left_as_can_be():
    graph = ADMG.parse("X -> M -> Y; X -> Y; X <-> M; M -> W; W -> Y")
    answer = identify(graph, "P(Y[X=1, M=M[X=0]]=1)")
    assert [str(law) for law in answer.experiments] == ["P(M | do(X=0))"]


def test_the_reasons_lead_from_the_query_to_the_formula():
    answer = identify(ADMG.parse("X -> Z -> Y; X <-> Y"), "P(Y[X=1] | X=0)")
    assert isinstance(answer.derivation, Reasoning)
    assert str(answer.derivation).splitlines()[0] == "P(Y[X=1] | X=0)"
    steps = answer.derivation.to_list()
    assert [step["rule"] for step in steps] == ["composition", "independence", "do-calculus"]
    assert [step["from"] for step in steps[1:]] == [step["to"] for step in steps[:-1]]
    assert steps[-1]["to"] == str(answer.estimand)


def test_the_steps_of_the_do_calculus_in_it_are_replayed():
    graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    answer = identify(graph, "P(Y[X=1] | X=0)")
    answer.derivation.check(graph)
    assert len(answer.derivation.derivations) == 2
    for derivation in answer.derivation.derivations:
        assert check(derivation.certificate(graph)).startswith("verified")
    with pytest.raises(CertificateError):
        answer.derivation.check(ADMG.parse("X -> Z -> Y; X <-> Y; X <-> Z"))
    assert "random models of 2 worlds: equal in 3" in check(answer.certificate)


def test_a_conflict_says_what_stands_against_what():
    answer = identify(BOW, "P(Y[X=1]=1 | X=0)")
    conflict = answer.hedge
    assert isinstance(conflict, Conflict)
    assert (conflict.variable, conflict.district) == ("X", {"X", "Y"})
    assert {str(conflict.one), str(conflict.other)} == {"X=0", "Y[X=1]=1"}
    assert "nothing shows who would have had X=0" in conflict.why
    with pytest.raises(TooLargeError, match="whether what is given matters takes two models"):
        check(answer.certificate)
    said = check(certificate(answer))
    assert "the noise of ['X', 'Y'] meets two values of 'X'" in said
    assert "two models: equal and positive under all experiments" in said


def test_two_values_are_enough_for_the_treated_in_a_bow():
    """P(y_x, x') = P(y_x) - P(y, x), where x' is all that is not x."""
    special = identify(BOW, "P(Y[X=1] | X=0)").hedge.if_binary
    assert str(special) == "(P(Y | do(X=1)) - P(X=1, Y)) / P(X=0)"
    model = random_scm(BOW, 3)
    laws = {Do(): model.law(), Do(X=1): model.under(Do(X=1)).law()}
    assert sum(special.formula.evaluate(laws)) == 1
    # With a third value written, two are not all there are.
    assert identify(BOW, "P(Y[X=1]=1, Y[X=2]=0 | X=0)").hedge.if_binary is None


def test_open_outcomes_are_symbols_of_their_own():
    graph = ADMG.parse("W <- X -> Y")
    answer = identify(graph, "P(Y[X=1], W[X=0])")
    assert str(answer.estimand) == "P(W | X=0) P(Y | X=1)"
    assert certify(graph, "P(Y[X=1], W[X=0])", answer, models=3).cells == 12


def test_an_open_setting_stands_for_every_value():
    graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    answer = identify(graph, "P(Y[X])")
    assert answer.estimand == identify(graph, "P(Y | do(X))").estimand
    assert certify(graph, "P(Y[X])", answer, models=3).cells == 12


def test_a_value_that_does_not_matter_is_taken_from_the_query_or_reported():
    napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    answer = identify(napkin, "P(Y[X=1]=1)")
    assert answer.free == {"Z"}
    assert certify(napkin, "P(Y[X=1]=1)", answer, models=3).cells == 6


def test_an_experiment_that_was_not_made_is_named():
    answer = identify(BOW, "P(Y[X=1]=1)")
    model = random_scm(BOW, 1)
    with pytest.raises(DataError, match=r"do\(X=1\)"):
        answer.estimand.evaluate(model.law())
    with pytest.raises(DataError, match=r"do\(X=1\)"):
        answer.estimand.evaluate({Do(X=0): model.law()})


def test_experiments_may_be_data():
    answer = identify(BOW, "P(Y[X=1]=1)")
    trial = pd.DataFrame({"Y": [1, 1, 0, 1]})
    assert answer.estimand.evaluate({Do(X=1): trial}).tolist() == [0.75]
    assert answer.estimand.evaluate({(("X", 1),): trial}).tolist() == [0.75]


def test_a_model_gives_the_experiments_that_a_formula_needs():
    formula = identify(BOW, "P(Y[X=1]=1)").estimand
    assert set(experiments(random_scm(BOW, 1), formula)) == {Do(), Do(X=1)}


@pytest.mark.parametrize(
    ("query", "problem", "message"),
    [
        ("P(Y[W=1]=1)", UnknownVariableError, "W is not in the graph"),
        ("P(Y[X] | X)", QueryError, "X open where it is set and where it is asked about"),
        ("P(Y[Z=1], Y)", QueryError, "Y stands for Y and for Y', which are one variable here"),
        ("P(Y[Y->X=1]=1)", QueryError, "sets an edge Y -> X, which is not in the graph"),
        (
            "P(Y=1 | X[X=1]=0)",
            ImpossibleEvidenceError,
            r"X\[X=1\]=0 has probability zero in every model",
        ),
    ],
)
def test_questions_without_sense_are_refused(query: str, problem: type, message: str):
    with pytest.raises(problem, match=message):
        identify(ADMG.parse("X -> Y; Z"), query)


def test_a_value_of_another_variable_is_left_undecided():
    answer = identify(ADMG.parse("Z -> X -> Y"), "P(Y[X=Z[]]=1)")
    assert isinstance(answer, Undecided)
    assert "X=Z[]" in answer.reason


def test_many_worlds_are_answered_together():
    graph = ADMG.parse("X -> A; X -> B; X -> C")
    answer = identify(graph, "P(A[X=1]=1, B[X=2]=1, C[X=3]=1 | X=0)")
    assert isinstance(answer, Identified)
    assert str(answer.estimand) == "P(A=1 | X=1) P(B=1 | X=2) P(C=1 | X=3)"
