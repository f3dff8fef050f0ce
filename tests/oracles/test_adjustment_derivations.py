"""Every adjustment set and every front-door set has a derivation that the checker replays.

The checker shares no code with the solver: it replays each step, and compares the formula with the
effect in random models.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest

from causal import ADMG, AdjustmentSet, FrontDoorSet, adjustment_sets, front_door_sets, why_not
from causal.checker import CheckError, check
from causal.errors import CertificateError, QueryError


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    arrows, hidden = rng.choice((0.2, 0.35, 0.5)), rng.choice((0, 0.1, 0.3))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < arrows],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def question(rng: Random, graph: ADMG) -> tuple[list[str], list[str]]:
    """Up to three actions, up to two outcomes; mostly causes and their effects."""
    x, y = rng.choice((1, 2, 3)), rng.choice((1, 1, 2))
    names = rng.sample(graph.nodes, x + y)
    if rng.random() < 0.7:
        names.sort(key=graph.nodes.index)
    return names[:x], names[x:]


@pytest.mark.parametrize("seed", range(60))
def test_each_derivation_replays_and_ends_at_the_formula(seed: int) -> None:
    rng = Random(seed)
    for _ in range(8):
        graph = random_admg(rng, rng.choice((5, 6)))
        x, y = question(rng, graph)
        every = [
            list_them(graph, x, y, kind="all") for list_them in (adjustment_sets, front_door_sets)
        ]
        found = [*itertools.islice(every[0], 8), *itertools.islice(every[1], 8)]
        for each in found:
            assert each.derivation.end == each.estimand
            assert str(each.derivation.start) == str(each.effect)
            assert "verified" in check(each.certificate, models=1)


def test_effects_of_the_action_in_the_set_are_summed_out_first() -> None:
    """K is an effect of X: no rule takes it through do(X), yet it may be adjusted for."""
    graph = ADMG.parse("X -> Y; X -> K; X <- C -> Y")
    derivation = AdjustmentSet(graph, frozenset("X"), frozenset("Y"), frozenset("CK")).derivation
    assert str(derivation).splitlines()[3:] == [
        "  = Σ_{C} P(C) P(Y | C, X)               [rule 2: Y ⊥ X | C without edges out of X]",
        "  = Σ_{C, K} P(C, K) P(Y | C, X)         [marginalisation]",
        "  = Σ_{C, K} P(C, K) P(Y | C, K, X)      [rule 1: Y ⊥ K | C, X]",
    ]


def test_a_covariate_may_bar_the_way_from_one_action_to_what_confounds_another() -> None:
    graph = ADMG.parse("X1 -> D -> E -> X2 -> Y; E <-> Y")
    [found] = adjustment_sets(graph, ["X1", "X2"], "Y", kind="all")
    assert found.variables == {"D", "E"}
    found.derivation.check(graph)


def test_a_derivation_does_not_hold_in_another_graph() -> None:
    [found] = adjustment_sets(ADMG.parse("X <- Z -> Y; X -> Y"), "X", "Y")
    with pytest.raises(CertificateError, match="step 3"):
        found.derivation.check(ADMG.parse("X <- Z -> Y; X -> Y; X <-> Y"))
    with pytest.raises(CheckError):
        check(found.certificate | {"estimand": "P(Y | X)"})


def test_what_is_no_set_has_no_derivation() -> None:
    graph = ADMG.parse("X -> M -> Y; X <-> Y")
    x, y, m = map(frozenset, "XYM")
    [objection, *_] = why_not(graph, "X", "Y", "M")
    with pytest.raises(QueryError) as refusal:
        _ = AdjustmentSet(graph, x, y, m).derivation
    assert str(refusal.value) == f"{{M}} is no adjustment set: {objection}"
    with pytest.raises(QueryError, match=r"\{\} is no front-door set"):
        _ = FrontDoorSet(graph, x, y, frozenset()).derivation
    FrontDoorSet(graph, x, y, m).derivation.check(graph)


def test_a_hundred_variables_are_no_obstacle() -> None:
    ladder = "; ".join(f"X <- A{i} <- B{i} -> C{i} -> Y" for i in range(33))
    graph = ADMG.parse(f"X -> Y; {ladder}")
    some = next(adjustment_sets(graph, "X", "Y"))
    some.derivation.check(graph)
