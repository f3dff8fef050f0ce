"""What fitting finds is what closed forms, other libraries and the truth behind the data say."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from statsmodels.stats.diagnostic import het_breuschpagan

from causal import ADMG, Do
from causal.model import potential_outcomes
from causal.model.fitting import (
    Boosted,
    Gaussian,
    LeastSquares,
    Multinomial,
    Scaled,
    Splines,
    Tables,
    fit,
)
from causal.model.fitting.checks import _koenker, _sizes

GRAPH = ADMG.parse("X -> Y")


def frame(n: int = 2000, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, e = rng.normal(size=n), rng.normal(size=n)
    return pd.DataFrame({"X": x}), e


def off(got: pd.Series, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((got - truth) ** 2)))


def test_least_squares_is_that_of_another_library():
    data, e = frame()
    data["Z"] = np.sin(np.arange(len(data)))
    data["Y"] = 1 + 2 * data["X"] - 3 * data["Z"] + e
    model = fit(ADMG.parse("X -> Y <- Z"), data, {"Y": LeastSquares()}).model
    other = LinearRegression().fit(data[["X", "Z"]], data["Y"])
    terms = {f.numbers: w for f, w in model.mechanisms["Y"].mean.terms}
    assert terms["X",] == pytest.approx(other.coef_[0])
    assert terms["Z",] == pytest.approx(other.coef_[1])
    assert model.mechanisms["Y"].mean.intercept == pytest.approx(other.intercept_)


def test_trees_kept_as_arrays_predict_as_those_that_were_grown():
    data, e = frame()
    data["Z"] = np.where(e > 0, "a", "b")
    data["Y"] = np.sin(3 * data["X"]) + (data["Z"] == "a") + 0.1 * e
    mechanism = fit(ADMG.parse("X -> Y <- Z"), data, {"Y": Boosted()}).model.mechanisms["Y"]
    matrix = np.column_stack([data["X"], (data["Z"] == "b").astype(float)])
    forest = HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.08,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=0,
    ).fit(matrix, data["Y"])
    columns = [data["X"].to_numpy(), data["Z"].to_numpy()]
    np.testing.assert_allclose(
        mechanism.mean.at(columns, len(data)), forest.predict(matrix), atol=1e-12
    )


def test_logits_are_those_of_another_library():
    data, e = frame()
    data["Y"] = np.digitize(data["X"] + np.random.default_rng(0).logistic(size=len(e)), [-1, 1])
    odds = fit(GRAPH, data, {"Y": Multinomial(ridge=1.0)}).model.mechanisms["Y"].odds
    spread = data["X"].std(ddof=0)
    other = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    other.fit(data[["X"]] / spread, data["Y"])
    ours = odds.at([data["X"].to_numpy()], len(data)).T
    # The other library penalises a weight for each value, ours one for each but the first.
    np.testing.assert_allclose(ours, other.predict_proba(data[["X"]] / spread), atol=0.01)


def test_a_table_is_the_posterior_mean_in_fractions():
    data = pd.DataFrame({"X": [0] * 10 + [1] * 10, "Y": [0] * 7 + [1] * 3 + [1] * 10})
    table = fit(GRAPH, data).model.mechanisms["Y"]
    assert table.rows[0,] == (Fraction(15, 22), Fraction(7, 22))
    assert table.rows[1,] == (Fraction(1, 22), Fraction(21, 22))
    plain = fit(GRAPH, data, {"Y": Tables(prior=0)}).model.mechanisms["Y"]
    assert plain.rows[1,] == (0, 1)


def test_a_spread_that_moves_is_found_and_used():
    """Additive noise would be off by more than the outcome's own noise; dowhy does not warn."""
    data, e = frame()
    data["Y"] = (1 + data["X"] ** 2) * e
    chosen, stubborn = fit(GRAPH, data), fit(GRAPH, data, {"Y": LeastSquares()})
    assert isinstance(chosen.learners["Y"], Scaled)
    assert chosen.warnings == ()
    assert "the spread of the noise moves with the parents" in stubborn.warnings[0]
    assert "by=Scaled()" in stubborn.warnings[0]
    truth = 2 * e
    scaled, added = (
        off(potential_outcomes(f.model, data, Do(X=1), targets="Y")["Y"], truth)
        for f in (chosen, stubborn)
    )
    assert scaled < 0.2
    assert added > 1.0


def test_a_bent_mean_is_found_and_used():
    data, e = frame()
    data["Y"] = np.sin(2 * data["X"]) + 0.2 * e
    fitted = fit(GRAPH, data)
    learner = fitted.learners["Y"]
    assert isinstance(learner.mean if isinstance(learner, Scaled) else learner, Splines | Boosted)
    got = potential_outcomes(fitted.model, data, Do(X=1), targets="Y")["Y"]
    assert off(got, np.sin(2) + 0.2 * e) < 0.1


def test_a_straight_line_is_left_straight():
    data, e = frame()
    data["Y"] = 2 * data["X"] + e
    fitted = fit(GRAPH, data)
    assert isinstance(fitted.learners["Y"], LeastSquares)
    assert fitted.report.set_index("variable").loc["Y", "explained"] == pytest.approx(0.8, abs=0.03)


def test_noise_with_heavy_tails_is_student_s_and_skew_noise_is_kept_as_seen():
    data, _ = frame()
    rng = np.random.default_rng(3)
    for noise, kind in (
        (rng.standard_t(3, 2000), "StudentT"),
        (rng.exponential(size=2000), "Empirical"),
    ):
        report = fit(GRAPH, data.assign(Y=data["X"] + noise)).report.set_index("variable")
        assert report.loc["Y", "noise"] == kind
    assert (
        fit(GRAPH, data.assign(Y=data["X"] + rng.normal(size=2000))).report["noise"][1] == "Normal"
    )


def spread_ps(noise: Callable[[np.random.Generator, pd.DataFrame], np.ndarray], draws: int):
    """The p value that a line with noise gets, draw by draw, of 200 rows with three parents."""
    names = ["A", "B", "C"]
    graph = ADMG.of(directed=[(name, "Y") for name in names])
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        data = pd.DataFrame(rng.normal(size=(200, 3)), columns=names)
        data["Y"] = data.sum(axis=1) + noise(rng, data)
        learners = dict.fromkeys([*names, "Y"], LeastSquares(noise=Gaussian()))
        yield fit(graph, data, learners).report.set_index("variable").loc["Y", "spread_p"]


@pytest.mark.parametrize(
    "noise",
    [
        lambda rng, data: rng.normal(size=len(data)),
        lambda rng, data: rng.standard_t(5, len(data)),
        lambda rng, data: rng.exponential(size=len(data)),
    ],
    ids=["normal", "heavy tails", "skew"],
)
def test_the_test_of_the_spread_keeps_its_level(noise):
    """At most the binomial 99.9 % point of false alarms at 8 %, which is what skew noise takes."""
    alarms = sum(p < 0.05 for p in spread_ps(noise, 120))
    assert 1 <= alarms <= stats.binom.ppf(0.999, 120, 0.08)


def test_the_test_of_the_spread_finds_one_parent_that_moves_it():
    """Of 200 rows: a spread of exp(A / 4), whatever B and C do."""
    alarms = sum(
        p < 0.05 for p in spread_ps(lambda rng, d: np.exp(d["A"] / 4) * rng.normal(size=len(d)), 60)
    )
    assert alarms >= 45


def test_the_test_of_the_spread_is_koenker_s_where_scores_are_squares():
    """statsmodels' Breusch-Pagan test in Koenker's form, on the scores in place of squares."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    scores = _sizes(np.exp(x / 3) * rng.normal(size=300))
    bases = [x, x**2]
    regressors = np.column_stack([np.ones(300), *bases])
    # It squares its first argument, so that it takes the roots of scores moved to be positive.
    other = het_breuschpagan(np.sqrt(scores - scores.min()), regressors, robust=True)[1]
    assert _koenker(scores, bases) == pytest.approx(other)


def test_the_bootstrap_has_the_standard_error_of_the_closed_form():
    data, e = frame(500)
    data["Y"] = 2 * data["X"] + e
    fitted = fit(GRAPH, data, dict.fromkeys("XY", LeastSquares(noise=Gaussian())))
    slopes = [m.mechanisms["Y"].mean.terms[0][1] for m in fitted.bootstrap(200, rng=0)]
    closed = np.std(e) / (np.sqrt(500) * data["X"].std())
    assert np.std(slopes) == pytest.approx(closed, rel=0.2)


def test_uncertainty_parts_the_data_from_the_noise():
    data, e = frame(500)
    data["Y"] = 2 * data["X"] + e
    sure = fit(GRAPH, data, {"Y": LeastSquares()})
    found = sure.uncertainty(data.head(5), Do(X=1), target="Y", draws=50, rng=0)
    assert (found["sd_noise"] == 0).all()
    moved = np.abs(1 - data["X"].head(5))  # only the slope is uncertain: the noise is a point
    assert (found["sd_parameters"] / moved).std() < 1e-9
    assert ((found["lower"] <= found["expected"]) & (found["expected"] <= found["upper"])).all()
    data["Y"] = (data["X"] + e > 0).astype(int)
    unsure = fit(GRAPH, data).uncertainty(data.head(5), Do(X=1), target="Y", draws=20, rng=0)
    assert (unsure["sd_noise"] > 0.05).any()


def test_the_same_seed_gives_the_same_model():
    data, e = frame(300)
    data["Y"] = data["X"] + e
    one, other = fit(GRAPH, data, rng=4), fit(GRAPH, data, rng=4)
    assert one.model == other.model
    pd.testing.assert_frame_equal(one.report, other.report)
