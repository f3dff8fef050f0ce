"""m-separation against its definition: list every path, look at every triple on it."""

import itertools
from random import Random

import networkx as nx
import pytest

from causal.graph import ADMG


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.4],
        bidirected=[pair for pair in pairs if rng.random() < 0.25],
    )


Step = tuple[str, bool, bool]  # where it leads, arrowhead at the start, arrowhead at the end


def steps(directed, bidirected, v) -> list[Step]:
    found = [(b, False, True) for a, b in directed if a == v]
    found += [(a, True, False) for a, b in directed if b == v]
    found += [(b if a == v else a, True, True) for a, b in bidirected if v in (a, b)]
    return found


def open_by_definition(directed, bidirected, x, y, given) -> bool:
    """Richardson (2003), definition of m-connection, path by path."""
    nodes = {v for edge in (*directed, *bidirected) for v in edge} | {x, y, *given}
    dag = nx.DiGraph(directed)
    dag.add_nodes_from(nodes)
    above = set(given).union(*(nx.ancestors(dag, z) for z in given)) if given else set()

    def extend(v, head_into_v, seen):
        if v == y:
            return True
        for w, head_here, head_there in steps(directed, bidirected, v):
            if w in seen:
                continue
            if v != x:
                collider = head_into_v and head_here
                if collider and v not in above:
                    continue
                if not collider and v in given:
                    continue
            if extend(w, head_there, seen | {w}):
                return True
        return False

    return extend(x, False, {x})


@pytest.mark.parametrize("seed", range(25))
def test_separation_agrees_with_its_definition(seed):
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((4, 5)))
    for x, y in itertools.combinations(graph.nodes, 2):
        rest = [v for v in graph.nodes if v not in (x, y)]
        for k in range(len(rest) + 1):
            for given in itertools.combinations(rest, k):
                connected = open_by_definition(graph.directed, graph.bidirected, x, y, given)
                assert graph.separated(x, y, given=given) is not connected
                path = graph.open_path(x, y, given=given)
                assert (path is not None) is connected
                if path is not None:
                    check_witness(graph, path, given)


def check_witness(graph, path, given):
    """Every step of the path is an edge, and every triple on it is open."""
    assert len(set(path.nodes)) == len(path.nodes)
    for one, arrow, other in zip(path.nodes, path.arrows, path.nodes[1:], strict=False):
        match arrow:
            case "->":
                assert (one, other) in graph.directed
            case "<-":
                assert (other, one) in graph.directed
            case "<->":
                assert {one, other} in [set(edge) for edge in graph.bidirected]
    colliders = dict(path.colliders)
    for v, before, after in zip(path.nodes[1:], path.arrows, path.arrows[1:], strict=False):
        if before.endswith(">") and after.startswith("<"):
            assert v in graph.ancestors(colliders[v])
            assert colliders[v] in given
        else:
            assert v not in given


@pytest.mark.parametrize("seed", range(10))
def test_separation_in_a_mutilated_graph_is_separation_in_the_graph_without_those_edges(seed):
    from causal.graph.separation import reachable

    rng = Random(seed)
    graph = random_admg(rng, 5)
    for _ in range(60):
        x, y, *rest = rng.sample(graph.nodes, 5)
        given, cut_in, cut_out = (
            set(rng.sample(pool, rng.randint(0, 2))) for pool in (rest, graph.nodes, graph.nodes)
        )
        smaller = ADMG.of(
            nodes=graph.nodes,
            directed=[(a, b) for a, b in graph.directed if b not in cut_in and a not in cut_out],
            bidirected=[edge for edge in graph.bidirected if not cut_in & set(edge)],
        )
        reached = reachable(
            graph,
            graph.mask(x),
            given=graph.mask(given),
            cut_in=graph.mask(cut_in),
            cut_out=graph.mask(cut_out),
        )
        assert bool(reached & graph.mask(y)) is not smaller.separated(x, y, given=given)


@pytest.mark.parametrize("seed", range(10))
def test_on_a_dag_networkx_agrees(seed):
    rng = Random(seed)
    names = [f"V{i}" for i in range(30)]
    edges = [e for e in itertools.combinations(names, 2) if rng.random() < 0.12]
    graph, dag = ADMG.of(nodes=names, directed=edges), nx.DiGraph(edges)
    dag.add_nodes_from(names)
    for _ in range(50):
        x, y, *given = rng.sample(names, rng.randint(2, 7))
        assert graph.separated(x, y, given=given) == nx.is_d_separator(dag, {x}, {y}, set(given))
