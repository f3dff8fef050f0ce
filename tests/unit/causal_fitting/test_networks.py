"""Networks and flows: what torch trained, plain arrays repeat; and what they learn is right."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from causal import ADMG, SCM, Do, Linear, counterfactual, fit, load_model, save_model
from causal.errors import DataError
from causal.model import potential_outcomes
from causal.model.neural import Flows, Perceptron

GRAPH = ADMG.parse("X -> Y")


@pytest.fixture(scope="module")
def bent() -> tuple[pd.DataFrame, np.ndarray]:
    """A spread and a skewness that move with X; the noise is known."""
    rng = np.random.default_rng(0)
    x, rank = rng.uniform(-2, 2, 1500), rng.uniform(0.02, 0.98, 1500)
    return pd.DataFrame({"X": x, "Y": truth(x, rank)}), rank


def truth(x: np.ndarray | float, rank: np.ndarray) -> np.ndarray:
    return np.asarray(np.sin(x) + stats.gamma.ppf(rank, 2 + np.asarray(x) ** 2))


def test_a_flow_finds_what_each_unit_would_have_been(bent: tuple[pd.DataFrame, np.ndarray]):
    data, rank = bent
    fitted = fit(GRAPH, data, {"Y": Flows(hidden=(16, 16), steps=250)})
    got = potential_outcomes(fitted.model, data, Do(X=1), targets="Y")["Y"]
    wanted = truth(1.0, rank)
    assert np.sqrt(np.mean((got - wanted) ** 2)) < 0.15 * wanted.std()
    row = fitted.report.set_index("variable").loc["Y"]
    assert row["mechanism"] == "flow(X)"
    assert row["spread_p"] > 0.01
    assert fitted.warnings == ()


def test_a_flow_is_its_own_inverse_and_a_density(bent: tuple[pd.DataFrame, np.ndarray]):
    data, _ = bent
    flow = fit(GRAPH, data.head(500), {"Y": Flows(steps=100)}).model.mechanisms["Y"]
    x, y = data["X"].to_numpy(), data["Y"].to_numpy()
    noise = flow.abduct(y, [x]).noise
    np.testing.assert_allclose(flow.forward([x], noise), y, rtol=1e-9, atol=1e-9)
    far = np.array([-30.0, 30.0])
    np.testing.assert_allclose(
        flow.abduct(flow.forward([x[:2]], far), [x[:2]]).noise, far, rtol=1e-6
    )

    def density(value: float) -> float:
        return float(np.exp(flow.log_density(np.array([value]), [np.array([0.5])]))[0])

    assert integrate.quad(density, -60, 60, limit=500, points=[0, 2, 5])[0] == pytest.approx(
        1, abs=1e-6
    )
    mean = integrate.quad(lambda v: v * density(v), -60, 60, limit=500, points=[0, 2, 5])[0]
    assert flow.mean([np.array([0.5])], 1)[0] == pytest.approx(mean, abs=1e-4)


def test_a_flow_weighs_draws_by_its_density(bent: tuple[pd.DataFrame, np.ndarray]):
    """E(X | Y=2) by a sum over x of prior times density."""
    data, _ = bent
    learned = fit(GRAPH, data.head(400), {"Y": Flows(hidden=(8,), steps=60)}).model
    model = SCM.of({"X": Linear(), "Y": learned.mechanisms["Y"]})
    x = np.linspace(-6, 6, 4001)
    weight = stats.norm.pdf(x) * np.exp(
        learned.mechanisms["Y"].log_density(np.full(len(x), 2.0), [x])
    )
    found = counterfactual(model, "E(X | Y=2)", draws=20_000)
    assert found.value == pytest.approx(
        (x * weight).sum() / weight.sum(), abs=4 * found.standard_error
    )


def test_a_perceptron_finds_an_interaction():
    rng = np.random.default_rng(1)
    x, kind = rng.normal(size=2000), rng.choice(["a", "b"], 2000)
    noise = 0.1 * rng.normal(size=2000)
    data = pd.DataFrame({"X": x, "K": kind, "Y": np.where(kind == "a", np.sin(2 * x), -x) + noise})
    model = fit(ADMG.parse("X -> Y <- K"), data, {"Y": Perceptron(steps=300)}).model
    got = potential_outcomes(model, data, Do(K="a"), targets="Y")["Y"]
    assert np.sqrt(np.mean((got - np.sin(2 * x) - noise) ** 2)) < 0.15


def test_the_same_seed_learns_the_same_network_and_a_folder_keeps_it(tmp_path: Path):
    rng = np.random.default_rng(2)
    x = rng.normal(size=200)
    data = pd.DataFrame({"X": x, "Y": x**2 + rng.normal(size=200)})
    for learner in (Flows(steps=20), Perceptron(steps=20)):
        one, other = (fit(GRAPH, data, {"Y": learner}).model for _ in range(2))
        assert one == other
        place = save_model(one, tmp_path / type(learner).__name__)
        assert load_model(place) == one


def test_a_network_learns_numbers_and_needs_some():
    data = pd.DataFrame({"X": np.arange(60.0), "Y": np.arange(60) % 2})
    with pytest.raises(DataError, match="needs 50"):
        fit(GRAPH, data.head(40), {"Y": Flows()})
    with pytest.raises(DataError, match="Y holds no real numbers"):
        fit(GRAPH, data.assign(Y="a").head(59), {"Y": Flows()})
