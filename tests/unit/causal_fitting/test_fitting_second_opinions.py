"""Every learner against another library: statsmodels, patsy, pgmpy, scikit-learn, scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from patsy import dmatrix
from pgmpy.models import DiscreteBayesianNetwork
from pgmpy.parameter_estimator import DiscreteBayesianEstimator
from scipy import optimize, stats
from sklearn.linear_model import Ridge

from causal import ADMG
from causal.model.fitting import (
    Gaussian,
    LeastSquares,
    Multinomial,
    Scaled,
    Splines,
    Student,
    Tables,
    fit,
)

GRAPH = ADMG.parse("X -> Y <- Z")


def table(n: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"X": rng.normal(3, 2, n), "Z": rng.choice(["a", "b", "c"], n)})
    place = data["Z"].map({"a": 0.0, "b": 1.0, "c": -2.0})
    data["Y"] = 1 + 0.5 * data["X"] + place + rng.normal(size=n)
    return data


def learned(data: pd.DataFrame, learner, v: str = "Y"):
    return fit(GRAPH, data, {v: learner}).model.mechanisms[v]


def matrix(data: pd.DataFrame) -> pd.DataFrame:
    dummies = pd.get_dummies(data["Z"], drop_first=True).astype(float)
    return pd.concat([data[["X"]], dummies], axis=1)


def predicted(curve, data: pd.DataFrame) -> np.ndarray:
    return curve.at([data[name].to_numpy() for name in curve.given], len(data))


def test_least_squares_and_its_noise_are_statsmodels_ols():
    data = table()
    ours = learned(data, LeastSquares(noise=Gaussian()))
    other = sm.OLS(data["Y"], sm.add_constant(matrix(data))).fit()
    np.testing.assert_allclose(predicted(ours.mean, data), other.fittedvalues, rtol=1e-10)
    assert ours.noise.sd == pytest.approx(np.sqrt(other.ssr / len(data)))


def test_a_ridge_is_scikit_learn_s_on_standardised_columns():
    data = table()
    ours = learned(data, LeastSquares(ridge=7.0))
    columns = matrix(data)
    standard = (columns - columns.mean()) / columns.std(ddof=0)
    other = Ridge(alpha=7.0).fit(standard, data["Y"])
    np.testing.assert_allclose(predicted(ours.mean, data), other.predict(standard), rtol=1e-9)


def test_splines_span_patsy_s_natural_cubic_splines():
    """Without a penalty, the same knots and the same curve of best fit."""
    data = table()
    data["Y"] = np.sin(data["X"]) + 0.1 * np.random.default_rng(1).normal(size=len(data))
    ours = learned(data, Splines(ridge=0.0))
    knots = sorted({knot for f, _ in ours.mean.terms for _, places in f.bent for knot in places})
    inner, ends = knots[1:-1], (knots[0], knots[-1])
    basis = dmatrix(
        "cr(x, knots=inner, lower_bound=low, upper_bound=high) + z - 1",
        {"x": data["X"], "z": data["Z"], "inner": inner, "low": ends[0], "high": ends[1]},
    )
    other = np.asarray(basis) @ np.linalg.lstsq(np.asarray(basis), data["Y"], rcond=None)[0]
    np.testing.assert_allclose(predicted(ours.mean, data), other, atol=1e-7)


def test_logits_without_a_penalty_are_statsmodels_multinomial_logits():
    data = table()
    data["Y"] = np.digitize(data["Y"], [1.5, 3.0])
    odds = learned(data, Multinomial(ridge=1e-9)).odds
    other = sm.MNLogit(data["Y"], sm.add_constant(matrix(data))).fit(disp=False)
    ours = odds.at([data[name].to_numpy() for name in odds.given], len(data)).T
    np.testing.assert_allclose(ours, other.predict(), atol=2e-4)


def test_tables_are_pgmpy_s_bayesian_estimates():
    data = table()
    data["X"] = np.where(data["X"] > 3, 1, 0)
    data["Y"] = np.digitize(data["Y"], [1.5, 3.0])
    ours = learned(data, Tables())
    network = DiscreteBayesianNetwork([("X", "Y"), ("Z", "Y")])
    pseudo = {"X": np.full((2, 1), 0.5), "Z": np.full((3, 1), 0.5), "Y": np.full((3, 6), 0.5)}
    estimator = DiscreteBayesianEstimator(prior_type="dirichlet", pseudo_counts=pseudo)
    found = estimator.fit(network, data).parameters_
    [found] = [each for each in found if each.variable == "Y"]
    for (x, z), row in ours.rows.items():
        for y, p in enumerate(row):
            other = found.get_value(X=x, Z=z, Y=y)
            assert float(p) == pytest.approx(other)


def test_student_s_law_has_the_likelihood_of_scipy_s_fit():
    rng = np.random.default_rng(4)
    left = 1.7 * rng.standard_t(4, 3000)
    ours = Student().law(left)
    df, _, scale = stats.t.fit(left, floc=0)
    assert ours.df == pytest.approx(df, rel=0.02)
    assert ours.scale == pytest.approx(scale, rel=0.01)
    assert ours.form.log_density(left).sum() >= stats.t.logpdf(left, df, 0, scale).sum() - 0.01


def test_a_scale_is_that_of_the_greatest_likelihood_of_mean_and_spread_together():
    """By a general optimiser over all six coefficients at once; the penalty is of little weight."""
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"X": rng.normal(size=4000), "Z": rng.normal(size=4000)})
    data["Y"] = 1 + data["X"] + np.exp(0.5 * data["Z"] - 0.3) * rng.normal(size=4000)
    mechanism = learned(data, Scaled(LeastSquares(), bent=False, noise=Gaussian(), rounds=8))
    columns = np.column_stack([np.ones(4000), data["X"], data["Z"]])

    def loss(at: np.ndarray) -> float:
        log_scale = columns @ at[3:]
        left = (data["Y"] - columns @ at[:3]) / np.exp(log_scale)
        return float(log_scale.sum() + 0.5 * (left**2).sum())

    best = optimize.minimize(loss, np.zeros(6), method="BFGS").x
    np.testing.assert_allclose(predicted(mechanism.mean, data), columns @ best[:3], atol=2e-3)
    ours = np.log(predicted(mechanism.scale, data) * mechanism.noise.sd)
    np.testing.assert_allclose(ours, columns @ best[3:], atol=5e-3)
