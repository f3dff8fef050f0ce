"""Laws of noise against scipy's, and draws that do not depend on how many are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from causal.errors import OptionError, ProbabilityError
from causal.model import (
    SCM,
    Do,
    Empirical,
    Exponential,
    Laplace,
    Linear,
    Logistic,
    Noise,
    Normal,
    StudentT,
    Threshold,
    Uniform,
    sampling,
)
from causal.model.continuous.laws import law_from_dict
from causal.model.noise import Finite
from causal.model.streams import stream

SMOOTH = {
    "normal": (Normal(1, 2), stats.norm(1, 2)),
    "uniform": (Uniform(-1, 3), stats.uniform(-1, 4)),
    "logistic": (Logistic(0.5, 2), stats.logistic(0.5, 2)),
    "laplace": (Laplace(-1, 0.5), stats.laplace(-1, 0.5)),
    "student": (StudentT(5, 1, 2), stats.t(5, 1, 2)),
    "exponential": (Exponential(3), stats.expon(scale=3)),
}
LAWS = [law for law, _ in SMOOTH.values()] + [Empirical([1.0, 2.0, 4.0]), Finite("1/4, 3/4")]


@pytest.mark.parametrize("name", SMOOTH)
def test_a_law_is_what_scipy_says(name) -> None:
    law, other = SMOOTH[name]
    at, p = np.linspace(-4, 6, 41), np.linspace(0.01, 0.99, 41)
    np.testing.assert_allclose(law.form.cdf(at), other.cdf(at), atol=1e-12)
    np.testing.assert_allclose(law.form.quantile(p), other.ppf(p), rtol=1e-9)
    np.testing.assert_allclose(law.form.log_density(at), other.logpdf(at), rtol=1e-9)
    assert (law.form.mean, law.form.variance) == pytest.approx((other.mean(), other.var()))
    draws = law.form.draw(20_000, stream(1, name))
    assert stats.kstest(draws, other.cdf).pvalue > 1e-3


def test_laws_of_finitely_many_numbers() -> None:
    law = Empirical([4.0, 1.0, 2.0, 2.0]).form
    np.testing.assert_allclose(law.cdf(np.array([0.0, 1.0, 2.0, 9.0])), [0, 0.25, 0.75, 1])
    np.testing.assert_allclose(law.quantile(np.array([0.1, 0.5, 1.0])), [1, 2, 4])
    assert (law.mean, law.variance) == (2.25, 1.1875)
    with pytest.raises(OptionError, match="needs a smooth law"):
        law.log_density(np.zeros(2))
    finite = Finite("1/4, 0, 3/4").form
    np.testing.assert_allclose(
        finite.cdf(np.array([-1.0, 0.0, 1.5, 2.0, 7.0])), [0, 0.25, 0.25, 1, 1]
    )
    assert finite.mean == 1.5
    assert set(finite.draw(1000, stream(1, "a"))) == {0, 2}


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_a_law_is_a_value_and_comes_back_from_plain_data(law) -> None:
    assert law_from_dict(law.to_dict()) == law
    assert hash(law_from_dict(law.to_dict())) == hash(law)


def test_laws_that_are_none_are_refused() -> None:
    for make in (lambda: Normal(0, 0), lambda: Uniform(1, 1), lambda: StudentT(-1)):
        with pytest.raises(OptionError, match="it is a positive number"):
            make()
    for numbers in ([], [float("nan")]):
        with pytest.raises(ProbabilityError, match="at least one number"):
            Empirical(numbers)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_a_longer_sample_begins_with_the_shorter_one_however_it_is_cut(law, monkeypatch) -> None:
    model = SCM.of(
        {"X": Linear({"U": 1.0}, noise=law), "Y": Linear({"X": 2.0}, noise="U"), "S": Threshold(0)},
        [Noise("U", Uniform())],
    )
    whole = model.sample(1000, rng=5)
    monkeypatch.setattr(sampling, "CHUNK", 97)
    assert model.sample(1000, rng=5).equals(whole)
    assert model.sample(300, rng=5).equals(whole.iloc[:300])


def test_other_worlds_draw_the_same_units() -> None:
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 2.0}), "Z": Linear({"Y": 1.0})})
    fact, other = (m.sample(100, rng=5) for m in (model, model.under(Do(Y=0.0))))
    assert (fact["X"] == other["X"]).all()
    np.testing.assert_allclose(fact["Z"] - fact["Y"], other["Z"])


def test_moments_of_a_linear_model_are_those_of_the_algebra() -> None:
    model = SCM.of(
        {"X": Linear(noise=Normal(1, 2)), "Y": Linear({"X": 0.5}, intercept=3, noise=Laplace())}
    )
    units = model.sample(200_000, rng=2)
    assert units["Y"].mean() == pytest.approx(3.5, abs=0.02)
    assert units["Y"].var() == pytest.approx(0.25 * 4 + 2, rel=0.02)
    assert units.cov().loc["X", "Y"] == pytest.approx(0.5 * 4, rel=0.02)
