"""Neither the size of numbers, nor ties, nor many limits at a time change what is right."""

import numpy as np
import pytest
from scipy import stats

from causal import SCM, Noise, counterfactual
from causal.errors import ImpossibleEvidenceError
from causal.model import (
    CUBE,
    EXP,
    LOGISTIC,
    Additive,
    Linear,
    LocationScale,
    Monotone,
    Normal,
    Polynomial,
    StudentT,
)
from causal.model.continuous import Laplace
from causal.model.engines.continuous.orthants import between
from causal.model.engines.continuous.slopes import log_slope

TIED = SCM.of(
    {
        "X": Linear(),
        "A": Linear({"X": 0.1}),
        "B": Linear({"A": 3.0}, noise=None),
        "Y": Linear({"B": 1.0, "X": -0.3}),
    }
)


@pytest.mark.parametrize("size", [1e-12, 1e-8, 1.0, 1e8])
def test_the_unit_of_measurement_does_not_matter(size: float):
    model = SCM.of(
        {
            "X": Linear(noise=Normal(0, size)),
            "Y": Linear({"X": 1.0}, noise=Normal(0, size)),
            "Z": Linear({"X": 2.0}, noise=None),
        }
    )
    assert counterfactual(model, f"E(X | Y={size!r})").value == pytest.approx(size / 2)
    with pytest.raises(ImpossibleEvidenceError):
        counterfactual(model, f"E(Y | X={size!r}, Z={5 * size!r})")


@pytest.mark.parametrize(("relation", "value"), [(">", 0), (">=", 1), ("=", 1), ("<", 0)])
def test_ways_that_cancel_leave_a_tie(relation: str, value: int):
    """0.1 * 3 is not 0.3 in floating point; X moves Y by nothing all the same."""
    assert counterfactual(TIED, f"P(Y[X=1] {relation} Y[X=0])").value == value


def test_small_noise_far_from_zero_weighs_the_draws():
    model = SCM.of(
        {
            "X": Linear(noise=StudentT(5)),
            "Y": Additive(Polynomial({(): 1e8, "X": 1.0}), noise=Normal(0, 1e-3)),
        }
    )
    found = counterfactual(model, "E(X | Y=100000001)", draws=2_000_000)
    assert found.value == pytest.approx(1, abs=5e-3)


def test_boxes_of_two_variables_are_what_another_library_says():
    rng = np.random.default_rng(0)
    for _ in range(20):
        lines = rng.normal(size=(2, 3))
        lines /= np.linalg.norm(lines, axis=1)[:, None]
        low = rng.normal(size=(2, 5)) - 1
        high = low + rng.exponential(size=(2, 5))
        other = stats.multivariate_normal(cov=lines @ lines.T)
        wanted = [other.cdf(high[:, i], lower_limit=low[:, i]) for i in range(5)]
        np.testing.assert_allclose(between(lines, low, high), wanted, atol=1e-12)


def test_boxes_of_many_variables_are_right_to_four_digits():
    rng = np.random.default_rng(1)
    for k in (3, 4, 5):
        lines = rng.normal(size=(k, k))
        lines /= np.linalg.norm(lines, axis=1)[:, None]
        high = rng.normal(size=(k, 1)) + 1
        wanted = stats.multivariate_normal(cov=lines @ lines.T).cdf(high[:, 0])
        assert between(lines, np.full((k, 1), -np.inf), high)[0] == pytest.approx(wanted, abs=2e-4)


def test_limits_on_one_line_are_one_interval():
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 1.0})})
    band = stats.norm.cdf(1) - stats.norm.cdf(0)
    assert counterfactual(model, "P(X > 0, X < 1)").value == pytest.approx(band, abs=1e-15)
    assert counterfactual(model, "P(X > 1, X < 0)").value == 0
    assert counterfactual(model, "P(X > 0, X >= 0, Y > Y[X=0])").value == pytest.approx(0.5)
    tail = counterfactual(model, "P(X > 9, X < 10)").value
    assert tail == pytest.approx(stats.norm.sf(9) - stats.norm.sf(10), rel=1e-9)


def test_what_was_seen_twice_has_to_agree():
    model = SCM.of(
        {
            "X": Linear(noise=StudentT(5)),
            "Y": Linear({"X": 2.0}, noise=None),
            "Z": Linear({"Y": 1.0}),
        }
    )
    assert counterfactual(model, "E(Z[X=2] | X=1, Y=2, Z=3)").value == 5
    assert counterfactual(model, "E(Z[X=2] | X=1, Z=3, Z[X=0]=1)").value == 5
    for strange in ("X=1, Y=2.5", "X=1, Z=3, Z[X=0]=2"):
        with pytest.raises(ImpossibleEvidenceError):
            counterfactual(model, f"E(Z[X=2] | {strange})")


def test_an_event_that_no_draw_met_is_not_impossible():
    model = SCM.of({"X": Linear(noise=StudentT(30)), "Y": Linear({"X": 1.0})})
    found = counterfactual(model, "P(Y > 12)", draws=1000)
    assert found.value == 0
    assert found.interval[1] == pytest.approx(3 / 1000)


@pytest.mark.parametrize("link", [EXP, CUBE, LOGISTIC])
def test_slopes_in_closed_form_are_those_of_differences(link: object):
    inner = LocationScale(Polynomial({"X": 1}), Polynomial({(): 1, ("X", "X"): 1}))
    mechanism, at = Monotone(inner, link), np.array([0.3, -0.6, 1.2])
    noise, step = np.array([0.1, 0.4, -0.7]), 1e-6
    up, down = (mechanism.forward([at], noise + s) for s in (step, -step))
    wanted = np.log((up - down) / (2 * step))
    np.testing.assert_allclose(log_slope(mechanism, noise, [at], Normal()), wanted, rtol=1e-6)


def test_two_standard_errors_cover_the_truth_nineteen_times_in_twenty():
    model = SCM.of(
        {
            "X": Linear({"U": 1.0}),
            "Y": LocationScale(Polynomial({"X": 1, "U": 1}), 2.0, noise=Laplace()),
        },
        [Noise("U", StudentT(4))],
    )

    x, u = np.meshgrid(np.linspace(-30, 30, 3001), np.linspace(-30, 30, 3001))
    joint = stats.t.pdf(u, 4) * stats.norm.pdf(x - u) * stats.laplace.pdf((3 - x - u) / 2)
    truth = (x * joint).sum() / joint.sum()
    inside = 0
    for seed in range(200):
        low, high = counterfactual(model, "E(X | Y=3)", draws=2000, rng=seed).interval
        inside += low <= truth <= high
    assert 180 <= inside <= 199
