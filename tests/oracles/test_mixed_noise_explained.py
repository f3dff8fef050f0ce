"""Explanations where finite and normal noise meet say what the exact answers say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from causal.model import SCM, counterfactual, explain, load_model
from causal.model.engines.explaining.laws import Spread


def model() -> SCM:
    return load_model(
        {
            "exogenous": {"U": [0.4, 0.6], "V": ["1/3", "1/3", "1/3"]},
            "noise": {"e": "normal(0, 1)", "f": "normal(0, 2)"},
            "equations": {
                "X": "U",
                "Z": "choose(V, 1, 2, 5) * X",
                "W": "2*Z + f",
                "Y": "3*X + Z*0.5 + W + e",
            },
        }
    )


@pytest.mark.parametrize(
    "query", ["E(Y[X=0] | X=1, W=3)", "P(Y[Z=5] > 4 | Y=3)", "E(Y[X=0] | Y=8)"]
)
def test_an_explanation_ends_at_the_exact_answer(query: str) -> None:
    answer = counterfactual(model(), query)
    [why] = explain(model(), query)
    assert why.after == pytest.approx(answer.value, abs=1e-12)
    assert sum(each.share for each in why.contributions) == pytest.approx(why.after - why.before)


def test_what_is_inferred_is_bayes_rule() -> None:
    """V given W, by hand: Z is 1, 2 or 5, and W is normal around twice that."""
    [why] = explain(model(), "E(Y[X=0] | X=1, W=3)")
    inferred = {one.noise: one.after for one in why.noise}
    weights = stats.norm.pdf(3, 2 * np.array([1.0, 2.0, 5.0]), 2)
    weights /= weights.sum()
    assert inferred["U"] == {1: 1.0}
    np.testing.assert_allclose([inferred["V"][v] for v in range(3)], weights)
    noise = inferred["noise of W"]
    assert isinstance(noise, Spread)
    left = 3 - 2 * np.array([1.0, 2.0, 5.0])
    assert noise.mean == pytest.approx(weights @ left)
    assert noise.sd == pytest.approx(np.sqrt(weights @ (left - weights @ left) ** 2))
    changes = {change.variable: change for change in why.changes}
    assert changes["Z"].would_be == {0: 1.0}
    moved = changes["Y"].by
    assert isinstance(moved, Spread)
    by = -3 - 2.5 * np.array([1.0, 2.0, 5.0])
    assert moved.mean == pytest.approx(weights @ by)
    assert "-0.0 ±" not in str(why)


def test_the_middle_of_a_mixture_holds_ninety_five_in_a_hundred() -> None:
    [why] = explain(model(), "E(Y[X=0] | X=1)")
    [was] = [change.was for change in why.changes if change.variable == "Y"]
    means = 3 + 2.5 * np.array([1.0, 2.0, 5.0])
    inside = stats.norm.cdf(was.high, means, np.sqrt(5)) - stats.norm.cdf(
        was.low, means, np.sqrt(5)
    )
    assert inside.mean() == pytest.approx(0.95)
    assert stats.norm.cdf(was.low, means, np.sqrt(5)).mean() == pytest.approx(0.025)
    assert why.changes[0].differs == pytest.approx(1.0)
