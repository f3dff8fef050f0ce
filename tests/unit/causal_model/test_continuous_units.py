"""One answer a unit over real numbers: the same as asking for each by itself."""

import numpy as np
import pandas as pd
import pytest

from causal import SCM, Do, counterfactual
from causal.errors import DomainError, QueryError, TooFewDrawsError, UnknownVariableError
from causal.model import (
    Linear,
    LocationScale,
    Normal,
    Polynomial,
    StudentT,
    Threshold,
    outcome_probabilities,
    potential_outcomes,
)

LINEAR = SCM.of(
    {
        "X": Linear(),
        "M": Linear({"X": 0.5}),
        "Y": Linear({"X": 1.0, "M": 2.0}, noise=Normal(0, 0.5)),
    }
)
BENT = SCM.of(
    {
        "X": Linear(noise=StudentT(5)),
        "M": LocationScale(Polynomial({"X": 1}), Polynomial({(): 1, ("X", "X"): 0.5})),
        "D": Threshold(Polynomial({"M": 1.0})),
        "Y": Linear({"D": 1.0, "X": 1.0}, noise=Normal(0, 0.3)),
    }
)


def test_each_unit_of_a_linear_model_is_answered_as_if_alone():
    units = LINEAR.sample(6, rng=0)
    units.loc[[1, 2], "M"] = np.nan
    units.loc[[2, 3], "X"] = np.nan
    for text in ("E(Y[X=1])", "P(Y[X=1] > 1)", "E(Y[X=1]) - E(Y[X=0])", "P(M[X=2] > 0, X < 1)"):
        found = counterfactual(LINEAR, text, units=units)
        for i, row in units.iterrows():
            seen = ", ".join(f"{v}={value!r}" for v, value in row.dropna().items())
            parts = [part.replace(")", f" | {seen})") for part in text.split(" - ")]
            alone = counterfactual(LINEAR, " - ".join(parts))
            assert found.value[i] == pytest.approx(float(alone.value), abs=1e-6)
        assert found.engine == "conditioned normal law, exact"


def test_full_evidence_is_the_unit_s_outcome():
    units = BENT.sample(20, rng=1)[["X", "M"]]
    found = counterfactual(BENT, "E(M[X=0.5])", units=units)
    outcomes = potential_outcomes(BENT, units, Do(X=0.5), targets="M")["M"]
    np.testing.assert_allclose(found.value, outcomes)
    assert found.engine == "abduction of every noise, exact"


def test_draws_agree_with_closed_forms_unit_by_unit():
    units = BENT.sample(20, rng=2)
    found = counterfactual(BENT, "P(D[X=1]=1)", units=units)
    exact = outcome_probabilities(BENT, units, Do(X=1), target="D")[1]
    errors = found.standard_error.fillna(0)
    assert (np.abs(found.value - exact) <= 4.5 * errors + 1e-9).all()
    assert errors.max() < 0.05


def test_order_chunks_and_other_units_change_nothing(monkeypatch: pytest.MonkeyPatch):
    units = BENT.sample(12, rng=3)[["X", "Y"]]
    together = counterfactual(BENT, "E(Y[X=1])", units=units).value
    turned = counterfactual(BENT, "E(Y[X=1])", units=units[::-1]).value
    alone = counterfactual(BENT, "E(Y[X=1])", units=units.iloc[[4]]).value
    monkeypatch.setattr("causal.model.engines.continuous.unitwise.ENTRIES", 8_000)
    chunked = counterfactual(BENT, "E(Y[X=1])", units=units).value
    np.testing.assert_allclose(together, turned[::-1], rtol=1e-12)
    np.testing.assert_allclose(together[4], alone[4], rtol=1e-12)
    np.testing.assert_allclose(together, chunked, rtol=1e-12)


def test_the_average_over_units_is_the_interventional_mean():
    units = BENT.sample(3000, rng=4)[["X", "D"]]
    found = counterfactual(BENT, "E(Y[X=1])", units=units, draws=1000)
    population = counterfactual(BENT, "E(Y[X=1])")
    spread = found.value.std() / np.sqrt(len(units))
    assert found.value.mean() == pytest.approx(population.value, abs=4.5 * spread)


def test_units_that_hardly_can_be_have_no_answer_and_say_so():
    units = pd.DataFrame({"X": [0.0, 0.0], "Y": [0.5, 90.0]})
    found = counterfactual(BENT, "E(D[X=1])", units=units)
    assert found.value.notna().tolist() == [True, True]  # X and Y together only choose D
    rare = pd.DataFrame({"X": [0.0, -30.0], "D": [1, 1]})
    model = SCM.of({"X": Linear(), "D": Threshold(Polynomial({"X": 1.0}))})
    shown = counterfactual(model, "E(D[X=0])", units=rare)
    assert shown.value.isna().tolist() == [False, True]
    assert "1 without an answer" in str(shown)
    with pytest.raises(TooFewDrawsError):
        counterfactual(model, "E(D[X=0])", units=rare.tail(1))


def test_strange_columns_are_refused():
    units = BENT.sample(3, rng=5)
    with pytest.raises(UnknownVariableError):
        counterfactual(BENT, "E(Y[X=1])", units=units.assign(Q=1))
    with pytest.raises(DomainError):
        counterfactual(BENT, "E(Y[X=1])", units=units.assign(D=7))
    with pytest.raises(QueryError, match="observed of each unit"):
        counterfactual(BENT, "E(Y[X=1] | X=0)", units=units)
