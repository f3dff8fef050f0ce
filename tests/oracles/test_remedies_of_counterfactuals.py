"""What would help a counterfactual that no experiment answers, against trying everything."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from strategies.counterfactuals import random_query

from causal import ADMG, Identified, NotIdentified, identify, remedies
from causal.errors import ImpossibleEvidenceError
from causal.query import Query


def any_graph(rng: Random) -> ADMG:
    names = "ABCD"[: rng.randint(3, 4)]
    pairs = list(itertools.combinations(names, 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.45],
        bidirected=[pair for pair in pairs if rng.random() < 0.45],
    )


def unanswered(seed: int) -> tuple[ADMG, Query]:
    rng = Random(seed)
    while True:
        graph = any_graph(rng)
        query = random_query(rng, graph)
        try:
            if isinstance(identify(graph, query), NotIdentified):
                return graph, query
        except ImpossibleEvidenceError:
            continue


def without(graph: ADMG, edges) -> ADMG:
    kept = set(graph.bidirected) - set(edges)
    return ADMG.of(nodes=graph.nodes, directed=graph.directed, bidirected=kept)


@pytest.mark.parametrize("seed", range(25))
def test_the_smallest_sets_to_rule_out_and_the_causes_to_measure_are_all_of_them(seed: int):
    graph, query = unanswered(seed)
    found = remedies(graph, query, limit=1000)
    assert found.complete
    assert found.randomise == ()
    good: set[frozenset[tuple[str, str]]] = set()
    for size in range(1, len(graph.bidirected) + 1):
        good = {
            frozenset(edges)
            for edges in itertools.combinations(graph.bidirected, size)
            if isinstance(identify(without(graph, edges), query), Identified)
        }
        if good:
            break
    upstream = graph.ancestors(query.variables)
    assert set(found.without) == {e for e in good if upstream.issuperset(itertools.chain(*e))}
    helps = set()
    for edge in graph.bidirected:
        seen = without(graph, [edge])
        directed = [*seen.directed, *(("U", end) for end in edge)]
        measured = ADMG.of(nodes=seen.nodes, directed=directed, bidirected=seen.bidirected)
        if isinstance(identify(measured, query), Identified):
            helps.add(edge)
    assert set(found.measure) == helps


def test_a_latent_by_name_is_tried_as_one_that_is_measured():
    graph = ADMG.parse("U -> {X, Y}; V -> Y; X -> Y")
    found = remedies(graph, "P(Y[X=1]=1 | X=0)", latent=["U", "V"])
    assert found.latent == ("U",)
    assert found.without == (frozenset({("X", "Y")}),)


def test_no_hidden_cause_less_shows_one_unit_twice():
    found = remedies(ADMG.parse("X -> Y; X <-> Y"), "P(Y[X=0]=0 | X=1, Y=1)")
    assert (found.without, found.measure, found.complete) == ((), (), True)


def test_a_counterfactual_that_is_identified_needs_nothing():
    found = remedies(ADMG.parse("X -> Y; X <-> Z"), "P(Y[X=1]=1 | X=0)")
    assert (found.without, found.measure) == ((frozenset(),), ())


def test_a_search_without_budget_says_so():
    found = remedies(ADMG.parse("X -> Y; X <-> Y"), "P(Y[X=1]=1 | X=0)", budget=0)
    assert (found.without, found.measure, found.complete) == ((), (), False)
