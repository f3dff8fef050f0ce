"""What is asked beside a question, before it or in another order leaves its answer as it was."""

from __future__ import annotations

from random import Random

import pytest
from strategies.counterfactuals import random_query, small_graph

from causal import Query, counterfactual, load_model
from causal.errors import ImpossibleEvidenceError
from causal.model import SCM, random_scm


def answer(model: SCM, query: object):
    try:
        return counterfactual(model, query, exact=True).value
    except ImpossibleEvidenceError:
        return None


@pytest.mark.parametrize("block", range(4))
def test_exactly_in_finite_models(block: int) -> None:
    """Order of events, a second question in the same sum, and the questions asked before."""
    answered = 0
    for seed in range(40 * block, 40 * block + 40):
        rng = Random(seed)
        graph = small_graph(rng)
        first, second = random_query(rng, graph), random_query(rng, graph)
        model = random_scm(graph, seed)
        alone, other = answer(model, first), answer(model, second)
        assert answer(random_scm(graph, seed), first) == alone  # a model that answered none
        turned = Query(
            tuple(rng.sample(first.outcome, len(first.outcome))),
            (),
            tuple(rng.sample(first.given, len(first.given))),
        )
        assert answer(model, turned) == alone
        if alone is not None and other is not None:
            assert answer(model, f"{first} - {second}") == alone - other
            assert answer(model, f"{second} - {first}") == other - alone
            answered += 1
    assert answered > 15


@pytest.mark.parametrize("given", ["Y=2", "Y=2, Z > 0"])
def test_of_drawn_units_to_rounding(given: str) -> None:
    """Noise is keyed by variable and unit, so that no question takes draws from another."""
    model = load_model(
        {
            "noise": {"e": "normal(0, 1)", "f": "normal(0, 1)", "g": "normal(0, 1)"},
            "equations": {"X": "e", "Y": "X * X + f", "Z": "Y * X + g"},
        }
    )
    parts = [f"E(Z[X={x}] | {given})" for x in (0, 1, 2)]
    alone = [counterfactual(model, part, rng=3).value for part in parts]
    together = counterfactual(model, " - ".join(parts), rng=3)
    assert together.engine == "weighted draws"
    assert together.value == pytest.approx(alone[0] - alone[1] - alone[2], rel=1e-12)
    assert counterfactual(model, " - ".join(parts[::-1]), rng=3).value == pytest.approx(
        alone[2] - alone[1] - alone[0], rel=1e-12
    )
