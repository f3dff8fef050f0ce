"""Unit counterfactuals of linear models against the closed form, and what must not matter."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.families import linear_model

from causal.model import SCM, Do, DoEdge, Linear, Replace, Shift, potential_outcomes
from causal.model.engines.units import outcomes

SEEDS = st.integers(0, 10_000)


def closed_form(model: SCM, units: pd.DataFrame, **settings: float) -> pd.DataFrame:
    """Solve for the noise, then solve the mutilated system: matrices, and no sweep."""
    order = list(model.graph.nodes)
    place = {v: i for i, v in enumerate(order)}
    effects = np.zeros((len(order), len(order)))
    for v in order:
        for name, weight in model.mechanisms[v].weights.items():
            if name in place:
                effects[place[v], place[name]] = weight
    seen = units[order].to_numpy().T
    noise = seen - effects @ seen
    for v, value in settings.items():
        effects[place[v]] = 0.0
        noise[place[v]] = value
    there = np.linalg.solve(np.eye(len(order)) - effects, noise)
    return pd.DataFrame(there.T, columns=order, index=units.index)[list(units)]


@given(seed=SEEDS, hidden=st.booleans(), which=st.sets(st.integers(0, 6), min_size=1, max_size=3))
def test_a_linear_model_moves_as_the_closed_form_says(seed, hidden, which) -> None:
    model = linear_model(seed, hidden=hidden)
    units = model.sample(20, rng=seed)
    settings = {f"V{i}": 0.5 * i for i in which}
    ours = potential_outcomes(model, units, Do(settings))
    pd.testing.assert_frame_equal(ours, closed_form(model, units, **settings), atol=1e-9)


@given(seed=SEEDS)
def test_shared_noise_is_the_units_own_in_every_world(seed) -> None:
    model = linear_model(seed, hidden=True)
    fact, truth = (m.sample(30, rng=seed) for m in (model, model.under(Do(V0=2.0), Shift(V3=1))))
    ours = potential_outcomes(model, fact, Do(V0=2.0), Shift(V3=1))
    pd.testing.assert_frame_equal(ours, truth, atol=1e-9)


@given(seed=SEEDS, chunk=st.integers(1, 50), order=st.permutations(list(range(40))))
def test_chunks_order_and_unasked_variables_change_no_bit(seed, chunk, order) -> None:
    model = linear_model(seed)
    units = model.sample(40, rng=seed)
    action = Do(V1=1.0, V2=units["V2"] + 1)
    whole = potential_outcomes(model, units, action)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "CHUNK", chunk)
        pd.testing.assert_frame_equal(
            potential_outcomes(model, units, action), whole, check_exact=True
        )
    shuffled = potential_outcomes(
        model, units.iloc[order], Do(V1=1.0, V2=(units["V2"] + 1).iloc[order])
    )
    pd.testing.assert_frame_equal(shuffled, whole.iloc[order], check_exact=True)
    for v in model.graph.nodes:
        alone = potential_outcomes(model, units, action, targets=v)
        pd.testing.assert_frame_equal(alone, whole[[v]], check_exact=True)


def test_rows_and_columns_lie_as_they_may() -> None:
    model = linear_model(3)
    units = model.sample(50, rng=1)
    wide = pd.DataFrame(np.ascontiguousarray(units.to_numpy()), columns=units.columns)
    mixed = units.astype({"V2": "float32"}).astype({"V2": "float64"})
    truth = potential_outcomes(model, units, Do(V0=1.0))
    for table in (wide, dict(units.items()), {v: list(c) for v, c in units.items()}):
        pd.testing.assert_frame_equal(potential_outcomes(model, table, Do(V0=1.0)), truth)
    assert potential_outcomes(model, mixed, Do(V0=1.0)).shape == truth.shape
    named = units.set_axis([f"unit {i}" for i in range(50)])
    assert potential_outcomes(model, named, Do(V0=1.0)).index.equals(named.index)
    with_more = units.assign(name="Ann")
    assert (potential_outcomes(model, with_more, Do(V0=1.0))["name"] == "Ann").all()


def test_no_units_are_no_rows() -> None:
    model = linear_model(3)
    ours = potential_outcomes(model, model.sample(0, rng=1), Do(V0=1.0))
    assert ours.shape == (0, 7)


def test_what_cannot_differ_is_shared_and_not_copied() -> None:
    chain = SCM.of({"A": Linear(), "X": Linear({"A": 1.0}), "Y": Linear({"X": 2.0})})
    units = chain.sample(1000, rng=1).assign(B=1.0, C=2.0, D="d")
    before = units.copy()
    for table in (units, units[["A", "X", "Y"]]):  # few columns, and many, are put together apart
        ours = potential_outcomes(chain, table, Do(X=0.0))
        assert np.shares_memory(ours["A"].to_numpy(), table["A"].to_numpy())
        ours.loc[0, "A"] = 99.0  # writing to the answer copies first
        pd.testing.assert_frame_equal(units, before)
    arrays = {v: units[v].to_numpy(copy=True) for v in chain.graph.nodes}
    ours = potential_outcomes(chain, arrays, Do(X=0.0))
    ours.loc[0, ["A", "X"]] = 99.0
    assert (arrays["A"] == before["A"]).all()
    assert (arrays["X"] == before["X"]).all()


def test_memory_peaks_at_one_copy_of_the_columns_that_move() -> None:
    names = [f"V{i}" for i in range(40)]
    chain = SCM.of({v: Linear({w: 0.5}) for w, v in pairwise(names)} | {"V0": Linear()})
    units = chain.sample(200_000, rng=1)
    for action, moving in ((Do(V20=1.0), 20), (Do(V36=1.0), 4)):
        potential_outcomes(chain, units, action)
        tracemalloc.start()
        ours = potential_outcomes(chain, units, action)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        column = units["V0"].to_numpy().nbytes
        assert peak < (moving + 1) * column
        assert (ours[f"V{40 - moving}"] == 1.0).all()


def test_one_value_a_unit_is_set_unit_by_unit() -> None:
    model = linear_model(5)
    units = model.sample(4, rng=2)
    values = [0.0, 1.0, 2.0, 3.0]
    ours = potential_outcomes(model, units, Do(V0=values))
    rows = [
        potential_outcomes(model, units.iloc[[i]], Do(V0=value)) for i, value in enumerate(values)
    ]
    pd.testing.assert_frame_equal(ours, pd.concat(rows), check_exact=True)


def test_an_edge_is_set_for_its_reader_only() -> None:
    """The direct effect in closed form: the path over M stays as it was."""
    model = SCM.of({"X": Linear(), "M": Linear({"X": 2.0}), "Y": Linear({"X": 1.0, "M": 3.0})})
    units = model.sample(100, rng=1)
    ours = potential_outcomes(model, units, DoEdge("X", "Y", 1.0))
    np.testing.assert_allclose(ours["Y"], units["Y"] + (1.0 - units["X"]))
    pd.testing.assert_frame_equal(ours[["X", "M"]], units[["X", "M"]])
    ours = potential_outcomes(model, units, Do(X=0.0), Do.edge("X", "M", 1.0))
    np.testing.assert_allclose(ours["M"], units["M"] + 2.0 * (1.0 - units["X"]))
    np.testing.assert_allclose(ours["Y"], units["Y"] - units["X"] + 6.0 * (1.0 - units["X"]))


def test_a_replaced_mechanism_goes_on_with_the_units_noise() -> None:
    model = SCM.of({"X": Linear(), "W": Linear(), "Y": Linear({"X": 1.0})})
    units = model.sample(100, rng=1)
    ours = potential_outcomes(model, units, Replace(Y=Linear({"W": 4.0})))
    np.testing.assert_allclose(ours["Y"], units["Y"] - units["X"] + 4.0 * units["W"])


def test_a_replaced_mechanism_may_read_what_came_after_it() -> None:
    """A new arrow turns the order of causes round."""
    model = SCM.of({"A": Linear(), "B": Linear({"A": 1.0}), "Z": Linear(), "Y": Linear({"Z": 1.0})})
    action = (Do(Y=2.0), Replace(A=Linear({"Y": 3.0, "Z": 1.0})))
    fact, truth = (m.sample(20, rng=1) for m in (model, model.under(*action)))
    ours = potential_outcomes(model, fact, *action)
    pd.testing.assert_frame_equal(ours, truth[list(ours)], atol=1e-9)


def test_a_shift_moves_what_would_have_been_anyway() -> None:
    model = SCM.of({"X": Linear(), "M": Linear({"X": 2.0}), "Y": Linear({"M": 3.0})})
    units = model.sample(100, rng=1)
    ours = potential_outcomes(model, units, Do(X=1.0), Shift(M=10.0))
    np.testing.assert_allclose(ours["M"], units["M"] + 2.0 * (1.0 - units["X"]) + 10.0)
    np.testing.assert_allclose(ours["Y"], units["Y"] + 3.0 * (ours["M"] - units["M"]))
