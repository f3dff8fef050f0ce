"""Counterfactual and interventional numbers as printed, each from the model of its source."""

from fractions import Fraction

import pytest

from causal import ADMG, counterfactual, identify
from causal.model import SCM, Do, Noise, Response, Table


def smoking() -> SCM:
    """Pearl (2009), table 3.1: smoking X, tar Z, cancer Y; who smokes is all that is hidden."""
    return SCM(
        ADMG.parse("X -> Z -> Y; X <-> Y"),
        {
            "X": Response("U", {0: 0, 1: 1}),
            "Z": Table("X", {0: "0.95, 0.05", 1: "0.05, 0.95"}),
            "Y": Table(
                ("U", "Z"),
                {
                    (0, 0): "0.9, 0.1",
                    (1, 0): "0.1, 0.9",
                    (0, 1): "0.95, 0.05",
                    (1, 1): "0.15, 0.85",
                },
            ),
        },
        noise=[Noise("U", "0.5, 0.5")],
    )


@pytest.mark.parametrize(("x", "cancer"), [(1, "0.4525"), (0, "0.4975")])
def test_smoking_protects_in_the_front_door_table(x, cancer):
    model = smoking()
    assert model.under(Do(X=x)).law("Y")[1] == Fraction(cancer)
    answer = identify(model.graph, "P(Y | do(X))")
    assert answer.estimand.evaluate(model.law())[x, 1] == Fraction(cancer)


def test_the_printed_cells_of_the_smoking_table():
    law = smoking().law("X", "Z", "Y")
    assert law[1, 1].sum() == Fraction("0.475")
    assert law[1, 0, 1] == Fraction("0.025") * Fraction("0.9")


def homework() -> SCM:
    """Pearl (2014), "Interpretation and identification of causal mediation", table 1."""
    return SCM(
        ADMG.parse("T -> M -> Y; T -> Y"),
        {
            "T": Table((), "0.5, 0.5"),
            "M": Table("T", {0: "0.6, 0.4", 1: "0.25, 0.75"}),
            "Y": Table(
                ("T", "M"),
                {(0, 0): "0.8, 0.2", (0, 1): "0.7, 0.3", (1, 0): "0.6, 0.4", (1, 1): "0.2, 0.8"},
            ),
        },
    )


@pytest.mark.parametrize(
    ("treated", "untreated", "printed"),
    [
        ("P(Y[T=1]=1)", "P(Y[T=0]=1)", "0.46"),  # total
        ("P(Y[T=1, M=M[T=0]]=1)", "P(Y[T=0]=1)", "0.32"),  # natural direct
        ("P(Y[T=0, M=M[T=1]]=1)", "P(Y[T=0]=1)", "0.035"),  # natural indirect
    ],
)
def test_the_effects_of_encouragement_on_homework(treated, untreated, printed):
    one, other = (counterfactual(homework(), query).value for query in (treated, untreated))
    assert one - other == Fraction(printed)


def test_how_much_of_the_effect_homework_explains_and_how_much_needs_it():
    """Pearl, Glymour & Jewell (2016), 4.5.2: .07 (of .076) by it alone, .304 owed to it."""
    direct, indirect, total = (
        counterfactual(homework(), f"P({treated}) - P(Y[T=0]=1)").value
        for treated in ("Y[T=1, M=M[T=0]]=1", "Y[T=0, M=M[T=1]]=1", "Y[T=1]=1")
    )
    printed = [round(float(one), 3) for one in (indirect / total, 1 - direct / total)]
    assert printed == [0.076, 0.304]
    by_data = identify(homework().graph, "P(Y[T=1, M=M[T=0]]=1) - P(Y[T=0]=1)")
    assert by_data.evaluate(homework().law()) == direct


def radiation() -> SCM:
    """Pearl (2009), table 9.1: radiation and leukaemia in southern Utah, as frequencies."""
    low, high = Fraction(16, 59026), Fraction(30, 69160)
    return SCM(
        ADMG.parse("X -> Y"),
        {
            "X": Table((), [Fraction(59026, 128186), Fraction(69160, 128186)]),
            "Y": Table("X", {0: [1 - low, low], 1: [1 - high, high]}),
        },
    )


def test_the_excess_risk_ratio_is_the_probability_of_necessity_under_monotonicity():
    model = radiation()
    low, high = (model.under(Do(X=x)).law("Y")[1] for x in (0, 1))
    necessity = counterfactual(model, "P(Y[X=0]=0 | X=1, Y=1)")
    assert necessity.value == (high - low) / high
    assert float(necessity.value) == pytest.approx(0.37510, abs=5e-6)
    assert "Y: rows coupled by InverseCDF" in necessity.assumptions
    both = counterfactual(model, "P(Y[X=1]=1, Y[X=0]=0)").value
    assert both == high - low
    assert float(both) == pytest.approx(0.0001627, abs=5e-8)


def test_the_effect_of_treatment_on_the_treated_in_a_bow_needs_the_model():
    """Pearl (2009), 8.2.5: E(Y[X=0] | X=1) follows from P(y) = P(y, x) + P(y, x')."""
    model = SCM(
        ADMG.parse("X -> Y; X <-> Y"),
        {
            "X": Table("U", {0: "0.8, 0.2", 1: "0.3, 0.7"}),
            "Y": Table(
                ("X", "U"),
                {(0, 0): "0.9, 0.1", (0, 1): "0.5, 0.5", (1, 0): "0.6, 0.4", (1, 1): "0.2, 0.8"},
            ),
        },
        noise=[Noise("U", "0.4, 0.6")],
    )
    observed, untreated = model.law("X", "Y"), model.under(Do(X=0)).law("Y")[1]
    by_hand = (untreated - observed[0, 1]) / observed[1].sum()
    assert counterfactual(model, "P(Y[X=0]=1 | X=1)").value == by_hand
