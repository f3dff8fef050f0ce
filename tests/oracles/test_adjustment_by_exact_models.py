"""The adjustment criterion against models: it admits a set exactly when the sum gives the effect.

For every subset of small graphs.  A set that is admitted must give the effect in every model; for
one that is not, some generic model must tell the sum and the effect apart.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest

from causal import ADMG, AdjustmentSet, Do, adjustment_sets, why_not
from causal.model import SCM, random_scm


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    rng.shuffle(names)
    pairs = list(itertools.combinations(names, 2))
    hidden = rng.choice((0, 0, 0.15, 0.3))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < rng.choice((0.3, 0.7))],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def gives_the_effect(found: AdjustmentSet, model: SCM) -> bool:
    """Whether the sum equals the law of the outcomes after every action."""
    actions, outcomes = sorted(found.actions), sorted(found.outcomes)
    formula = found.estimand.evaluate(model.law())
    names = [*actions, *outcomes]
    formula = formula.reorder_levels(names) if len(names) > 1 else formula
    for values in itertools.product(*(model.domains[a] for a in actions)):
        effect = model.under(Do(dict(zip(actions, values, strict=True)))).law(*outcomes)
        for cell, probability in effect.items():
            outcome = cell if isinstance(cell, tuple) else (cell,)
            if formula.loc[(*values, *outcome)] != probability:
                return False
    return True


def questions(rng: Random, graph: ADMG) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Some pairs of disjoint sets; mostly causes and their effects."""
    chosen = []
    for x_size, y_size in ((1, 1), (1, 1), (2, 1), (1, 2)):
        names = rng.sample(graph.nodes, x_size + y_size)
        if rng.random() < 0.8:
            names.sort(key=graph.nodes.index)
        chosen.append((frozenset(names[:x_size]), frozenset(names[x_size:])))
    return chosen


@pytest.mark.parametrize("seed", range(40))
def test_the_criterion_is_what_models_say(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((4, 5)))
    models = [random_scm(graph, rng=1000 * seed + i) for i in range(3)]
    for x, y in questions(rng, graph):
        admitted = {found.variables for found in adjustment_sets(graph, x, y, kind="all")}
        rest = sorted(set(graph.nodes) - x - y)
        for size in range(len(rest) + 1):
            for given in map(frozenset, itertools.combinations(rest, size)):
                proposed = AdjustmentSet(graph, x, y, given)
                if given in admitted:
                    assert gives_the_effect(proposed, models[0]), (graph, proposed)
                else:
                    fooled = all(gives_the_effect(proposed, model) for model in models)
                    assert not fooled, (graph, proposed)
                assert (not why_not(graph, x, y, given)) is (given in admitted)


@pytest.mark.parametrize("seed", range(40))
def test_the_minimal_sets_are_the_least_of_all_sets(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((5, 6, 7)))
    for x, y in questions(rng, graph):
        rest = sorted(set(graph.nodes) - x - y)
        include, exclude = set(rest[: rng.choice((0, 0, 1))]), set(rest[1 : rng.choice((1, 2))])
        bounds = {"include": include, "exclude": exclude}
        every = [found.variables for found in adjustment_sets(graph, x, y, kind="all", **bounds)]
        found = [found.variables for found in adjustment_sets(graph, x, y, **bounds)]
        assert bool(every) is not bool(why_not(graph, x, y, **bounds) or include & exclude)
        assert len(every) == len(set(every))
        assert len(found) == len(set(found))
        assert all(include <= given and not exclude & given for given in every)
        assert set(found) == {s for s in every if not any(t < s for t in every)}
