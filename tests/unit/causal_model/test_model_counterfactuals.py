"""Counterfactual answers say what they rest on; questions without an answer are refused."""

from fractions import Fraction

import pytest

from causal import ADMG, counterfactual
from causal.errors import (
    DomainError,
    ImpossibleEvidenceError,
    ModelError,
    QueryError,
    QuerySyntaxError,
    UnknownVariableError,
)
from causal.model import SCM, Independent, Linear, Noise, Response, Table, abduct, random_scm
from causal.model.finite.coupling import Unknown

ROWS = {0: "0.5, 0.3, 0.2", 1: "0.2, 0.5, 0.3"}


def three_values(coupling=None) -> SCM:
    return SCM.of(
        {
            "X": Table((), "1/2, 1/2"),
            "Y": Table("X", ROWS, values=(0, 1, 2), coupling=coupling),
        }
    )


def test_the_answer_depends_on_the_coupling_and_says_which():
    """With rows (.5, .3, .2) and (.2, .5, .3): 2/3 by inverse CDF, .5 by independent draws."""
    query = "P(Y[X=1]=1 | X=0, Y=1)"
    by_cdf = counterfactual(three_values(), query)
    apart = counterfactual(three_values(Independent()), query)
    assert (by_cdf.value, apart.value) == (Fraction(2, 3), Fraction(1, 2))
    assert by_cdf.assumptions[-1] == "Y: rows coupled by InverseCDF"
    assert apart.assumptions[-1] == "Y: rows coupled by Independent"
    assert by_cdf.engine == "coupled tables, exact"
    assert by_cdf.probability_of_evidence == Fraction(3, 20)
    assert (three_values().law() == three_values(Independent()).law()).all()


def test_a_coupling_is_no_assumption_where_only_one_world_is_asked_about():
    found = counterfactual(three_values(), "P(Y=1 | do(X=1))")
    assert found.assumptions == ("the mechanisms and their noise are as the model says",)


def test_what_no_intervention_reaches_is_the_same_in_all_worlds():
    model = random_scm(ADMG.parse("Z -> X -> Y"), 1)
    assert counterfactual(model, "P(Z[X=0]=1, Z=0)").value == 0
    assert counterfactual(model, "P(Z[X=0]=1 | Z[X=1]=1)").value == 1
    with pytest.raises(ImpossibleEvidenceError):
        counterfactual(model, "P(Y=1 | Z[X=0]=1, Z=0)")


def test_composition_and_effectiveness():
    """Pearl (2009), 7.3.1: axioms that any model satisfies."""
    model = random_scm(ADMG.parse("X -> M -> Y; X -> Y; X <-> Y"), 4)
    assert counterfactual(model, "P(Y[X=1, M=M[X=1]]=1, Y[X=1]=0)").value == 0
    assert counterfactual(model, "P(X[X=1]=1)").value == 1
    assert counterfactual(model, "P(Y[X=1]=1 | X=1, Y=1)").value == 1


def test_a_world_may_refer_to_a_later_variable_of_another():
    model = random_scm(ADMG.parse("A -> B -> C"), 2)
    asked = counterfactual(model, "P(B[A=C[B=0]]=1)").value
    c = model.law("B", "C")[0] / model.law("B")[0]
    b = model.law("A", "B")
    by_hand = sum(c[i] * b[i, 1] / b[i].sum() for i in (0, 1))
    assert asked == by_hand


@pytest.mark.parametrize(
    ("query", "error", "complaint"),
    [
        ("P(Q[X=0]=1)", UnknownVariableError, "Q is not in the graph"),
        ("P(Y[Q=0]=1)", UnknownVariableError, "Q is not in the graph"),
        ("P(Y[X=2]=1)", DomainError, "X cannot be 2"),
        ("P(Y[X=0]=9)", DomainError, "Y cannot be 9"),
        ("P(Y[X=0]=1 | X=7)", DomainError, "X cannot be 7"),
        ("P(Y[X=0])", QueryError, "leaves Y open"),
        ("P(Y[X]=1)", QueryError, "leaves X open"),
        ("P(Y=1 | do(X))", QueryError, "leaves X open"),
        ("P(Y[X=0, X=1]=1)", QueryError, "sets X twice"),
        ("P(Y[X=X[Y=0, Y=1]]=1)", QueryError, "sets Y twice"),
        ("P(Y[X=0=1)", QuerySyntaxError, "1:"),
    ],
)
def test_a_question_without_an_answer_is_refused(query, error, complaint):
    with pytest.raises(error, match=complaint):
        counterfactual(random_scm(ADMG.parse("X -> Y"), 0), query)


def test_evidence_that_cannot_be_is_refused():
    model = SCM.of({"X": Response("U", {0: 0, 1: 0})}, [Noise("U", "1/2, 1/2")])
    with pytest.raises(ImpossibleEvidenceError, match="X=1 has probability zero"):
        counterfactual(model, "P(X[X=0]=0 | X=1)")
    with pytest.raises(ImpossibleEvidenceError, match="X=1 has probability zero"):
        abduct(model, {"X": 1})
    with pytest.raises(DomainError):
        abduct(model, {"X": 3})


def test_only_the_noise_of_a_finite_model_can_be_listed():
    with pytest.raises(ModelError, match="no table holds the law of X"):
        abduct(SCM.of({"X": Linear()}), {"X": 1.0})


def test_many_worlds_at_once():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y; Z -> Y"), 9)
    whole = sum(
        counterfactual(
            model, f"P(Y[X=0, Z=0]={a}, Y[X=0, Z=1]={b}, Y[X=1, Z=0]={c}, Y[X=1, Z=1]={d} | X=1)"
        ).value
        for a in (0, 1)
        for b in (0, 1)
        for c in (0, 1)
        for d in (0, 1)
    )
    assert whole == 1


def test_an_answer_prints_with_its_question():
    assert str(counterfactual(three_values(), "P(Y[X=1]=1 | X=0, Y=1)")) == (
        "P(Y[X=1]=1 | X=0, Y=1) = 2/3"
    )


def test_a_coupling_that_nobody_names_leaves_an_interval():
    """P(Y*=0 | Y=0) lies in [0, .4] whatever couples (.5, .3, .2) with (.2, .5, .3)."""
    model = three_values(Unknown())
    found = counterfactual(model, "P(Y[X=1]=0 | X=0, Y=0)")
    assert found.value is None
    assert found.interval == (0, Fraction(2, 5))
    assert str(found) == "P(Y[X=1]=0 | X=0, Y=0) is between 0 and 2/5"
    assert found.engine == "linear program over couplings"
    one_world = counterfactual(model, "P(Y=1 | do(X=1)) - P(Y=1 | do(X=0))")
    assert one_world.value == Fraction(1, 5)


def test_a_constant_counts_and_a_sum_has_the_least_likely_evidence():
    found = counterfactual(three_values(), "1 - 2 P(Y[X=1]=1 | X=0, Y=1) + E(Y | do(X=0))")
    assert found.value == 1 - 2 * Fraction(2, 3) + Fraction(7, 10)
    assert found.probability_of_evidence == Fraction(3, 20)


def test_large_sums_are_done_in_floats_unless_told_otherwise():
    graph = ADMG.of(
        directed=[(f"V{i}", f"V{j}") for j in range(30) for i in range(max(0, j - 4), j)]
    )
    model = random_scm(graph, 1)
    query = "P(V29[V3=1]=1 | V3=0, V29=0)"
    found, exact = counterfactual(model, query), counterfactual(model, query, exact=True)
    assert found.engine == "coupled tables, float64"
    assert isinstance(exact.value, Fraction)
    assert found.value == pytest.approx(float(exact.value), rel=1e-12)


@pytest.mark.parametrize(
    ("query", "error", "complaint"),
    [
        ("E(Y[X=0]) - E(Q)", UnknownVariableError, "1:15: Q is not in the graph"),
        ("P(Y[X=M[]]=good)", DomainError, "X cannot be 2; it takes 0, 1"),
        ("P(Y[X=1] != Y)", QueryError, r"Y cannot be 'Y'.*write Y\[\] for the variable"),
        ("P(Y[X=1] > Y[])", QueryError, "orders 'bad', which is no number"),
        ("E(Y[X=1])", QueryError, "Y can be 'bad', which is no number"),
        ("P(M > 1 | M < 0)", ImpossibleEvidenceError, "M < 0 has probability zero"),
        ("P(M = 1 | Y[X=1] != Y[X=1])", ImpossibleEvidenceError, "probability zero"),
        ("P(Y[X->Y=1]=good | M=2)", QueryError, "sets an edge X -> Y"),
    ],
)
def test_a_quantity_without_a_value_is_refused(query, error, complaint):
    model = SCM.of(
        {
            "X": Table((), "1/2, 1/2"),
            "M": Table("X", ROWS, values=(0, 1, 2)),
            "Y": Table("M", dict.fromkeys((0, 1, 2), "1/2, 1/2"), values=("bad", "good")),
        }
    )
    with pytest.raises(error, match=complaint):
        counterfactual(model, query)


def test_a_comparison_and_a_value_of_the_same_variable_meet():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y"), 3)
    law = model.law("X", "Y")
    same = law[0, 0] + law[1, 1]
    assert counterfactual(model, "P(Y = X[], X = 0)").value == law[0, 0]
    assert counterfactual(model, "P(X = 0, Y = X[])").value == law[0, 0]
    assert counterfactual(model, "P(X = 0 | Y = X[])").value == law[0, 0] / same
    assert counterfactual(model, "P(Y = X[] | X = 1)").value == law[1, 1] / law[1].sum()
    assert counterfactual(model, "E(Y | Y = X[], X = 1)").value == 1
