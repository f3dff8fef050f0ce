"""Perković, Textor, Kalisch & Maathuis (2018), "Complete graphical characterization and
construction of adjustment sets in Markov equivalence classes of ancestral graphs", JMLR 18(220).

What the paper proves of every graph, on random graphs without undetermined edges.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest
from strategies.exact import assert_identified_as

from causal import ADMG, adjustment_sets, why_not
from causal.variables import Variables


def random_admg(rng: Random, n: int, hidden: float) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    rng.shuffle(names)
    pairs = list(itertools.combinations(names, 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.35],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def on_proper_causal_paths(graph: ADMG, x: Variables, y: Variables) -> Variables:
    """By definition: walk down from X, never back into X, and keep the paths that end in Y."""
    found: set[str] = set()

    def extend(path: tuple[str, ...]) -> None:
        if path[-1] in y:
            found.update(path[1:])
        for child in graph.children(path[-1]) - x:
            extend((*path, child))

    for start in x:
        extend((start,))
    return frozenset(found)


def pairs(rng: Random, graph: ADMG) -> list[tuple[Variables, Variables]]:
    chosen = []
    for x_size, y_size in ((1, 1), (2, 1), (1, 2), (2, 2)):
        names = rng.sample(graph.nodes, x_size + y_size)
        chosen.append((frozenset(names[:x_size]), frozenset(names[x_size:])))
    return chosen


@pytest.mark.parametrize("seed", range(40))
def test_if_there_is_a_set_the_ancestors_that_are_not_forbidden_are_one(seed: int) -> None:
    """The set Adjust(X, Y) of the paper, for graphs in which all edges are determined."""
    rng = Random(seed)
    graph = random_admg(rng, 6, rng.choice((0, 0.2)))
    for x, y in pairs(rng, graph):
        forbidden = graph.descendants(on_proper_causal_paths(graph, x, y))
        constructed = graph.ancestors(x | y) - x - y - forbidden
        exists = next(adjustment_sets(graph, x, y), None) is not None
        assert (not why_not(graph, x, y, constructed)) is exists


@pytest.mark.parametrize("seed", range(40))
def test_no_set_holds_a_forbidden_variable_and_each_is_refused_by_its_causal_path(
    seed: int,
) -> None:
    rng = Random(seed)
    graph = random_admg(rng, 6, rng.choice((0, 0.2)))
    for x, y in pairs(rng, graph):
        causal = on_proper_causal_paths(graph, x, y)
        forbidden = graph.descendants(causal)
        for found in adjustment_sets(graph, x, y, kind="all"):
            assert not found.variables & forbidden
        for v in forbidden - x - y:
            objection, *_ = why_not(graph, x, y, v)
            assert objection.variable == v
            start, *rest = objection.causal_path
            assert start in x
            assert rest[-1] in y
            assert set(rest) <= causal
            assert objection.down[0] in causal
            assert objection.down[-1] == v
            for path in (objection.causal_path, objection.down):
                assert set(itertools.pairwise(path)) <= set(graph.directed)


@pytest.mark.parametrize("seed", range(40))
def test_without_hidden_causes_the_parents_of_one_action_are_a_set(seed: int) -> None:
    """Unless the outcome is one of them: then no set exists."""
    rng = Random(seed)
    graph = random_admg(rng, 7, 0)
    for x, y in itertools.permutations(graph.nodes, 2):
        parents = graph.parents(x)
        if y in parents:
            assert list(adjustment_sets(graph, x, y)) == []
        else:
            assert why_not(graph, x, y, parents) == ()


@pytest.mark.parametrize("seed", range(20))
def test_what_can_be_adjusted_for_is_identified_by_the_adjustment_formula(seed: int) -> None:
    """Definition 1: P(y | do(x)) = Σ_{z} P(y | x, z) P(z), in every model."""
    rng = Random(seed)
    graph = random_admg(rng, 6, 0.25)
    for x, y in pairs(rng, graph):
        found = next(adjustment_sets(graph, x, y), None)
        if found:
            query = f"P({', '.join(sorted(y))} | do({', '.join(sorted(x))}))"
            assert_identified_as(graph, query, str(found.estimand), models=1)


def test_the_criterion_goes_beyond_the_back_door() -> None:
    """Effects of an action that lie on no causal path may be adjusted for, and may have to be."""
    graph = ADMG.parse("X -> D; C -> D; X -> Y; C -> Y; X <-> D")
    assert why_not(graph, "X", "Y", ["C", "D"]) == ()
    formula = "Σ_{C, D} P(Y | C, D, X) P(C, D)"
    assert_identified_as(graph, "P(Y | do(X))", formula)
    only_effects = ADMG.parse("X1 -> A -> B -> X2; X1 -> Y; X2 -> Y; B <-> Y")
    [found] = adjustment_sets(only_effects, ["X1", "X2"], "Y", kind="all")
    assert found.variables == {"A", "B"}
    formula = "Σ_{A, B} P(Y | A, B, X1, X2) P(A, B)"
    assert_identified_as(only_effects, "P(Y | do(X1, X2))", formula)
