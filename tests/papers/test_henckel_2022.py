"""Henckel, Perković & Maathuis (2022), "Graphical criteria for efficient total effect estimation
via adjustment in causal linear models", JRSS B 84(2).

In a linear Gaussian model the estimate of the effect of X on Y by regression on X and Z has the
asymptotic variance σ(yy.xz) / σ(xx.z); here it is computed, for every adjustment set there is.
"""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
import pytest

from causal import ADMG, adjustment_sets
from causal.errors import UnsupportedQueryError


def random_dag(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in itertools.combinations(names, 2) if rng.random() < 0.4],
    )


def covariance(graph: ADMG, rng: np.random.Generator) -> np.ndarray:
    n = len(graph.nodes)
    edges = np.zeros((n, n))
    for tail, head in graph.directed:
        edges[graph.nodes.index(head), graph.nodes.index(tail)] = rng.uniform(0.3, 2)
    total = np.linalg.inv(np.eye(n) - edges)
    return total @ np.diag(rng.uniform(0.3, 2, n)) @ total.T


def left_over(sigma: np.ndarray, v: int, given: list[int]) -> float:
    """The variance of one variable that a regression on others leaves."""
    if not given:
        return float(sigma[v, v])
    inner = np.linalg.solve(sigma[np.ix_(given, given)], sigma[given, v])
    return float(sigma[v, v] - sigma[v, given] @ inner)


def variance(graph: ADMG, sigma: np.ndarray, x: str, y: str, given: frozenset[str]) -> float:
    i, j, z = graph.nodes.index(x), graph.nodes.index(y), [graph.nodes.index(v) for v in given]
    return left_over(sigma, j, [i, *z]) / left_over(sigma, i, z)


@pytest.mark.parametrize("seed", range(25))
def test_no_adjustment_set_varies_less_than_the_optimal_one(seed: int) -> None:
    rng = Random(seed)
    graph = random_dag(rng, 7)
    sigma = covariance(graph, np.random.default_rng(seed))
    for x, y in itertools.combinations(graph.nodes, 2):
        if y not in graph.descendants(x):
            continue
        every = [found.variables for found in adjustment_sets(graph, x, y, kind="all")]
        [best] = [found.variables for found in adjustment_sets(graph, x, y, kind="optimal")]
        assert best in every
        least = variance(graph, sigma, x, y, best)
        for given in every:
            assert least <= variance(graph, sigma, x, y, given) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_the_optimal_set_is_an_adjustment_set_exactly_when_there_is_one(seed: int) -> None:
    """Theorem 3.13 (i), for several actions."""
    rng = Random(seed)
    graph = random_dag(rng, 7)
    for *x, y in itertools.combinations(graph.nodes, 3):
        below = graph.descendants(x)
        if y in below:
            optimal = list(adjustment_sets(graph, x, y, kind="optimal"))
            assert bool(optimal) is (next(adjustment_sets(graph, x, y), None) is not None)


def test_what_predicts_the_outcome_helps_and_what_predicts_the_action_harms() -> None:
    graph = ADMG.parse("A -> X -> M -> Y; B -> M; W -> Y; X -> F; M -> G")
    [best] = adjustment_sets(graph, "X", "Y", kind="optimal")
    assert best.variables == {"B", "W"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("X -> Y; W <-> Y", "hidden common causes"),
        ("Y -> X", "Y is no effect"),
        ("X; Y", "no effect"),
    ],
)
def test_where_no_optimal_set_is_defined_the_question_is_refused(text: str, says: str) -> None:
    with pytest.raises(UnsupportedQueryError, match=says):
        adjustment_sets(ADMG.parse(text), "X", "Y", kind="optimal")
