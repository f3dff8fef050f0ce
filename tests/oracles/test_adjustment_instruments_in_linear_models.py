"""Instruments against linear models: the equations give the coefficient of the edge, exactly.

Covariances of random linear models are computed in fractions, so that == means equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
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


def partial(covariance: Matrix, one: str, other: str, given: Variables) -> Fraction:
    """The covariance given some variables, one of them after the other."""
    if not given:
        return covariance[one][other]
    last = max(given)
    rest = given - {last}
    spread = partial(covariance, last, last, rest)
    if not spread:  # it is determined by the rest
        return partial(covariance, one, other, rest)
    both = partial(covariance, one, last, rest) * partial(covariance, other, last, rest)
    return partial(covariance, one, other, rest) - both / spread


def by_definition(
    graph: ADMG, covariance: Matrix, x: Variables, y: str
) -> Iterator[tuple[Variables, tuple[Variables, ...]]]:
    """Every choice of instruments, each with what is given: separated from Y, and informative."""
    cut = without_edges(graph, x, y)
    usable = frozenset(graph.nodes) - graph.descendants(y)
    options = {
        z: [
            (given, [partial(covariance, z, v, given) for v in sorted(x)])
            for given in subsets(usable - {z})
            if cut.separated(z, y, given=given)
        ]
        for z in sorted(usable if len(x) > 1 else usable - x)
    }
    for z in itertools.combinations(sorted(options), len(x)):
        if set(z) == x:
            continue
        for choice in itertools.product(*(options[v] for v in z)):
            rows = {str(i): dict(enumerate(row)) for i, (_, row) in enumerate(choice)}
            if rank(rows, frozenset(rows), frozenset(range(len(x)))) == len(x):
                yield frozenset(z), tuple(given for given, _ in choice)


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
    graph = found.graph
    cut = without_edges(graph, frozenset(found.causes), found.outcome)
    pairs = list(zip(found.instruments, found.given, strict=True))
    for each, path, (z, given) in zip(found.exclusions, found.relevance, pairs, strict=True):
        assert each.holds(graph)
        assert cut.separated(z, found.outcome, given=given)
        assert not each.holds(
            ADMG.of(
                nodes=graph.nodes,
                directed=graph.directed,
                bidirected={*graph.bidirected, (z, found.outcome)},
            )
        )
        assert (path.nodes[0], path.nodes[-1] in found.causes) == (z, True)
        assert not graph.separated(z, set(found.causes) - given, given=given)


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
                if given[0] <= cut.ancestors(z | {y})
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
