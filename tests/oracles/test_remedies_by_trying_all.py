"""What would help, against trying everything: every set of edges, every experiment as a graph."""

import itertools
from random import Random
from time import perf_counter

import pytest

from causal import ADMG, Identified, identify, remedies


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.5],
        bidirected=[pair for pair in pairs if rng.random() < 0.45],
    )


def blocked_queries(seed: int, n: int = 4):
    rng = Random(seed)
    while True:
        graph = random_admg(rng, n)
        y, x, *rest = rng.sample(graph.nodes, n)
        given = f", {rest[0]}" if rng.random() < 0.3 else ""
        query = f"P({y} | do({x}){given})"
        if not isinstance(identify(graph, query), Identified):
            return graph, query


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_sets_of_edges_are_all_of_them(seed):
    graph, query = blocked_queries(seed)
    sizes = range(1, len(graph.bidirected) + 1)
    for size in sizes:
        good = {
            frozenset(edges)
            for edges in itertools.combinations(graph.bidirected, size)
            if isinstance(
                identify(
                    ADMG.of(
                        nodes=graph.nodes,
                        directed=graph.directed,
                        bidirected=set(graph.bidirected) - set(edges),
                    ),
                    query,
                ),
                Identified,
            )
        }
        if good:
            break
    found = remedies(graph, query, limit=1000)
    assert found.complete
    assert set(found.without) == good


@pytest.mark.parametrize("seed", range(30))
def test_an_experiment_helps_at_least_where_the_randomised_graph_alone_answers(seed):
    """P(. | do(v)) answers P(y | do(x)) when v has no effect on it, or the rest can undo it."""
    graph, query = blocked_queries(seed)
    found = remedies(graph, query)
    for v in set(graph.nodes) - set(identify(graph, query).query.variables):
        randomised = ADMG.of(
            nodes=graph.nodes,
            directed=[e for e in graph.directed if e[1] != v],
            bidirected=[e for e in graph.bidirected if v not in e],
        )
        answer = identify(randomised, query)
        irrelevant = not graph.descendants(v) & (answer.query.outcomes | answer.query.conditions)
        if isinstance(answer, Identified) and irrelevant:
            assert v in found.randomise


def test_known_cases():
    bow = remedies(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    assert bow.without == (frozenset({("X", "Y")}),)
    assert bow.measure == (("X", "Y"),)
    assert bow.randomise == ()
    # An experiment on the mediator says how it acts, but not how the action moves it.
    chain = remedies(ADMG.parse("X -> Z -> Y; X <-> Z; Z <-> Y"), "P(Y | do(X))")
    assert chain.randomise == ()


def test_a_search_without_budget_says_so():
    found = remedies(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))", budget=0)
    assert found.without == ()
    assert not found.complete


@pytest.mark.parametrize("seed", range(60))
def test_the_smallest_sets_are_found_where_observations_could_become_actions(seed):
    """Without an edge, rule 2 may turn one more observation into an action."""
    rng = Random(seed)
    while True:
        graph = random_admg(rng, 5)
        y, x, *rest = rng.sample(graph.nodes, 5)
        query = f"P({y} | do({x}), {', '.join(rest[: rng.randint(1, 3)])})"
        if not isinstance(identify(graph, query), Identified):
            break
    found = remedies(graph, query, limit=1000)
    size = len(found.without[0])
    for fewer in range(size + 1):
        good = {
            frozenset(edges)
            for edges in itertools.combinations(graph.bidirected, fewer)
            if isinstance(identify(without(graph, edges), query), Identified)
        }
        assert good == (set(found.without) if fewer == size else set())


def without(graph: ADMG, edges) -> ADMG:
    kept = set(graph.bidirected) - set(edges)
    return ADMG.of(nodes=graph.nodes, directed=graph.directed, bidirected=kept)


@pytest.mark.parametrize("seed", range(40))
def test_the_measurements_that_help_are_all_of_them(seed):
    graph, query = blocked_queries(seed, n=5)
    helps = set()
    for edge in graph.bidirected:
        seen = without(graph, [edge])
        directed = [*seen.directed, *(("U", end) for end in edge)]
        measured = ADMG.of(nodes=seen.nodes, directed=directed, bidirected=seen.bidirected)
        if isinstance(identify(measured, query), Identified):
            helps.add(edge)
    assert set(remedies(graph, query).measure) == helps


@pytest.mark.parametrize("seed", range(40))
def test_the_declared_latents_whose_measurement_helps_are_all_of_them(seed):
    rng = Random(seed)
    while True:
        graph = random_admg(rng, 7)
        y, x, *rest = rng.sample(graph.nodes, 7)
        latent, query = rest[:3], f"P({y} | do({x}))"
        if not isinstance(identify(graph.hide(latent), query), Identified):
            break
    found = remedies(graph, query, latent=latent)
    helps = {
        u for u in latent if isinstance(identify(graph.hide(set(latent) - {u}), query), Identified)
    }
    assert set(found.latent) == helps
    # What the latents make of the others is what a graph without them says.
    assert set(found.without) == set(remedies(graph.hide(latent), query).without)


def test_a_query_that_is_identified_needs_nothing():
    found = remedies(ADMG.parse("X -> Y; X <-> Z"), "P(Y | do(X))")
    assert (found.without, found.randomise, found.measure) == ((frozenset(),), (), ())


def test_large_graphs_are_answered_within_the_budget():
    names = [f"V{i}" for i in range(60)]
    chain = list(itertools.pairwise(names))
    clique = ADMG.of(directed=chain, bidirected=itertools.combinations(names, 2))
    start = perf_counter()
    found = remedies(clique, "P(V59 | do(V30))", budget=500)
    assert perf_counter() - start < 20
    assert not found.complete


def test_an_edge_outside_the_hedge_may_keep_an_observation_from_becoming_an_action():
    graph = ADMG.parse("V0 -> V2; V1 -> V2; V0 <-> V1; V0 <-> V2; V0 <-> V3; V1 <-> V3")
    found = remedies(graph, "P(V3 | do(V0), V2)")
    assert frozenset({("V1", "V3")}) in found.without
    assert isinstance(identify(without(graph, [("V1", "V3")]), "P(V3 | do(V0), V2)"), Identified)
