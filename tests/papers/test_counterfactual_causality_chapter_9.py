"""Pearl (2009), Causality, 9.3: betting, and the firing squad, as probabilities of causation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from causal import (
    SCM,
    load_model,
    probability_of_necessity,
    probability_of_necessity_and_sufficiency,
    probability_of_sufficiency,
)

HALF = Fraction(1, 2)


def betting() -> SCM:
    """One bets heads (1) or tails (0) on a fair coin that has been thrown unseen."""
    return load_model(
        {
            "exogenous": {"coin": [HALF, HALF], "mood": [HALF, HALF]},
            "equations": {"bet": "mood", "win": "bet == coin"},
        }
    )


def squad() -> SCM:
    """The captain orders with probability one half; A and B shoot on his order, and are exact."""
    return load_model(
        {
            "exogenous": {"order": [HALF, HALF]},
            "equations": {"A": "order", "B": "order", "dead": "A or B"},
        }
    )


@pytest.mark.parametrize(
    ("model", "cause", "effect", "necessity", "sufficiency", "both"),
    [
        (betting(), {"bet": 1}, {"win": 1}, 1, 1, HALF),
        (squad(), {"A": 1}, {"dead": 1}, 0, 1, HALF),
    ],
    ids=["betting", "squad"],
)
def test_necessity_and_sufficiency_as_printed(
    model: SCM,
    cause: dict[str, int],
    effect: dict[str, int],
    necessity: int,
    sufficiency: int,
    both: Fraction,
) -> None:
    assert probability_of_necessity(model, cause, effect).value == necessity
    assert probability_of_sufficiency(model, cause, effect).value == sufficiency
    assert probability_of_necessity_and_sufficiency(model, cause, effect).value == both
