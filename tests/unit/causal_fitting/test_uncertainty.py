"""How sure a unit's answer is: one part from few rows, one from noise that is not determined."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from causal import ADMG, SCM, Do, Linear, Polynomial, Threshold, fit
from causal.errors import ImpossibleEvidenceError, OptionError
from causal.model import Table
from causal.model.engines.units import outcome_moments
from causal.model.fitting import Gaussian, LeastSquares, Tables
from causal.model.fitting.learned import asked_of_all

CHAIN = SCM.of(
    {
        "X": Linear(),
        "A": Threshold(Polynomial({"X": 1.0})),
        "B": Threshold(Polynomial({"X": 1.0, "A": 0.5})),
        "Y": Linear({"A": 2.0, "B": -1.0, "X": 0.5}),
    }
)


def test_moments_behind_two_choices_are_those_of_brute_force():
    """A million noises drawn, those kept that make what was seen."""
    unit = pd.DataFrame({"X": [0.3], "A": [0], "B": [1], "Y": [0.4]})
    mean, variance = outcome_moments(CHAIN, unit, Do(X=1.0), target="Y")
    noise = np.random.default_rng(0).normal(size=(2, 1_000_000))
    a, b = 0.3 + noise[0] > 0, 0.3 + noise[1] > 0
    kept = ~a & b
    a, b = 1 + noise[0][kept] > 0, None
    b = 1 + 0.5 * a + noise[1][kept] > 0
    own = 0.4 - (-1 + 0.15)
    drawn = 2.0 * a - b + 0.5 + own
    assert mean[0] == pytest.approx(drawn.mean(), abs=5 * drawn.std() / np.sqrt(len(drawn)))
    assert variance[0] == pytest.approx(drawn.var(), rel=0.01)


def test_a_choice_before_a_number_leaves_noise_and_few_rows_leave_doubt():
    rng = np.random.default_rng(1)
    x = rng.normal(size=800)
    a = (x + rng.logistic(size=800) > 0).astype(int)
    data = pd.DataFrame({"X": x, "A": a, "Y": 2 * a + 0.5 * x + rng.normal(size=800)})
    fitted = fit(ADMG.parse("X -> A -> Y; X -> Y"), data)
    units = pd.DataFrame({"X": [0.0, 0.0], "A": [0, 1], "Y": [0.0, 2.0]})
    found = fitted.uncertainty(units, Do(X=1), target="Y", draws=40, rng=0)
    # A stays 1 for who has it (more X, same rank); who has it not gets it with chance q.
    q = (stats.logistic.cdf(1) - 0.5) / 0.5
    assert found["expected"].tolist() == pytest.approx([0.5 + 2 * q, 2.5], abs=0.2)
    assert found["sd_noise"].tolist() == pytest.approx([2 * np.sqrt(q * (1 - q)), 0], abs=0.1)
    assert (found["sd_parameters"] > 0.01).all()


def test_tables_are_drawn_from_their_dirichlet_law():
    data = pd.DataFrame({"X": ["a"] * 12 + ["b"] * 2, "Y": [0] * 9 + [1] * 3 + [0, 0]})
    fitted = fit(ADMG.parse("X -> Y"), data)
    tables = [model.mechanisms["Y"] for model in fitted.posterior(400, rng=0)]
    assert all(isinstance(table, Table) for table in tables)
    for setting, (one, other) in (("a", (9.5, 3.5)), ("b", (2.5, 0.5))):
        drawn = [float(table.rows[setting,][0]) for table in tables]
        assert stats.kstest(drawn, stats.beta(one, other).cdf).pvalue > 0.001


def test_a_setting_that_was_never_seen_is_not_sure():
    data = pd.DataFrame({"X": ["a", "b"] * 20, "Z": ["c", "d"] * 20, "Y": [0, 1, 1, 0] * 10})
    fitted = fit(ADMG.parse("X -> Y <- Z"), data)
    unit = pd.DataFrame({"X": ["a"], "Z": ["c"], "Y": [0]})
    found = fitted.uncertainty(unit, Do(Z="d"), target="Y", draws=100, rng=0)
    assert found["sd_parameters"][0] > 0.15
    counted = fit(ADMG.parse("X"), data, {"X": Tables(prior=0)})
    assert len(counted.posterior(3, rng=0)) == 3


def test_draws_are_counted():
    data = pd.DataFrame({"X": [0, 1] * 10})
    fitted = fit(ADMG.parse("X"), data)
    with pytest.raises(OptionError, match="2 at least"):
        fitted.uncertainty(data, target="X", draws=1, rng=0)
    with pytest.raises(OptionError, match="at least 1"):
        fitted.posterior(0, rng=0)


def test_an_effect_is_as_sure_as_its_slope():
    """The pairs bootstrap of a straight line: White's (1980) standard error, by statsmodels."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    data = pd.DataFrame({"X": x, "Y": 2 * x + rng.normal(size=400)})
    line = LeastSquares(noise=Gaussian())
    fitted = fit(ADMG.parse("X -> Y"), data, {"X": line, "Y": line})
    found = fitted.counterfactual("E(Y[X=1]) - E(Y[X=0])", draws=300, rng=0)
    other = sm.OLS(data["Y"], sm.add_constant(data["X"])).fit(cov_type="HC0")
    assert found.answer.value == pytest.approx(other.params["X"])
    assert found.sd == pytest.approx(other.bse["X"], rel=0.15)
    low, high = other.conf_int().loc["X"]
    assert found.lower == pytest.approx(low, abs=0.03)
    assert found.upper == pytest.approx(high, abs=0.03)
    assert "400 rows, 300 models learned again" in str(found)


def test_a_chance_has_the_law_of_its_posterior():
    """Among X = 1 there were 12 of 20: Beta(12.5, 8.5), as no hidden cause is at work."""
    data = pd.DataFrame({"X": [0] * 20 + [1] * 20, "Y": [0] * 15 + [1] * 5 + [0] * 8 + [1] * 12})
    fitted = fit(ADMG.parse("X -> Y"), data)
    found = fitted.counterfactual("P(Y[X=1]=1)", draws=400, rng=0)
    law = stats.beta(12.5, 8.5)
    assert found.answer.value == Fraction(25, 42)
    assert found.lower == pytest.approx(law.ppf(0.025), abs=0.04)
    assert found.upper == pytest.approx(law.ppf(0.975), abs=0.04)
    assert found.sd == pytest.approx(law.std(), rel=0.15)


def test_models_in_which_the_evidence_cannot_be_are_counted():
    """Y copies X in all rows but one; without that row, the evidence has probability zero."""
    data = pd.DataFrame({"X": [0] * 10 + [1] * 10, "Y": [0] * 10 + [1] * 9 + [0]})
    plain = Tables(prior=0)
    fitted = fit(ADMG.parse("X -> Y"), data, {"X": plain, "Y": plain})
    found = fitted.counterfactual("P(Y[X=0]=0 | X=1, Y=0)", draws=40, rng=0)
    assert found.silent == 0  # a Dirichlet draw has the support of the counts
    assert found.draws == 40
    models = [
        fitted.model,
        SCM.of({"X": Table((), "1, 0"), "Y": Table("X", {0: "1, 0", 1: "0, 1"})}),
    ]
    mixed = asked_of_all(fitted.model, models, "P(Y[X=0]=0 | X=1, Y=0)", rows=20, rng=0)
    assert (mixed.silent, mixed.draws) == (1, 2)
    assert "1 of them give no answer" in str(mixed)
    with pytest.raises(ImpossibleEvidenceError):
        asked_of_all(fitted.model, models[1:], "P(Y[X=0]=0 | X=1, Y=0)", rows=20, rng=0)
    with pytest.raises(OptionError, match="2 at least"):
        fitted.counterfactual("E(Y)", draws=1, rng=0)
