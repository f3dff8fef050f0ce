"""Formulas stay readable and quick to get, however large the graph."""

from __future__ import annotations

import itertools
from random import Random
from statistics import median
from time import perf_counter

import pytest

from causal import ADMG, Identified, identify


def question(n: int, hidden: float, seed: int) -> tuple[ADMG, str]:
    """Three arrows a variable, and an action among the causes of the outcome."""
    rng = Random(f"{n} {hidden} {seed}")
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(names, 2))
    directed = [pair for pair in pairs if rng.random() < 3 / (n - 1)]
    bidirected = rng.sample(pairs, round(hidden * n))
    graph = ADMG.of(nodes=names, directed=directed, bidirected=bidirected)
    y = rng.choice([v for v in graph.nodes if graph.parents(v)])
    return graph, f"P({y} | do({rng.choice(sorted(graph.ancestors(y) - {y}))}))"


@pytest.mark.parametrize("hidden", [0.3, 1.0])
@pytest.mark.parametrize("n", [50, 200])
def test_the_median_formula_has_at_most_six_hundred_characters(n: int, hidden: float) -> None:
    lengths, times = [], []
    for seed in range(25):
        graph, query = question(n, hidden, seed)
        start = perf_counter()
        answer = identify(graph, query)
        times.append(perf_counter() - start)
        if isinstance(answer, Identified):
            lengths.append(len(str(answer.estimand)))
    assert len(lengths) > 15
    assert median(lengths) <= 600
    assert median(times) < 0.05
