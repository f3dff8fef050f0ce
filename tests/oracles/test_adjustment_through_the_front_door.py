"""Front-door sets are those that the definition names; their formula is the effect in models."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from random import Random

import networkx as nx
import pytest

import causal
from causal import ADMG, SCM, Do, FrontDoorSet, front_door_sets
from causal.model import random_scm
from causal.variables import Variables


def random_admg(rng: Random, n: int) -> ADMG:
    """Sparse, and mostly confounded where the front door is of use: at the ends of the order."""
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(names, 2))
    near = {pair for pair in pairs if names.index(pair[1]) - names.index(pair[0]) <= 2}
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < (0.5 if pair in near else 0.2)],
        bidirected=[pair for pair in pairs if rng.random() < (0.08 if pair in near else 0.4)],
    )


def without_edges_out_of(graph: ADMG, cut: Variables) -> ADMG:
    return ADMG.of(
        nodes=graph.nodes,
        directed=[edge for edge in graph.directed if edge[0] not in cut],
        bidirected=graph.bidirected,
    )


def by_definition(graph: ADMG, x: Variables, y: Variables, z: Variables) -> bool:
    """Pearl (1995), definition 4."""
    dag = nx.DiGraph(graph.directed)
    dag.add_nodes_from(graph.nodes)
    dag.remove_nodes_from(z)
    carried = not any(nx.has_path(dag, a, b) for a in x for b in y)
    unmixed = not z or without_edges_out_of(graph, x).separated(x, z)
    shielded = not z or without_edges_out_of(graph, z).separated(z, y, given=x)
    return carried and unmixed and shielded


def conditions(graph: ADMG, x: Variables, y: Variables, z: Variables) -> set[str]:
    """The conditions of the definition that a set breaks, by networkx and mutilated graphs."""
    dag = nx.DiGraph(graph.directed)
    dag.add_nodes_from(graph.nodes)
    dag.remove_nodes_from(z)
    broken = {
        "intercepts": any(nx.has_path(dag, a, b) for a in x for b in y),
        "unconfounded": z and not without_edges_out_of(graph, x).separated(x, z),
        "shielded": z and not without_edges_out_of(graph, z).separated(z, y, given=x),
    }
    return {name for name, holds in broken.items() if holds}


def test_the_objections_are_the_conditions_that_a_set_breaks_each_with_a_path_of_the_graph() -> (
    None
):
    rng = Random(11)
    seen: set[str] = set()
    for _ in range(300):
        graph = random_admg(rng, 6)
        for x, y in questions(rng, graph):
            rest = [v for v in graph.nodes if v not in x | y]
            z = frozenset(v for v in rest if rng.random() < 0.4)
            found = causal.why_no_front_door(graph, x, y, z)
            assert {each.condition for each in found} == conditions(graph, x, y, z)
            assert (not found) == by_definition(graph, x, y, z)
            for each in found:
                seen.add(each.condition)
                assert set(each.path.nodes) <= set(graph.nodes)
                ends = (each.path.nodes[0], each.path.nodes[-1])
                sides = {"intercepts": (x, y), "unconfounded": (x, z), "shielded": (z, y)}
                assert ends[0] in sides[each.condition][0]
                assert ends[1] in sides[each.condition][1]
    assert seen == {"intercepts", "unconfounded", "shielded"}


def questions(rng: Random, graph: ADMG) -> list[tuple[Variables, Variables]]:
    first, *_, last = graph.nodes
    second = graph.nodes[rng.randrange(1, len(graph.nodes) - 1)]
    pairs = [({first}, {last}), ({first, second}, {last}), ({first}, {second, last})]
    return [(frozenset(x), frozenset(y)) for x, y in pairs]


def assert_the_minimal_are_listed_once(
    found: Iterator[FrontDoorSet], every: Collection[Variables]
) -> None:
    listed = [one.variables for one in found]
    assert len(listed) == len(set(listed))
    assert set(listed) == {z for z in every if not any(smaller < z for smaller in every)}


def assert_the_formula_is_the_effect(found: FrontDoorSet, model: SCM) -> None:
    outcomes = sorted(found.outcomes)
    formula = found.estimand.evaluate(model.law()).reset_index(name="value")
    for row in formula.to_dict("records"):
        effect = model.under(Do({x: row.get(x, 0) for x in found.actions})).law(*outcomes)
        cell = tuple(row[y] for y in outcomes)
        assert row["value"] == effect[cell if len(cell) > 1 else cell[0]]


@pytest.mark.parametrize("seed", range(40))
def test_the_list_is_the_definition_and_the_formula_is_the_effect(seed: int) -> None:
    rng = Random(seed)
    for _ in range(4):
        graph = random_admg(rng, rng.choice((4, 5, 6)))
        model = random_scm(graph, rng=seed)
        for x, y in questions(rng, graph):
            rest = sorted(set(graph.nodes) - x - y)
            every = [
                z
                for size in range(len(rest) + 1)
                for z in map(frozenset, itertools.combinations(rest, size))
                if by_definition(graph, x, y, z)
            ]
            found = list(front_door_sets(graph, x, y, kind="all"))
            listed = [one.variables for one in found]
            assert len(listed) == len(set(listed))
            assert set(listed) == set(every)
            if found:
                assert not any(z < listed[0] for z in every)
            include, exclude = set(rest[:1]), set(rest[1:2])
            bounds = {"include": include, "exclude": exclude}
            bounded = front_door_sets(graph, x, y, kind="all", **bounds)
            kept = {z for z in every if include <= z and not exclude & z}
            assert {one.variables for one in bounded} == kept
            assert_the_minimal_are_listed_once(front_door_sets(graph, x, y), every)
            assert_the_minimal_are_listed_once(front_door_sets(graph, x, y, **bounds), kept)
            for one in found[:3]:
                assert_the_formula_is_the_effect(one, model)


def test_sets_come_one_at_a_time_however_many_there_are() -> None:
    rungs = range(1, 40)
    chain = " -> ".join(["X", *(f"A{i}" for i in rungs), "Y"])
    graph = ADMG.parse(f"{chain}; X <-> Y")
    lazily = front_door_sets(graph, "X", "Y", kind="all")  # 2 ** 39 - 1 of them
    assert len({one.variables for one in itertools.islice(lazily, 100)}) == 100


def test_the_first_set_is_minimal_on_the_graph_of_the_paper() -> None:
    """Jeong, Tian & Bareinboim (2022), figure 1 (b), with B required."""
    graph = ADMG.parse("X -> A -> {B, C, D} -> Y; X <-> Y; X <-> D")
    found = [one.variables for one in front_door_sets(graph, "X", "Y", kind="all", include="B")]
    assert found[0] == {"A", "B"}
    assert set(found) == {frozenset("AB"), frozenset("ABC")}


def layers(number: int, width: int) -> ADMG:
    """X -> a layer -> another layer -> ... -> Y, every arrow between two neighbours."""
    rows = [[f"L{i}_{j}" for j in range(width)] for i in range(number)]
    rows = [["X"], *rows, ["Y"]]
    arrows = [pair for pair in itertools.pairwise(rows) for pair in itertools.product(*pair)]
    return ADMG.of(directed=arrows, bidirected=[("X", "Y")])


def test_the_minimal_sets_of_many_layers_are_the_layers() -> None:
    found = [one.variables for one in front_door_sets(layers(6, 8), "X", "Y")]
    assert sorted(map(sorted, found)) == [
        [f"L{i}_{j}" for j in range(8)] for i in range(6)
    ]  # of 8 ** 6 ways to leave one vertex out of each layer


def test_a_hundred_minimal_sets_among_very_many_come_soon() -> None:
    ways = "; ".join(
        "X -> " + " -> ".join(f"P{i}_{j}" for j in range(5)) + " -> Y" for i in range(20)
    )
    graph = ADMG.parse(f"{ways}; X <-> Y")  # 5 ** 20 of them
    found = list(itertools.islice(front_door_sets(graph, "X", "Y"), 100))
    assert len({one.variables for one in found}) == 100
    for one in found[:5]:
        one.derivation.check(graph)


def test_a_covariate_that_shields_a_carrier_is_part_of_a_minimal_set() -> None:
    graph = ADMG.parse("X -> M -> Y; M <- C -> Y; X <-> Y")
    [found] = front_door_sets(graph, "X", "Y")
    assert found.variables == {"C", "M"}
    found.derivation.check(graph)
