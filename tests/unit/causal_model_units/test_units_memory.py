"""How much memory unit counterfactuals take, and that saving it changes no answer."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from causal.model import (
    SCM,
    Additive,
    Do,
    FreeCurve,
    Linear,
    LocationScale,
    Mechanism,
    Polynomial,
    Threshold,
    Uniform,
    potential_outcomes,
)
from causal.model.engines.units import outcomes, sweep

UNITS = 100_000
NAMES = [f"V{i}" for i in range(12)]
SET, MOVING = 3, 9  # nine variables are below the one that is set, itself included


def mechanism(family: str, cause: str) -> Mechanism:
    """What a variable of a chain makes of its one cause."""
    bend = Polynomial({cause: 0.5, (cause, cause): 0.01})
    return {
        "linear": Linear({cause: 0.5}),
        "additive": Additive(bend),
        "a function": Additive(FreeCurve((cause,), np.tanh)),
        "location-scale": LocationScale(bend, Polynomial({(): 1.0, (cause, cause): 0.1})),
    }[family]


def chain(family: str) -> SCM:
    """One cause a variable, all of one family."""
    return SCM.of({"V0": Linear()} | {v: mechanism(family, cause) for cause, v in pairwise(NAMES)})


def peak(model: SCM, units: pd.DataFrame, targets: str | None) -> int:
    """The most that is allocated at once, the answer included."""
    action = Do({f"V{SET}": 1.0})
    potential_outcomes(model, units, action, targets=targets)
    tracemalloc.start()
    answer = potential_outcomes(model, units, action, targets=targets)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(answer) == UNITS
    return most


@pytest.mark.parametrize("family", ["linear", "additive", "a function", "location-scale"])
def test_memory_is_one_copy_of_the_columns_that_move_and_little_else(family) -> None:
    model = chain(family)
    units = model.sample(UNITS, rng=1)
    column = units["V0"].to_numpy().nbytes
    assert peak(model, units, None) < 1.1 * MOVING * column
    assert peak(model, units, "V11") < 2 * column


def test_one_linear_target_takes_its_own_column_only() -> None:
    model = chain("linear")
    units = model.sample(UNITS, rng=1)
    assert peak(model, units, "V11") < 1.05 * units["V0"].to_numpy().nbytes


def mixed() -> SCM:
    """Some of each family, with values that several others read."""
    return SCM.of(
        {
            "A": Linear(),
            "B": Linear({"A": 0.5}),
            "C": Additive(Polynomial({"B": 0.5, ("B", "B"): 0.1})),
            "D": Linear({"A": 1.0, "B": -1.0, "C": 2.0}),
            "E": Threshold(Polynomial({"D": 1.0}), noise=Uniform()),
            "F": LocationScale(Polynomial({"C": 1.0}), Polynomial({(): 1.0, ("A", "A"): 0.1})),
            "G": Linear({"F": 1.0, "D": 0.5, "A": 0.1}),
            "H": Additive(FreeCurve(("G", "B"), lambda g, b: np.tanh(g) * b)),
        }
    )


@pytest.mark.parametrize("action", [Do(A=1.0), Do(B=0.5), Do(A=[0.5] * 60, C=2.0)])
def test_forgetting_what_is_not_read_any_more_changes_no_bit(action) -> None:
    model = mixed()
    units = model.sample(60, rng=2).drop(columns="E")
    named = [v for v in model.graph.nodes if v != "E"]
    whole = potential_outcomes(model, units, action, targets=named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "CHUNK", 7)
        parts = potential_outcomes(model, units, action, targets=named)
        patch.setattr(sweep.Sweep, "drop", lambda _, __: None)
        kept = potential_outcomes(model, units, action, targets=named)
    pd.testing.assert_frame_equal(parts, whole, check_exact=True)
    pd.testing.assert_frame_equal(kept, whole, check_exact=True)
    for v in named:
        alone = potential_outcomes(model, units, action, targets=v)
        pd.testing.assert_frame_equal(alone, whole[[v]], check_exact=True)


def test_answers_do_not_share_what_can_be_written_to() -> None:
    model = chain("linear")
    units = model.sample(5, rng=1)
    one, other = (potential_outcomes(model, units, Do(V0=1.0), targets=["V7", "V2"]) for _ in "12")
    assert list(one) == ["V7", "V2"]
    one.columns.name = "mine"
    one.loc[0, "V7"] = 99.0
    assert other.columns.name is None
    assert other.loc[0, "V7"] != 99.0
    again = potential_outcomes(model, units, Do(V0=1.0), targets=["V7", "V2"])
    pd.testing.assert_frame_equal(again, other, check_exact=True)
