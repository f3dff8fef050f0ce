"""Choices that were seen confine their noise: exact where a closed form is known, rare or not."""

from __future__ import annotations

import numpy as np
import pytest

from causal.errors import TooFewDrawsError
from causal.model import (
    SCM,
    Categorical,
    GumbelMax,
    InverseCDF,
    Linear,
    Logits,
    Normal,
    Threshold,
    counterfactual,
)
from causal.model.continuous.categorical import Coupled
from causal.model.continuous.curves import Polynomial

SCORES = Logits([0.0, -1.0, -9.0], {"X": (0.0, 1.5, 0.5)})


def _choices(coupling: Coupled) -> SCM:
    choice = Categorical(SCORES, values=("stay", "go", "fly"), coupling=coupling)
    return SCM.of({"X": Linear({}, noise=Normal(0, 1)), "C": choice})


@pytest.mark.parametrize("coupling", [GumbelMax(), InverseCDF()])
@pytest.mark.parametrize("seen", ["stay", "go", "fly"])
def test_what_a_choice_would_have_been_follows_its_closed_form(
    coupling: Coupled, seen: str
) -> None:
    model = _choices(coupling)
    chances = model.mechanisms["C"].couple(  # the closed form
        np.array([seen]), [np.array([0.5])], [np.array([2.0])]
    )
    for value, chance in zip(chances.values, chances.weights[:, 0], strict=True):
        asked = f"P(C[X=2]={value} | X=0.5, C={seen})"
        found = counterfactual(model, asked)
        assert found.value == pytest.approx(chance, abs=1e-12)
        assert found.engine == "abduction of a choice, exact"
        both = counterfactual(model, asked.replace("P(", "P(C[X=2]!=none, ", 1), draws=20_000)
        assert both.value == found.value
        drawn = counterfactual(model, asked.replace(" |", ", C[X=3]!=stay |"), draws=20_000)
        assert drawn.effective_draws == pytest.approx(20_000)  # however rare the choice
        assert drawn.value <= chance + 4 * drawn.standard_error


def test_a_choice_whose_causes_were_not_seen_weighs_the_draws_of_its_causes() -> None:
    model = _choices(GumbelMax())
    at = np.linspace(-9, 9, 20_001)
    law = np.exp(-(at**2) / 2) * SCORES.at([at], len(at))[2]
    found = counterfactual(model, "E(X | C=fly)", draws=50_000)
    assert found.value == pytest.approx(at @ law / law.sum(), abs=4 * found.standard_error)
    assert found.effective_draws is not None
    assert found.effective_draws > 20_000  # one draw in 20,000 chooses to fly


def test_an_answer_past_a_threshold_far_out_is_found() -> None:
    model = SCM.of(
        {"X": Linear({}, noise=Normal(0, 1)), "Y": Threshold(Polynomial({"X": 1.0}), [4.5])}
    )
    found = counterfactual(model, "P(Y[X=0]=1 | X=1, Y=1)", draws=20_000)
    exact = 3.3976731247e-06 / 2.3262907903e-04  # Q(4.5) / Q(3.5)
    assert found.value == pytest.approx(exact, rel=1e-9)


def test_a_unit_alone_has_the_answer_that_it_has_among_others() -> None:
    model = _choices(GumbelMax())
    seen = {"X": [0.5, -1.0, 2.0], "C": ["go", "stay", "fly"]}
    together = counterfactual(model, "P(C[X=2]=go)", units=seen).value
    for i in range(3):
        alone = {name: column[i : i + 1] for name, column in seen.items()}
        assert counterfactual(model, "P(C[X=2]=go)", units=alone).value[0] == together[i]


def test_a_choice_that_cannot_be_is_no_evidence() -> None:
    choice = Categorical(Logits([0.0, -2000.0], {"X": (0.0, 0.0)}))
    model = SCM.of({"X": Linear({}), "Y": choice})
    with pytest.raises(TooFewDrawsError, match="0 effectively agree"):
        counterfactual(model, "P(Y[X=3]=0 | X=1, Y=1)")
