"""Limits as evidence, and interventions made before asking: exactly, where models are normal."""

from __future__ import annotations

from math import inf

import pytest
from scipy import integrate, stats

from causal import SCM, Do, Shift, Stochastic, counterfactual
from causal.errors import ImpossibleEvidenceError, TooFewDrawsError
from causal.model import (
    GumbelMax,
    Intervention,
    Linear,
    Normal,
    Polynomial,
    Table,
    Threshold,
    Uniform,
)
from causal.model.finite.coupling import Unknown

MODEL = SCM.of(
    {
        "X": Linear(noise=Normal(0.3, 1)),
        "M": Linear({"X": 0.8}, noise=Normal(0, 0.7)),
        "Y": Linear({"X": 1.0, "M": -0.5}, noise=Normal(0.2, 1.3)),
    }
)
STEP = -0.3  # where 0.8 + e is 0.5
EXACT = "conditioned normal law, exact"


def by_quadrature(value, limits: tuple[float, float], beside: tuple[float, float]) -> float:
    """The mean of value(x, e) where X and the rest of Y, ``e``, are normal and limits hold."""
    spread = (0.25 * 0.49 + 1.69) ** 0.5  # Y is 0.6 X + 0.2 + e

    def weighed(of) -> float:
        def inner(x: float) -> float:
            low, high = (max(-9.0, min(9.0, limit - 0.2 - 0.6 * x)) for limit in limits)
            at = stats.norm(0.3, 1).pdf(x)
            density = stats.norm(0, spread).pdf
            halves = [(low, min(high, STEP)), (max(low, STEP), high)]
            pieces = [
                integrate.quad(lambda e: of(x, e) * density(e), *h)[0]
                for h in halves
                if h[0] < h[1]
            ]
            return at * sum(pieces)

        return integrate.quad(inner, max(beside[0], -7), min(beside[1], 7), limit=200)[0]

    return weighed(value) / weighed(lambda x, e: 1.0)


@pytest.mark.parametrize(
    ("given", "limits", "beside"),
    [
        ("Y > 1", (1, inf), (-inf, inf)),
        ("Y > 1, Y <= 2", (1, 2), (-inf, inf)),
        ("Y < 0, X > 0.5", (-inf, 0), (0.5, inf)),
        ("Y[M=M[]] > 0, X < 1, X > -1", (0, inf), (-1, 1)),
    ],
)
def test_a_mean_given_limits_is_that_of_quadrature(given: str, limits, beside):
    found = counterfactual(MODEL, f"E(Y[X=1] | {given})")  # 0.6 + 0.2 + e
    assert found.engine == EXACT
    assert found.value == pytest.approx(
        by_quadrature(lambda x, e: 0.8 + e, limits, beside), abs=1e-7
    )


def test_a_probability_given_a_limit_is_that_of_quadrature():
    found = counterfactual(MODEL, "P(Y[X=1] > 0.5 | Y < 1)")
    truth = by_quadrature(lambda x, e: float(e > STEP), (-inf, 1), (-inf, inf))
    assert found.engine == EXACT
    assert found.value == pytest.approx(truth, abs=1e-7)


def test_limits_far_out_are_as_good_as_any():
    found = counterfactual(MODEL, "E(X | X > 20)")
    tail = 0.3 + stats.norm.pdf(19.7) / stats.norm.sf(19.7)
    assert found.value == pytest.approx(tail, rel=1e-12)
    with pytest.raises(TooFewDrawsError):  # no exact ratio of two such orthants
        counterfactual(MODEL, "P(Y > 20 | X > 20)")


@pytest.mark.parametrize("given", ["X > 1, X < 1", "X >= 1, X < 1", "Y > 2, Y < 1", "X=2, X < 1"])
@pytest.mark.parametrize("linear", [True, False])
def test_limits_that_leave_nothing_are_impossible(given: str, *, linear: bool):
    choice = SCM.of({"X": Linear(), "Y": Threshold(Polynomial({"X": 1.0}))})
    with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
        counterfactual(MODEL if linear else choice, f"E(Y | {given})")


def test_limits_that_leave_something_are_not():
    whole = SCM.of({"X": Linear(), "Y": Threshold(Polynomial({"X": 1.0}))})
    assert counterfactual(whole, "P(X > 0 | Y >= 1, Y <= 1)").value == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(
    ("interventions", "query", "same"),
    [
        ([Do(X=1)], "E(Y[M=2])", "E(Y[M=2, X=1])"),
        ([Do.edge("X", "Y", 1)], "P(Y > 0)", "P(Y[X->Y=1] > 0)"),
        ([Do(X=1), Do.edge("M", "Y", 3)], "E(Y | M=0)", "E(Y[X=1, M=3] | M[X=1]=0)"),
    ],
)
def test_a_world_entered_before_asking_is_as_exact_as_one_in_the_question(
    interventions: list[Intervention], query: str, same: str
):
    found = counterfactual(MODEL.under(*interventions), query)
    assert found.engine == EXACT
    assert found.value == pytest.approx(counterfactual(MODEL, same).value, abs=1e-12)


def test_shifts_and_draws_are_as_exact():
    moved = MODEL.under(Stochastic(X=Normal(5, 2)), Shift(M=3, Y=-1))
    found = counterfactual(moved, "E(Y)")  # 5 - (0.8 * 5 + 3) / 2 + 0.2 - 1
    assert (found.value, found.engine) == (pytest.approx(0.7), EXACT)
    gain = (4 - 1.6) / (4 * 0.36 + 0.49 * 0.25 + 1.69)  # of X from Y: X less 0.4 X
    assert counterfactual(moved, "E(X | Y=1.7)").value == pytest.approx(5 + gain)
    drawn = counterfactual(MODEL.under(Stochastic(X=Uniform(0, 1))), "E(Y)")
    assert drawn.engine == "weighted draws"


@pytest.mark.parametrize(
    "query", ["E(Y[X=1] | X=2)", "E(Y[X=1] | X > 2)", "P(Y > 1 | M < 0, X > 0)"]
)
def test_a_density_is_not_taken_for_a_probability(query: str):
    assert counterfactual(MODEL, query).probability_of_evidence is None
    assert counterfactual(MODEL, "E(Y[X=1])").probability_of_evidence == 1


def test_evidence_that_bounds_do_not_weigh_has_no_probability():
    def found(coupling, query: str):
        rows = {0: "1/2, 3/10, 1/5", 1: "1/5, 1/2, 3/10"}
        choice = Table("X", rows, values=(0, 1, 2), coupling=coupling)
        return counterfactual(SCM.of({"X": Table((), "1/4, 3/4"), "Y": choice}), query)

    asked = "P(Y[X=1]=1 | X=0, Y=1)"
    assert found(Unknown(), asked).probability_of_evidence is None
    assert found(GumbelMax(), asked).probability_of_evidence == pytest.approx(0.075)
    assert found(Unknown(), "P(Y[X=1]=1, Y[X=0]=1)").probability_of_evidence == 1
