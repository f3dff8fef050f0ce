"""Huang & Valtorta (2006), "Pearl's calculus of intervention is complete", UAI.

P(s | do(t)) is identified exactly when Q[D] is, for every district D of the graph on the ancestors
of S without T (their algorithm Identify).  Here the criterion is written once more,
on plain sets, and decides all graphs of three variables and many of five.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest
from strategies.exact import value

from causal import ADMG, Identified, certificate, identify
from causal.checker import check
from causal.expression import parse
from causal.model import random_scm

Edges = frozenset[tuple[str, str]]


def closed(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    """What can be reached against the arrows."""
    found = set(start)
    while new := {a for a, b in edges if b in found} - found:
        found |= new
    return found


def ancestors(of: set[str], within: set[str], directed: Edges) -> set[str]:
    return closed(of, {(a, b) for a, b in directed if {a, b} <= within})


def district(of: str, within: set[str], bidirected: Edges) -> set[str]:
    both = bidirected | {(b, a) for a, b in bidirected}
    return closed({of}, {(a, b) for a, b in both if {a, b} <= within})


def computable(part: set[str], whole: set[str], directed: Edges, bidirected: Edges) -> bool:
    """Algorithm Identify: Q[part] from Q[whole], both single districts."""
    above = ancestors(part, whole, directed)
    if above == part:
        return True
    if above == whole:
        return False
    smaller = district(min(part), above, bidirected)
    return computable(part, smaller, directed, bidirected)


def identified(nodes: tuple[str, ...], x: str, y: str, directed: Edges, bidirected: Edges) -> bool:
    needed = ancestors({y}, set(nodes) - {x}, directed)
    districts = {frozenset(district(v, needed, bidirected)) for v in needed}
    return all(
        computable(set(d), district(min(d), set(nodes), bidirected), directed, bidirected)
        for d in districts
    )


def subsets(pairs: list[tuple[str, str]]) -> list[Edges]:
    sizes = range(len(pairs) + 1)
    return [frozenset(s) for n in sizes for s in itertools.combinations(pairs, n)]


def assert_the_criterion_decides(graph: ADMG, x: str, y: str) -> None:
    edges = frozenset(graph.directed), frozenset(graph.bidirected)
    answer = identify(graph, f"P({y} | do({x}))")
    assert isinstance(answer, Identified) == identified(graph.nodes, x, y, *edges)


def test_the_criterion_decides_every_graph_of_three_variables():
    pairs = list(itertools.combinations("ABC", 2))
    for directed, bidirected in itertools.product(subsets(pairs), repeat=2):
        graph = ADMG.of(nodes="ABC", directed=directed, bidirected=bidirected)
        for x, y in itertools.permutations("ABC", 2):
            assert_the_criterion_decides(graph, x, y)


@pytest.mark.parametrize("seed", range(100))
def test_the_criterion_decides_graphs_of_five_variables_and_the_number_is_right(seed):
    rng = Random(seed)
    pairs = list(itertools.combinations("ABCDE", 2))
    graph = ADMG.of(
        nodes="ABCDE",
        directed=[pair for pair in pairs if rng.random() < 0.5],
        bidirected=[pair for pair in pairs if rng.random() < 0.3],
    )
    x, y = sorted(rng.sample("ABCDE", 2))
    assert_the_criterion_decides(graph, x, y)
    answer = identify(graph, f"P({y} | do({x}))")
    assert check(certificate(answer)).startswith("verified")
    if isinstance(answer, Identified):
        model, query = random_scm(graph, seed), parse(f"P({y} | do({x}))")
        at = {s: rng.randrange(2) for s in sorted(query.free | answer.estimand.free)}
        assert value(model, answer.estimand, at) == value(model, query, at)
