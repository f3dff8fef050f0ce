"""Pearl, Glymour & Jewell (2016), "Causal Inference in Statistics: A Primer", chapter 4.

Models and numbers are quoted from memory; each number is worked out beside the test as well.
"""

from __future__ import annotations

import pandas as pd
import pytest

from causal import Do, counterfactual, explain, load_model, potential_outcomes

AFTER_SCHOOL = load_model(
    {
        "noise": {"u1": "normal(0, 1)", "u2": "normal(0, 1)", "u3": "normal(0, 1)"},
        "equations": {
            "encouragement": "u1",
            "homework": "0.5 * encouragement + u2",
            "score": "0.7 * encouragement + 0.4 * homework + u3",
        },
    }
)
JOE = {"encouragement": 0.5, "homework": 1.0, "score": 1.5}


def test_joe_would_have_scored_1_90_with_twice_the_homework() -> None:
    """4.2.3: his noises are .5, .75 and .75, and the score is .5 × .7 + 2 × .4 + .75."""
    then = potential_outcomes(AFTER_SCHOOL, pd.DataFrame([JOE]), Do(homework=2), targets="score")
    assert then["score"].tolist() == pytest.approx([1.90])
    seen = "encouragement=0.5, homework=1, score=1.5"
    answer = counterfactual(AFTER_SCHOOL, f"E(score[homework=2] | {seen})")
    assert answer.value == pytest.approx(1.90)
    [why] = explain(AFTER_SCHOOL, "E(score[homework=2])", unit=JOE)
    noises = [next(iter(one.after)) for one in why.noise]
    assert noises == pytest.approx([0.5, 0.75, 0.75])
    assert [each.share for each in why.contributions] == pytest.approx([0.40])


@pytest.mark.parametrize(
    ("u", "printed"),
    [
        (1, {"X": 1, "Y": 2, "Y[X=1]": 2, "Y[X=2]": 3, "Y[X=3]": 4}),
        (2, {"X": 2, "Y": 4, "Y[X=1]": 3, "Y[X=2]": 4, "Y[X=3]": 5}),
        (3, {"X": 3, "Y": 6, "Y[X=1]": 4, "Y[X=2]": 5, "Y[X=3]": 6}),
    ],
)
def test_the_values_attained_by_x_and_y_in_three_units(u: int, printed: dict[str, int]) -> None:
    """Table 4.1: X = U and Y = X + U; X[Y=y] stays X, whatever y."""
    model = load_model(
        {
            "exogenous": {"V": [0, "1/3", "1/3", "1/3"]},
            "equations": {"U": "V", "X": "V", "Y": "X + V"},
        }
    )
    printed = printed | {f"X[Y={y}]": u for y in (1, 2, 3)}
    found = {term: counterfactual(model, f"E({term} | U={u})").value for term in printed}
    assert found == printed


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (-2.0, 0.25)])
@pytest.mark.parametrize(("x", "z"), [(0.0, 1.0), (3.0, -1.0)])
def test_the_salary_of_the_skilled_had_they_had_that_much_college(
    a: float, b: float, x: float, z: float
) -> None:
    """Study question 4.3.1: E[Y_x | Z = z] = abx + bz / (1 + a²)."""
    model = load_model(
        {
            "noise": {"u1": "normal(0, 1)", "u2": "normal(0, 1)"},
            "equations": {"X": "u1", "Z": f"{a} * X + u2", "Y": f"{b} * Z"},
        }
    )
    answer = counterfactual(model, f"E(Y[X={x}] | Z={z})")
    assert answer.value == pytest.approx(a * b * x + b * z / (1 + a * a))


def test_the_slope_of_the_total_effect_gives_every_linear_counterfactual() -> None:
    """Theorem 4.3.2: E[Y_x | e] = E[Y | e] + τ (x - E[X | e])."""
    seen, x = "homework=1, score=1.5", 2.0
    tau = counterfactual(
        AFTER_SCHOOL, "E(score[encouragement=1]) - E(score[encouragement=0])"
    ).value
    assert tau == pytest.approx(0.7 + 0.5 * 0.4)
    ask = [f"E(encouragement | {seen})", f"E(score[encouragement={x}] | {seen})"]
    likely, answer = (counterfactual(AFTER_SCHOOL, query).value for query in ask)
    assert answer == pytest.approx(1.5 + tau * (x - likely))
