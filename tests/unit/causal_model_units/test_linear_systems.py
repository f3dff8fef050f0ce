"""Linear equations that feed back, where they have one solution; and polynomials in sympy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from strategies.families import linear_model

from causal.errors import DataError, MissingColumnsError, ModelError, UnknownVariableError
from causal.interop import to_polynomial
from causal.model import (
    Do,
    Linear,
    LinearSystem,
    Noise,
    Normal,
    Polynomial,
    Replace,
    Shift,
    Threshold,
    explain,
    potential_outcomes,
)

LOOP = LinearSystem(
    {
        "P": Linear({"Q": 0.5}, intercept=1.0),
        "Q": Linear({"P": -0.8, "W": 1.0}, noise=Normal(0, 0.5)),
        "W": Linear({"U": 1.0}),
    },
    [Noise("U", Normal(0, 2))],
)


def iterated(system: LinearSystem, units: pd.DataFrame, **settings: float) -> pd.DataFrame:
    """The equilibrium by going round until nothing moves: an oracle without matrices."""
    parts = dict(system.parts)
    hidden = {one.name for one in system.noise}

    def pull(v: str, state: pd.DataFrame) -> pd.Series:
        weights = parts[v].weights.items()
        return sum((w * state[name] for name, w in weights if name not in hidden), start=0.0)

    left = {v: units[v] - pull(v, units) for v in units}
    state = units
    for _ in range(400):
        state = pd.DataFrame(
            {v: settings[v] if v in settings else pull(v, state) + left[v] for v in units},
            index=units.index,
        )
    return state


class Thresholded:
    """An intervention of a user's own making."""

    targets = frozenset({"P"})

    def mechanism(self, target, was):
        return Threshold(0.0)


@pytest.mark.parametrize("settings", [{"P": 1.0}, {"W": 0.5}, {"Q": 0.0, "W": 2.0}])
def test_an_equilibrium_moves_to_the_next_one(settings) -> None:
    units = LOOP.sample(50, rng=1)
    ours = LOOP.potential_outcomes(units, Do(settings))
    pd.testing.assert_frame_equal(ours, iterated(LOOP, units, **settings), atol=1e-9)


def test_units_of_a_system_are_those_of_its_other_worlds() -> None:
    for action in (Do(P=1.0), Shift(Q=2.0), Replace(Q=Linear({"P": 0.1}, noise=Normal(0, 0.5)))):
        fact, there = LOOP.sample(50, rng=3), LOOP.sample(50, rng=3, under=[action])
        ours = LOOP.potential_outcomes(fact, action)
        pd.testing.assert_frame_equal(ours, there, atol=1e-9)


@given(seed=st.integers(0, 1000))
def test_without_feedback_a_system_is_a_model(seed) -> None:
    model = linear_model(seed, hidden=True)
    system = LinearSystem(model.mechanisms, model.noise)
    units = model.sample(10, rng=seed)
    pd.testing.assert_frame_equal(system.sample(10, rng=seed)[list(units)], units, atol=1e-9)
    for action in (Do(V1=1.0), Shift(V2=0.5), Do(V0=[0.1] * 10)):
        ours = system.potential_outcomes(units, action)[list(units)]
        pd.testing.assert_frame_equal(ours, potential_outcomes(model, units, action), atol=1e-9)


def test_a_system_without_one_solution_is_refused() -> None:
    with pytest.raises(ModelError, match="A and B have no unique solution"):
        LinearSystem({"A": Linear({"B": 1.0}), "B": Linear({"A": 1.0})})
    with pytest.raises(ModelError, match="no unique solution"):
        LinearSystem({"A": Linear({"A": 1.0})})
    stable = LinearSystem({"A": Linear({"B": 1.0}), "B": Linear({"A": 0.5})})
    with pytest.raises(ModelError, match="no unique solution"):
        stable.sample(5, rng=1, under=[Replace(B=Linear({"A": 1.0}))])


def test_misuse_of_a_system_is_named() -> None:
    units = LOOP.sample(5, rng=1)
    with pytest.raises(MissingColumnsError, match="no column Q"):
        LOOP.potential_outcomes(units.drop(columns="Q"), Do(P=1.0))
    with pytest.raises(DataError, match="Q has entries that are no finite numbers"):
        LOOP.potential_outcomes(units.assign(Q=np.nan), Do(P=1.0))
    with pytest.raises(UnknownVariableError, match="R is not in the system"):
        LOOP.potential_outcomes(units, Do(R=1.0))
    with pytest.raises(UnknownVariableError, match="R is not in the system"):
        LinearSystem({"A": Linear({"R": 1.0})})
    with pytest.raises(ModelError, match="takes no dict"):
        LinearSystem({"A": {"A": 0.5}})
    with pytest.raises(ModelError, match="no acyclic graph"):
        explain(LOOP, "E(P[Q=1])")
    with pytest.raises(ModelError, match="takes no Threshold"):
        LOOP.sample(5, rng=1, under=[Thresholded()])


def test_a_polynomial_in_sympy_is_the_polynomial() -> None:
    bend = Polynomial({(): 1, "X": -2, ("X", "X", "Z"): 0.25})
    found = to_polynomial(bend)
    names = {name: symbol for symbol, name in found.variables.items()}
    value = found.expression.subs({names["X"]: 3, names["Z"]: 2})
    assert float(value) == bend.at([np.array([3.0]), np.array([2.0])], 1)[0]
    slope = sympy.diff(to_polynomial(Linear({"X": 3.0}, intercept=2)).expression)
    assert slope == 3


def test_names_never_reach_sympy() -> None:
    found = to_polynomial(Polynomial({"__import__('os')": 1.0}))
    assert str(found.expression) == "x0"
    assert list(found.variables.values()) == ["__import__('os')"]


def test_a_polynomial_prints_as_it_is_written() -> None:
    assert str(Polynomial({})) == "0"
    assert str(Polynomial({"X": -1})) == "-X"
    assert str(Polynomial({("X", "X"): 1, (): -0.5, "X": 1})) == "-0.5 + X + X^2"
    assert Polynomial({("X", "Z"): 1}) == Polynomial({("Z", "X"): 1})
