"""Linear feedback is asked as any model is; oracles solve each world by itself."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from strategies.families import linear_model

from causal.errors import (
    DataError,
    ImpossibleEvidenceError,
    ModelError,
    QueryError,
    UnknownVariableError,
    UnusableEvidenceError,
)
from causal.model import (
    Do,
    Linear,
    LinearSystem,
    Noise,
    Normal,
    Uniform,
    counterfactual,
    explain,
    load_model,
    load_system,
    save_model,
)

MARKET = LinearSystem(
    {
        "price": Linear({"demand": 0.5}, intercept=1.0, noise=Normal(1, 2)),
        "demand": Linear({"price": -1.0, "income": 0.3, "U": 1.0}, intercept=3.0),
        "income": Linear({"U": 0.5}, noise=Normal(2, 1)),
    },
    [Noise("U", Normal(0, 1.5))],
)


def equations() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """B, the noise weights, its means and its variances: order price, demand, income; U last."""
    feed = np.array([[0, 0.5, 0], [-1.0, 0, 0.3], [0, 0, 0]])
    noise = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 1.0], [0, 0, 1.0, 0.5]])
    return feed, noise, np.array([2.0, 3.0, 2.0, 0.0]), np.array([4.0, 1.0, 1.0, 1.5**2])


def world(price: float) -> tuple[np.ndarray, np.ndarray]:
    """Values as a constant and weights of the noise, had the price been set."""
    feed, noise, _, _ = equations()
    feed[0], noise[0] = 0.0, 0.0
    solution = np.linalg.inv(np.eye(3) - feed)
    return solution @ np.array([price, 0, 0]), solution @ noise


def test_partial_evidence_conditions_the_joint_law_of_all_equilibria() -> None:
    feed, noise, means, variances = equations()
    here = np.linalg.inv(np.eye(3) - feed) @ noise
    constant, there = world(1.0)
    wide = np.vstack([here, there[1:2]])
    centre = wide @ means + np.array([0, 0, 0, constant[1]])
    joint = wide @ np.diag(variances) @ wide.T
    for seen in ((0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)):
        at = np.array([2.0, 1.5, 2.5])[list(seen)]
        s = list(seen)
        gain = joint[3, s] @ np.linalg.inv(joint[np.ix_(s, s)])
        mean = centre[3] + gain @ (at - centre[s])
        spread = joint[3, 3] - gain @ joint[s, 3]
        names = ("price", "demand", "income")
        given = ", ".join(f"{names[i]}={value}" for i, value in zip(s, at, strict=True))
        answer = counterfactual(MARKET, f"E(demand[price=1] | {given})")
        assert answer.engine == "conditioned normal law, exact"
        assert answer.value == pytest.approx(mean, abs=1e-9)
        if spread > 1e-9:
            chance = counterfactual(MARKET, f"P(demand[price=1] > 2 | {given})")
            assert chance.value == pytest.approx(stats.norm.sf(2, mean, np.sqrt(spread)))
        assert str(answer.query) == f"E(demand[price=1] | {given})"


@pytest.mark.parametrize("seed", range(4))
def test_without_feedback_a_system_answers_as_its_model(seed: int) -> None:
    model = linear_model(seed, hidden=True)
    system = LinearSystem(model.mechanisms, model.noise)
    tail, head = next((t, h) for t, h in model.graph.directed)
    for query in (
        "E(V6[V1=2] | V3=1, V5=0.5)",
        "P(V6[V1=2] > V6[] | V4=1)",
        "E(V6[V0=1, V3=V3[V1=2]]) - E(V6[V0=0])",
        f"E(V6[{tail}->{head}=3] | V2=1)",
        "P(U > 1 | V1=2)",
        "E(V5 | do(V1=1))",
        "P(V6[V1=0] > 1 | V4 > 0)",
    ):
        ours, theirs = counterfactual(system, query), counterfactual(model, query)
        near = 5 * (ours.standard_error + theirs.standard_error) + 1e-9
        assert ours.value == pytest.approx(theirs.value, abs=near)


def test_units_move_as_their_equilibrium_does() -> None:
    units = MARKET.sample(40, rng=1)
    found = counterfactual(MARKET, "E(demand[price=1])", units=units)
    due = MARKET.potential_outcomes(units, Do(price=1.0))["demand"]
    pd.testing.assert_series_equal(found.value, due, check_names=False)
    assert found.value.name == "E(demand[price=1])"
    few = counterfactual(MARKET, "E(demand[price=1])", units=units[["price"]].head(1))
    alone = counterfactual(MARKET, f"E(demand[price=1] | price={float(units['price'][0])!r})")
    assert few.value[0] == pytest.approx(alone.value)


def test_the_average_equilibrium_under_an_intervention() -> None:
    drawn = MARKET.sample(50_000, rng=3, under=[Do(price=4.0)])["demand"]
    answer = counterfactual(MARKET, "E(demand[price=4])").value
    assert abs(drawn.mean() - answer) < 5 * drawn.std() / np.sqrt(len(drawn))


def test_what_a_system_cannot_answer_is_said() -> None:
    with pytest.raises(UnknownVariableError, match=r"prize is not in the system.* mean price"):
        counterfactual(MARKET, "E(demand[prize=1])")
    with pytest.raises(QueryError, match="sets an edge income -> price, which is not in the sys"):
        counterfactual(MARKET, "E(demand[income->price=1])")
    with pytest.raises(QueryError, match="demand is a real number; it cannot be 'high'"):
        counterfactual(MARKET, "E(price[demand=high])")
    with pytest.raises(ModelError, match=r"no acyclic graph.* counterfactual\(\) takes a system"):
        explain(MARKET, "E(demand[price=1])")
    still = LinearSystem(
        {"X": Linear({"Y": 1.0}, noise=None), "Y": Linear({"X": 0.5}, noise="U")},
        [Noise("U", Normal())],
    )
    with pytest.raises(ImpossibleEvidenceError):
        counterfactual(still, "E(X[Y=1] | X=1, Y=2)")
    flat = LinearSystem({"X": Linear({"Y": 0.5}, noise=Uniform()), "Y": Linear({"X": 0.5})})
    with pytest.raises(UnusableEvidenceError):
        counterfactual(flat, "E(Y[X=1] | X=1, Y=2)")


def test_a_world_without_an_equilibrium_is_refused() -> None:
    """Z damps what X and Y do to each other; nobody does, once an edge is held."""
    loop = LinearSystem(
        {"X": Linear({"Y": 1.0, "Z": -1.0}), "Y": Linear({"X": 1.0}), "Z": Linear({"X": 0.5})}
    )
    assert np.isfinite(counterfactual(loop, "E(Y[Z->X=0, X=1])").value)
    with pytest.raises(ModelError, match="no unique solution"):
        counterfactual(loop, "E(Y[Z->X=0])")


def test_a_system_is_saved_and_read_by_its_own_verb(tmp_path) -> None:
    place = save_model(MARKET, tmp_path / "market")
    assert load_system(place) == MARKET
    with pytest.raises(ModelError, match="holds a linear system, which load_system reads"):
        load_model(place)
    other = save_model(linear_model(0), tmp_path / "other")
    with pytest.raises(ModelError, match="without feedback, which load_model reads"):
        load_system(other)
    body = json.loads((place / "model.json").read_text())
    body["model"]["noise"]["U"]["sd"] = 9
    (place / "model.json").write_text(json.dumps(body))
    with pytest.raises(DataError, match="is damaged"):
        load_system(place)
