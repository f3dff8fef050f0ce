"""Limits from samples cover the whole interval of the true law, and say no only with reason."""

import numpy as np
import pandas as pd
import pytest

from causal import ADMG, Falsified, bounds
from causal.errors import DataError, OptionError
from causal.estimation.bounding import Bounds
from causal.model import random_scm

IV = ADMG.parse("Z -> X -> Y; X <-> Y")
EFFECT = "E(Y[X=1]) - E(Y[X=0])"


@pytest.mark.parametrize(
    "query", [EFFECT, "P(Y[X=0]=0 | X=1, Y=1)", "P(Y[X=1]=1 | Y[X=0]=0) - P(Y=1)"]
)
def test_the_limits_cover_both_ends_in_at_least_the_promised_share_of_samples(query):
    """80 % promised; the limits hold for all probabilities at once, so more is found."""
    covered = samples = 0
    for seed in range(6):
        model = random_scm(IV, rng=seed)
        low, high = bounds(IV, query, model.law()).interval
        for draw in range(12):
            found = bounds(IV, query, model.sample(150, rng=100 * seed + draw), level=0.8)
            assert isinstance(found, Bounds)
            covered += found.confidence[0] <= low <= high <= found.confidence[1]
            samples += 1
    assert covered / samples >= 0.8


def test_the_limits_close_in_on_the_interval_of_the_law():
    model = random_scm(IV, rng=2)
    low, high = map(float, bounds(IV, EFFECT, model.law()).interval)
    widths = []
    for n in (200, 5_000, 100_000):
        found = bounds(IV, EFFECT, model.sample(n, rng=1))
        assert found.n == n
        assert found.confidence[0] <= found.interval[0] <= found.interval[1] <= found.confidence[1]
        widths.append(found.confidence[1] - found.confidence[0])
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(high - low, abs=0.05)


def violating(n: int) -> pd.DataFrame:
    """A sample of units on whose outcome the instrument acts directly."""
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, n)
    return pd.DataFrame(
        {"Z": z, "X": (rng.random(n) < 0.05).astype(int), "Y": z ^ (rng.random(n) < 0.1)}
    )


def test_a_sample_that_no_model_explains_is_a_falsification_with_its_level():
    found = bounds(IV, EFFECT, violating(500))
    assert isinstance(found, Falsified)
    assert (found.n, found.level) == (500, 0.95)
    assert "at level 95%, n = 500" in str(found)


def test_a_sample_that_strays_by_chance_is_bounded_at_the_nearest_law_and_says_so():
    found = bounds(IV, EFFECT, violating(14))
    assert isinstance(found, Bounds)
    assert found.interval[0] <= found.interval[1]
    assert any("no more than chance" in one for one in found.assumptions)


def test_a_true_model_is_hardly_ever_called_false():
    model = random_scm(IV, rng=4)
    answers = [bounds(IV, EFFECT, model.sample(40, rng=seed)) for seed in range(40)]
    assert sum(isinstance(one, Falsified) for one in answers) <= 2


def test_experiments_may_be_samples_too():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y"), rng=1)
    rng = np.random.default_rng(1)
    trial = pd.DataFrame({"X": 1, "Y": rng.integers(0, 2, 300)})
    found = bounds(
        model.graph,
        "P(Y[X=0]=0 | X=1, Y=1)",
        model.sample(300, rng=2),
        experiments={"do(X=1)": trial},
    )
    assert found.n == 600


@pytest.mark.parametrize("level", [0, 1, 95, -0.1])
def test_a_level_is_a_probability(level):
    with pytest.raises(OptionError, match="between 0 and 1"):
        bounds(IV, EFFECT, violating(20), level=level)


def test_missing_values_are_refused_by_name():
    rows = violating(20).astype(float)
    rows.loc[3, "Y"] = np.nan
    with pytest.raises(DataError, match="missing value"):
        bounds(IV, EFFECT, rows)
