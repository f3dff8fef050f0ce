"""What every unit would have been, averaged, is what an intervention brings; on every family.

P(y | do(x)) = E[P(y* | do(x), what was observed)] (Huszár 2019, "Causal inference 3"; Pearl 2009,
7.1).  The units are drawn with one seed, the intervention with another one; so neither can copy
from the other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from strategies.families import OPEN, POINTS, model_of

from causal import (
    ADMG,
    SCM,
    Do,
    GumbelMax,
    InverseCDF,
    Linear,
    LinearSystem,
    Noise,
    Normal,
    Response,
    Shift,
    Table,
    counterfactual,
    outcome_probabilities,
    potential_outcomes,
)
from causal.model import Independent, random_scm
from causal.model.fitting import Boosted, LeastSquares, Multinomial, Scaled, Splines, Tables, fit

N = 20_000
NEVER = 1e-4  # p value at which seeds that are fixed would be no accident


def average_law(model: SCM, action: object, target: str) -> None:
    """Compare the law of a target: of units as they would have been, and of units as they are."""
    units = model.sample(N, rng=11)
    there = model.under(action).sample(N, rng=12)[target]
    if values := model.mechanisms[target].values:
        ours = outcome_probabilities(model, units, action, target=target)
        np.testing.assert_allclose(ours.sum(axis=1), 1.0)
        counts = there.value_counts().reindex(values, fill_value=0)
        np.testing.assert_allclose(ours.mean(), counts / N, atol=4.5 / np.sqrt(N))
    else:
        ours = potential_outcomes(model, units, action, targets=target)[target]
        assert stats.ks_2samp(ours, there).pvalue > NEVER


@pytest.mark.parametrize("action", [Do(X=0.7), Shift(X=-0.5)], ids=str)
@pytest.mark.parametrize("family", POINTS | OPEN)
def test_of_mechanisms_made_by_hand(family: str, action: object) -> None:
    average_law(model_of((POINTS | OPEN)[family]), action, "Y")


@pytest.mark.parametrize("family", POINTS)
def test_downstream_of_every_family(family: str) -> None:
    average_law(model_of(POINTS[family]), Do(X=0.7), "Z")


@pytest.mark.parametrize(
    "coupling",
    [InverseCDF(), GumbelMax(), Independent()],
    ids=["monotone", "Gumbel race", "independent"],
)
@pytest.mark.parametrize("seed", range(4))
def test_of_tables_exactly(seed: int, coupling: object) -> None:
    """Over everything that can be observed, in fractions; a hidden common cause included."""
    drawn = random_scm(ADMG.parse("Z -> X -> Y; Z -> Y; X <-> Y"), seed)
    mechanisms = {
        v: Table(m.given, dict(m.rows), values=m.values, coupling=coupling)
        for v, m in drawn.mechanisms.items()
    }
    model = SCM(drawn.graph, mechanisms, drawn.noise)
    law = model.law("X", "Z", "Y")
    for y in (0, 1):
        average = sum(
            weight * counterfactual(model, f"P(Y[X=1]={y} | X={a}, Z={b}, Y={c})").value
            for (a, b, c), weight in law.items()
            if weight
        )
        assert average == model.under(Do(X=1)).law("Y")[y]


def test_of_responses_exactly() -> None:
    model = SCM.of(
        {
            "X": Response("U", {0: 0, 1: 1, 2: 0}),
            "Y": Response.of({"X": (0, 1), "U": (0, 1, 2)}, lambda x, u: int(x + u > 1)),
        },
        [Noise("U", "1/2, 1/3, 1/6")],
    )
    law = model.law("X", "Y")
    average = sum(
        weight * counterfactual(model, f"P(Y[X=1]=1 | X={x}, Y={y})").value
        for (x, y), weight in law.items()
        if weight
    )
    assert average == model.under(Do(X=1)).law("Y")[1]


def test_of_a_noise_that_two_share() -> None:
    model = SCM.of(
        {
            "X": Linear({"U": 1.0}, noise=Normal()),
            "Y": Linear({"X": 2.0, "U": -1.0}, noise=Normal()),
        },
        [Noise("U", Normal())],
    )
    units = model.sample(4000, rng=3)
    found = counterfactual(model, "E(Y[X=1])", units=units).value
    spread = found.std() / np.sqrt(len(units))
    assert found.mean() == pytest.approx(2.0, abs=4.5 * spread)
    assert counterfactual(model, "E(Y[X=1])").value == pytest.approx(2.0)


def test_of_linear_feedback() -> None:
    system = LinearSystem(
        {"X": Linear({"Y": 0.4}), "Y": Linear({"X": 0.5, "W": 1.0}), "W": Linear()}
    )
    units = system.sample(N, rng=1)
    ours = system.potential_outcomes(units, Do(X=1.0))["Y"]
    there = system.sample(N, rng=2, under=[Do(X=1.0)])["Y"]
    assert stats.ks_2samp(ours, there).pvalue > NEVER


@cache
def observed() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    c = np.where(x + rng.logistic(size=600) > 0, "on", "off")
    y = np.sin(2 * x) + (c == "on") + np.exp(0.3 * x) * rng.normal(size=600)
    return pd.DataFrame({"X": x, "C": c, "Y": y})


LEARNERS = {
    "least squares": LeastSquares(),
    "splines": Splines(),
    "trees": Boosted(rounds=30),
    "scaled splines": Scaled(),
    "scaled line": Scaled(LeastSquares(), bent=False),
}
GRAPH = ADMG.parse("X -> C; X -> Y; C -> Y")


@pytest.mark.parametrize("name", LEARNERS)
def test_of_what_was_fitted(name: str) -> None:
    model = fit(GRAPH, observed(), {"C": Multinomial(), "Y": LEARNERS[name]}).model
    average_law(model, Do(X=0.7, C="on"), "Y")
    average_law(model, Do(X=0.7), "C")


def test_of_fitted_tables() -> None:
    data = observed().assign(X=lambda d: (d["X"] > 0).astype(int), Y=lambda d: d["Y"] > 0)
    model = fit(GRAPH, data, dict.fromkeys("XCY", Tables())).model
    law = model.law("X", "C", "Y")
    average = sum(
        weight * counterfactual(model, f"P(Y[X=1]=True | X={x}, C={c}, Y={y})").value
        for (x, c, y), weight in law.items()
    )
    assert average == model.under(Do(X=1)).law("Y")[True]


@pytest.mark.parametrize("learner", ["Perceptron", "Flows"])
def test_of_networks(learner: str) -> None:
    neural = pytest.importorskip("causal.model.neural")
    data = observed().astype({"C": "category"})
    made = getattr(neural, learner)(steps=40, hidden=(8,))
    model = fit(GRAPH, data, {"C": Multinomial(), "Y": made}).model
    average_law(model, Do(X=0.7, C="on"), "Y")
