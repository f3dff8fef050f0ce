"""Finite and normal noise side by side: exactly, against sums over cases and against draws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causal.errors import ImpossibleEvidenceError, UnusableEvidenceError
from causal.model import (
    SCM,
    Additive,
    Linear,
    LocationScale,
    Noise,
    Normal,
    Polynomial,
    Table,
    Uniform,
    counterfactual,
    load_model,
)

EXACT = "mixture of conditioned normal laws, exact"
ARM = {0: (0.7, 0.3), 1: (0.2, 0.8)}


def clinic() -> SCM:
    """A hidden type U makes ill and shifts the score; treatment T; a score with products in it."""
    return SCM.of(
        {
            "T": Table("U", {0: "7/10, 3/10", 1: "2/10, 8/10"}),
            "B": Linear({"U": 1.5}, noise=Normal(0, 2)),
            "Y": Additive(Polynomial({"T": 2.0, "B": 0.5, ("T", "B"): -0.25, "U": 1.0})),
            "Z": LocationScale(Polynomial({"Y": 1.0}), Polynomial({(): 1.0, "T": 2.0})),
        },
        [Noise("U", "3/5, 2/5")],
    )


def due(t_seen: int | None, y_seen: float | None, do_t: int) -> tuple[float, float]:
    """E(Y[T=t]) and P(Y[T=t] > 1) given T and Y, by hand: a sum over U and T, B in closed form."""
    weight, mean, tail = 0.0, 0.0, 0.0
    for u, t in product((0, 1), (0, 1)):
        if t_seen is not None and t != t_seen:
            continue
        here = 0.6 if u == 0 else 0.4
        here *= ARM[u][t]
        slope, other = 0.5 - 0.25 * t, 0.5 - 0.25 * do_t
        m_b, v_b, m_e, v_e, cross = 1.5 * u, 4.0, 0.0, 1.0, 0.0
        if y_seen is not None:
            at, spread = 2.0 * t + u + slope * m_b, slope**2 * 4.0 + 1.0
            here *= stats.norm.pdf(y_seen, at, np.sqrt(spread))
            gap = y_seen - at
            m_b, m_e = m_b + 4.0 * slope * gap / spread, gap / spread
            v_b, v_e = 4.0 - (4.0 * slope) ** 2 / spread, 1.0 - 1.0 / spread
            cross = -4.0 * slope / spread
        centre = 2.0 * do_t + u + other * m_b + m_e
        variance = other**2 * v_b + v_e + 2 * other * cross
        weight += here
        mean += here * centre
        if variance > 1e-12:
            tail += here * stats.norm.sf(1.0, centre, np.sqrt(variance))
        else:
            tail += here * (centre > 1.0)
    return mean / weight, tail / weight


@pytest.mark.parametrize("t_seen", [None, 0, 1])
@pytest.mark.parametrize("y_seen", [None, -0.5, 3.0])
@pytest.mark.parametrize("do_t", [0, 1])
def test_a_mixture_is_the_sum_over_its_cases(
    t_seen: int | None, y_seen: float | None, do_t: int
) -> None:
    seen = {"T": t_seen, "Y": y_seen}
    given = ", ".join(f"{v}={value}" for v, value in seen.items() if value is not None)
    bar = f" | {given}" if given else ""
    mean, tail = due(t_seen, y_seen, do_t)
    for query, value in ((f"E(Y[T={do_t}]{bar})", mean), (f"P(Y[T={do_t}] > 1{bar})", tail)):
        answer = counterfactual(clinic(), query)
        assert answer.engine == EXACT
        assert answer.value == pytest.approx(value, abs=1e-9)


def test_units_get_what_each_would_get_alone() -> None:
    model = clinic()
    units = pd.DataFrame({"T": [0, 1, 1, 0, 1], "Y": [0.3, 2.0, np.nan, -1.0, 4.0]})
    found = counterfactual(model, "E(Y[T=1]) - E(Y[T=0])", units=units)
    assert found.engine == EXACT
    for at, (t, y) in enumerate(units.itertuples(index=False)):
        one, zero = (due(int(t), None if np.isnan(y) else y, do)[0] for do in (1, 0))
        assert found.value[at] == pytest.approx(one - zero, abs=1e-9)
    assert (found.standard_error == 0).all()


@pytest.mark.parametrize(
    "query",
    [
        "E(Z[T=0] | T=1, B=2)",
        "P(Z[T=1] > Y[] | T=0)",
        "E(Z[T=0] | Z=3)",
        "P(U=1 | Z=3, B=1)",
        "P(T=1 | Y=2)",
        "E(Z[B=0, T=T[]] | Y=1)",
        "E(Y[T=1, B=B[]] | Y != 2, T=0)",
    ],
)
def test_draws_agree(query: str) -> None:
    """The same question to the same model with one noise that is nearly, not quite, normal."""
    model = clinic()
    exact = counterfactual(model, query)
    nearly = dict(model.mechanisms)
    nearly["B"] = Linear({"U": 1.5, "S": 1e-9}, noise=Normal(0, 2))
    other = SCM.of(nearly, [*model.noise, Noise("S", Uniform(-1, 1))])
    drawn = counterfactual(other, query, draws=200_000)
    assert drawn.engine == "weighted draws"
    assert abs(float(exact.value) - float(drawn.value)) < 5 * drawn.standard_error


def test_evidence_that_pins_a_number_leaves_the_cases() -> None:
    """Y is X + 2 U and nothing else, so that draws would never meet it."""
    model = load_model(
        {
            "exogenous": {"U": [0.4, 0.6]},
            "noise": {"e": "normal(0, 1)"},
            "equations": {"X": "e", "Y": "X + 2*U"},
        }
    )
    one = 0.6 * stats.norm.pdf(-0.5) / (0.6 * stats.norm.pdf(-0.5) + 0.4 * stats.norm.pdf(1.5))
    assert counterfactual(model, "P(U=1 | Y=1.5)").value == pytest.approx(one)
    assert counterfactual(model, "E(Y[X=0] | Y=1.5)").value == pytest.approx(2 * one)
    assert counterfactual(model, "P(U=1 | X=1, Y=3)").value == 1
    with pytest.raises(ImpossibleEvidenceError, match="X=1, Y=4"):
        counterfactual(model, "P(U=1 | X=1, Y=4)")


def test_densities_of_different_things_are_not_compared() -> None:
    """With V = 0 is Y = X certain, with V = 1 it has a density: who is likelier is not said."""
    model = SCM.of(
        {
            "V": Table((), "1/2, 1/2"),
            "X": Linear(),
            "S": Linear(),
            "Y": Additive(Polynomial({"X": 1.0, ("V", "S"): 1.0}), noise=None),
        }
    )
    with pytest.raises(UnusableEvidenceError):
        counterfactual(model, "P(V=1 | X=1, Y=1)")
