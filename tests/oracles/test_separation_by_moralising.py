"""A search that stops early and a search that does not say the same, and so does the moral graph.

The other road: in the graph on the ancestors of all vertices named, every district together with
its parents becomes a clique, and separation is separation in that undirected graph (Richardson
2003, theorem 1).
"""

from __future__ import annotations

import itertools
from random import Random

import networkx as nx
import pytest

from causal import ADMG
from causal.graph.bits import bits
from causal.graph.separation import reachable
from causal.graph.walking import reached


def random_admg(rng: Random, n: int, arrows: float, hidden: float) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(names, 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < arrows / n],
        bidirected=[pair for pair in pairs if rng.random() < hidden / n],
    )


def separated_in_the_moral_graph(graph: ADMG, x: str, y: str, given: set[str]) -> bool:
    above = graph.induced(graph.ancestors({x, y, *given}))
    moral = nx.Graph()
    moral.add_nodes_from(above.nodes)
    for district in above.districts:
        moral.add_edges_from(itertools.combinations(district | above.parents(district), 2))
    moral.remove_nodes_from(given)
    return not nx.has_path(moral, x, y)


@pytest.mark.parametrize("seed", range(30))
def test_separation_is_separation_in_the_moral_graph(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, 40, rng.choice((2, 4)), rng.choice((0, 1, 2)))
    for _ in range(40):
        x, y, *given = rng.sample(graph.nodes, rng.randint(2, 8))
        expected = separated_in_the_moral_graph(graph, x, y, set(given))
        assert graph.separated(x, y, given=given) is expected
        assert (graph.open_path(x, y, given=given) is None) is expected


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("n", [25, 40])  # searched on masks; on lists
def test_stopping_early_changes_no_answer_in_any_mutilated_graph(seed: int, n: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, n, 4, 1)
    for _ in range(40):
        given, cut_in, cut_out = (
            graph.mask(rng.sample(graph.nodes, rng.randint(0, 6))) for _ in range(3)
        )
        sides = [graph.mask(rng.sample(graph.nodes, rng.randint(1, 3))) for _ in range(2)]
        start, end = sides
        cuts = {"given": given, "cut_in": cut_in, "cut_out": cut_out}
        everything = reachable(graph, start, **cuts)
        lists = {name: tuple(bits(mask)) for name, mask in cuts.items()}
        assert everything == reached(graph, bits(start), **lists)
        assert everything & given == 0
        assert bool(reachable(graph, start, until=end, **cuts)) is bool(everything & end)


def test_two_sets_that_share_a_variable_are_connected_unless_it_is_given() -> None:
    graph = ADMG.parse("X; Y")
    assert not graph.separated("X", "X")
    assert graph.separated("X", "X", given="X")
    assert not graph.separated(["X", "Y"], ["Y"])
