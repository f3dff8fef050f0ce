"""Instruments against linear models: the equations give the coefficient of the edge, exactly.

Covariances of random linear models are computed in fractions, so that == means equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

import pytest
from strategies.linear import Matrix, linear_model

from causal import ADMG, InstrumentalSet, instruments
from causal.identification.treks import trek_rank
from causal.variables import Variables


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(names, 2))
    arrows, hidden = rng.choice((0.4, 0.6)), rng.choice((0.1, 0.25))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < arrows],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def rank(covariance: Matrix, one: Variables, other: Variables) -> int:
    """By elimination."""
    rows = [[covariance[a][b] for b in sorted(other)] for a in sorted(one)]
    found = 0
    for column in range(len(other)):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for r in range(found + 1, len(rows)):
            factor = rows[r][column] / rows[found][column]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[found], strict=True)]
        found += 1
    return found


def subsets(of: Variables) -> Iterator[Variables]:
    for size in range(len(of) + 1):
        yield from map(frozenset, itertools.combinations(sorted(of), size))


def without_edges(graph: ADMG, x: Variables, y: str) -> ADMG:
    return ADMG.of(
        nodes=graph.nodes,
        directed=[edge for edge in graph.directed if not (edge[0] in x and edge[1] == y)],
        bidirected=graph.bidirected,
    )


def by_definition(
    graph: ADMG, covariance: Matrix, x: Variables, y: str
) -> Iterator[tuple[Variables, Variables]]:
    """Every choice of instruments and of what is given: separated from Y, and informative."""
    cut = without_edges(graph, x, y)
    usable = frozenset(graph.nodes) - x - graph.descendants(y)
    for z in map(frozenset, itertools.combinations(sorted(usable), len(x))):
        for given in subsets(usable - z):
            informative = rank(covariance, z | given, x | given) == len(x | given)
            if informative and cut.separated(z, y, given=given):
                yield z, given


@pytest.mark.parametrize("seed", range(40))
def test_the_equations_give_the_coefficients_exactly(seed: int) -> None:
    rng = Random(seed)
    for _ in range(6):
        graph = random_admg(rng, rng.choice((5, 6, 7)))
        edges, covariance = linear_model(graph, rng)
        for y in graph.nodes:
            causes = sorted(graph.parents(y))
            for x in (*itertools.combinations(causes, 1), *itertools.combinations(causes, 2)):
                for found in instruments(graph, x, y):
                    assert found.coefficients(covariance) == {v: edges[v, y] for v in x}
                    assert_its_reasons_hold(found)


def assert_its_reasons_hold(found: InstrumentalSet) -> None:
    graph, given = found.graph, found.given
    cut = without_edges(graph, frozenset(found.causes), found.outcome)
    assert found.exclusion.holds(graph) is cut.separated(
        found.instruments, found.outcome, given=given
    )
    assert found.exclusion.holds(graph)
    assert not found.exclusion.holds(
        ADMG.of(
            nodes=graph.nodes,
            directed=graph.directed,
            bidirected={*graph.bidirected, (found.instruments[0], found.outcome)},
        )
    )
    for z, path in zip(found.instruments, found.relevance, strict=True):
        assert (path.nodes[0], path.nodes[-1] in found.causes) == (z, True)
        assert not graph.separated(z, found.causes, given=given)


@pytest.mark.parametrize("seed", range(25))
def test_a_pair_of_instruments_is_found_whenever_any_exists(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, 6)
    _, covariance = linear_model(graph, rng)
    for y in graph.nodes:
        for x in itertools.combinations(sorted(graph.parents(y)), 2):
            exists = next(by_definition(graph, covariance, frozenset(x), y), None) is not None
            assert (next(instruments(graph, x, y), None) is not None) is exists


@pytest.mark.parametrize("seed", range(40))
def test_an_instrument_is_found_whenever_any_exists(seed: int) -> None:
    """Van der Zander, Textor & Liśkiewicz (2015): looking among ancestors loses nothing."""
    rng = Random(seed)
    for _ in range(3):
        graph = random_admg(rng, 6)
        _, covariance = linear_model(graph, rng)
        for x, y in graph.directed:
            exists = next(by_definition(graph, covariance, frozenset({x}), y), None) is not None
            assert (next(instruments(graph, x, y), None) is not None) is exists


@pytest.mark.parametrize("seed", range(25))
def test_for_each_variable_the_search_among_ancestors_is_complete(seed: int) -> None:
    rng = Random(seed)
    for _ in range(3):
        graph = random_admg(rng, 6)
        _, covariance = linear_model(graph, rng)
        for x, y in graph.directed:
            cut = without_edges(graph, frozenset({x}), y)
            ancestral = {
                z
                for z, given in by_definition(graph, covariance, frozenset({x}), y)
                if given <= cut.ancestors(z | {y})
            }
            assert {frozenset(found.instruments) for found in instruments(graph, x, y)} == ancestral


@pytest.mark.parametrize("seed", range(30))
def test_treks_side_by_side_count_the_rank(seed: int) -> None:
    rng = Random(seed)
    for _ in range(10):
        graph = random_admg(rng, 6)
        _, covariance = linear_model(graph, rng)
        one, other = (frozenset(rng.sample(graph.nodes, rng.randint(1, 4))) for _ in range(2))
        assert trek_rank(graph, graph.mask(one), graph.mask(other)) == rank(covariance, one, other)
