"""A choice that stays open where all that it reads is certain: exact, for one unit and for many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causal import SCM, Do, counterfactual, outcome_probabilities
from causal.errors import TooFewDrawsError
from causal.model import (
    Categorical,
    FreeOdds,
    GumbelMax,
    InverseCDF,
    Linear,
    Logits,
    Polynomial,
    Table,
    Threshold,
)

EXACT = "abduction of a choice, exact"
CUT = Threshold(Polynomial({"X": 1.0, "K": 0.5}), cuts=(-0.5, 0.5), values=(0, 1, 2))


def model(choice=CUT) -> SCM:
    """A choice that a number and a coin drive, and what comes of it."""
    return SCM.of(
        {
            "X": Linear(),
            "K": Table((), "1/4, 3/4"),
            "Y": choice,
            "Z": Linear({"Y": 1.0}),
        }
    )


def test_what_is_left_of_the_noise_is_cut_again():
    def below(x: float, k: int, cut: float) -> float:
        return float(stats.norm.cdf(cut - x - 0.5 * k))

    found = counterfactual(model(), "P(Y[X=1]=2 | X=0, K=1, Y=1, Z=3)")
    left = below(0, 1, -0.5), below(0, 1, 0.5)
    truth = (left[1] - max(left[0], below(1, 1, 0.5))) / (left[1] - left[0])
    assert (found.engine, found.standard_error) == (EXACT, 0)
    assert found.value == pytest.approx(truth, abs=1e-12)
    mean = counterfactual(model(), "E(Y[X=1, K=0])")
    chances = np.diff([0, below(1, 0, -0.5), below(1, 0, 0.5), 1])
    assert (mean.value, mean.engine) == (pytest.approx(chances[1] + 2 * chances[2]), EXACT)
    more = counterfactual(model(), "P(Y[X=1] > Y[] | X=0, K=1, Y=1)")
    assert more.value == pytest.approx(truth, abs=1e-12)


@pytest.mark.parametrize("coupling", [GumbelMax(), InverseCDF()])
def test_units_get_what_their_outcome_probabilities_are(coupling):
    odds = Logits([0, 0.5, -0.3], {"X": [0, 1.0, -0.7], "K": [0, 0.2, 1.0]})
    shop = model(Categorical(odds, values=(0, 1, 2), coupling=coupling))
    units = shop.sample(50, rng=0)
    chances = outcome_probabilities(shop, units, Do(X=-1), target="Y")
    for value in (0, 1, 2):
        found = counterfactual(shop, f"P(Y[X=-1]={value})", units=units)
        assert found.engine == EXACT
        assert np.allclose(found.value, chances[value], atol=1e-12)
    assert (found.standard_error == 0).all()


@pytest.mark.parametrize(
    "query",
    [
        "P(Y[X=1]=2 | X=0, Y=1)",  # K is open
        "P(Y[X=1]=2 | X=0, K=1, Z=0.5)",  # Z tells about the noise of Y
        "P(Y[X=1]=2, Y[X=2]=1 | X=0, K=1)",  # one noise decides both
        "P(Y[X=1]=2 | Z[X=1, K=0]=0.5, K=0)",
    ],
)
def test_what_rests_on_more_than_its_own_value_is_left_to_draws(query: str):
    assert counterfactual(model(), query).engine == "weighted draws"


def test_what_cannot_have_been_is_refused():
    def sure(x: np.ndarray) -> np.ndarray:
        return np.array([x > 0, x <= 0], dtype=float)

    step = SCM.of({"X": Linear(), "Y": Categorical(FreeOdds(("X",), sure))})
    with pytest.raises(TooFewDrawsError):
        counterfactual(step, "P(Y[X=1]=1 | X=1, Y=1)")
    units = pd.DataFrame({"X": [1.0, 1.0], "Y": [0, 1]})
    assert counterfactual(step, "P(Y[X=-1]=1)", units=units).value.isna().tolist() == [False, True]
    coin = SCM.of({"K": Table((), "1, 0"), "Y": Threshold(Polynomial({"K": 1.0}))})
    with pytest.raises(TooFewDrawsError):
        counterfactual(coin, "P(Y[K=0]=1 | K=1)")
