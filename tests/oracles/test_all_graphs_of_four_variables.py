"""Every graph of four variables, every query P(y | do(x), z): three verdicts, and no difference.

Ours, that of the published algorithm (Shpitser & Pearl 2006), written once more on plain sets, and
that of linear algebra, which knows no algorithm: an effect is identified only if its gradient, by
the tables of a model, is a combination of the gradients of the observed law.  Of graphs that differ
in names only, one is asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from strategies.all_graphs import EVERY, NODES, PAIRS, Edges, all_graphs
from strategies.published_id import FAIL, Graph, lines_of_idc
from strategies.tangents import Tangents

from causal import ADMG, Identified, Query, certificate, identify
from causal.checker import check

HIDDEN = (2, 3)  # values of a hidden cause; two are not enough to move every effect
CHUNKS = 16


def all_queries() -> Iterator[Query]:
    for roles in itertools.product("yxz-", repeat=len(NODES)):
        y, x, z = ([v for v, r in zip(NODES, roles, strict=True) if r == role] for role in "yxz")
        if y and x:
            yield Query.of(y, do=x, given=z)


def assert_three_verdicts_agree(graph: ADMG, query: Query) -> None:
    ours = isinstance(identify(graph, query), Identified)
    parts = query.outcomes, query.actions, query.conditions
    assert (FAIL not in lines_of_idc(Graph.of(graph), *parts)) is ours, (graph, query)
    moved = any(not tangents(graph, hidden).fixes(*parts) for hidden in HIDDEN)
    assert moved is not ours, (graph, query)


@cache
def tangents(graph: ADMG, hidden: int) -> Tangents:
    return Tangents(graph, hidden=hidden)


def assert_the_answer_is_verified(graph: ADMG, query: Query) -> None:
    said = check(certificate(identify(graph, query)))
    assert "random models: equal in 3" in said or "two models: equal and positive" in said


def test_no_graph_is_left_out():
    """Burnside: shapes are counted by the pairs of edge sets that each renaming keeps."""
    kept = [
        sum(frozenset((new[a], new[b]) for a, b in arrows) == arrows for arrows in acyclic())
        * 2 ** len({frozenset(orbit(frozenset(pair), new)) for pair in PAIRS})
        for new in itertools.permutations(range(len(NODES)))
    ]
    assert len(all_graphs()) == sum(kept) / len(kept) == 1567


def acyclic() -> set[Edges]:
    orders = itertools.permutations(range(len(NODES)))
    pairs = [tuple(itertools.combinations(order, 2)) for order in orders]
    return {frozenset(itertools.compress(p, kept)) for p in pairs for kept in EVERY}


def orbit(pair: frozenset[int], new: tuple[int, ...]) -> Iterator[frozenset[int]]:
    here = pair
    for _ in new:
        yield here
        here = frozenset(new[v] for v in here)


@pytest.mark.parametrize("graph", Random(4).sample(all_graphs(), 40), ids=str)
def test_three_verdicts_agree_on_every_query_in_some_graphs(graph):
    for query in all_queries():
        assert_three_verdicts_agree(graph, query)


@pytest.mark.torture
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_three_verdicts_agree_on_every_query_in_every_graph(chunk):
    for number, graph in enumerate(all_graphs()[chunk::CHUNKS]):
        queries = list(all_queries())
        for query in queries:
            assert_three_verdicts_agree(graph, query)
        for query in Random(number).sample(queries, 5):
            assert_the_answer_is_verified(graph, query)
        tangents.cache_clear()
