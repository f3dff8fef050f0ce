"""Normal forms and classes of laws against brute force: every law, every application of a rule.

And against numbers: the rules are not only sound but, for such laws on four variables, complete.
Two laws that do not follow from each other differ in a random model.
"""

import itertools
from random import Random
from time import perf_counter

import pytest
from strategies.all_graphs import NODES, all_graphs
from strategies.tangents import Tangents

from causal.calculus import (
    Derivation,
    Step,
    bridge,
    equivalents,
    prove,
    rule_1,
    rule_2,
    rule_3,
    top,
)
from causal.expression import P
from causal.graph import ADMG


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.4],
        bidirected=[pair for pair in pairs if rng.random() < 0.3],
    )


def classes(graph: ADMG, y: str) -> list[set[P]]:
    """All laws of y, joined by every application of a rule to a set of variables."""
    rest = [v for v in graph.nodes if v != y]
    laws = [
        P.of_names(
            [y],
            [v for v, r in zip(rest, roles, strict=True) if r == "w"],
            [v for v, r in zip(rest, roles, strict=True) if r == "x"],
        )
        for roles in itertools.product("-wx", repeat=len(rest))
    ]
    home = {law: {law} for law in laws}
    for law in laws:
        for step in applications(graph, law):
            if isinstance(step, Step) and home[law] is not home[step.after]:
                joined = home[law] | home[step.after]
                for member in joined:
                    home[member] = joined
    return list({id(part): part for part in home.values()}.values())


def applications(graph: ADMG, law: P):
    given, do = ([s.variable for s in part] for part in (law.given, law.do))
    for some in subsets(given):
        yield rule_1(graph, law, delete=some)
        yield rule_2(graph, law, act=some)
    for some in subsets(do):
        yield rule_2(graph, law, observe=some)
        yield rule_3(graph, law, delete=some)


def subsets(names: list[str]):
    return (c for k in range(1, len(names) + 1) for c in itertools.combinations(names, k))


@pytest.mark.parametrize("seed", range(12))
def test_a_class_has_one_top_and_the_walk_meets_all_of_it(seed):
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((3, 4)))
    tops = []
    for part in classes(graph, rng.choice(graph.nodes)):
        (only,) = {top(graph, law) for law in part}
        assert only in part
        tops.append(only)
        start = rng.choice(sorted(part, key=str))
        walked = list(equivalents(graph, str(start)))
        assert len(walked) == len(set(walked))
        assert set(walked) == part
        for law in part:
            path = bridge(graph, start, law)
            assert path is not None
            assert all(isinstance(step.after, P) for step in path)
    assert len(set(tops)) == len(tops)


@pytest.mark.parametrize("seed", range(40))
def test_filters_keep_what_they_say_and_lose_nothing(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    y = rng.choice(graph.nodes)
    measured, settable = (
        [v for v in graph.nodes if v != y and rng.random() < 0.6] for _ in range(2)
    )
    for part in classes(graph, y):
        query = str(rng.choice(sorted(part, key=str)))
        kept = {law for law in part if mentions(law.given, measured) and mentions(law.do, settable)}
        for fewest in (False, True):
            walked = list(
                equivalents(graph, query, measured=measured, settable=settable, fewest=fewest)
            )
            least = min((len(law.do) for law in kept), default=0)
            expected = {law for law in kept if len(law.do) == least} if fewest else kept
            assert len(walked) == len(expected)
            assert set(walked) == expected
        observational = {law for law in part if not law.do}
        assert set(equivalents(graph, query, settable=())) == observational


def mentions(symbols, allowed: list[str]) -> bool:
    return {s.variable for s in symbols} <= set(allowed)


@pytest.mark.parametrize("filters", [{}, {"settable": ()}, {"fewest": True}])
def test_the_first_law_comes_at_once_in_a_graph_with_more_laws_than_anyone_can_list(filters):
    chain = " -> ".join(f"V{i}" for i in range(120))
    graph = ADMG.parse(f"{chain}; V0 <-> V2; V117 <-> V119")
    start = perf_counter()
    found = next(equivalents(graph, "P(V119 | do(V60))", **filters))
    assert perf_counter() - start < 5
    assert str(found) == ("P(V119 | V60)" if filters else "P(V119 | do(V60))")


def test_that_no_law_is_left_is_known_at_once_too():
    chain = " -> ".join(f"V{i}" for i in range(60))
    graph = ADMG.parse(f"{chain}; V30 <-> V59")
    assert list(equivalents(graph, "P(V59 | do(V30))", settable=())) == []
    assert list(equivalents(graph, "P(V59 | do(V30))", measured=(), settable=["V3"])) == []


@pytest.mark.parametrize("seed", range(12))
def test_proving_decides_membership(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    parts = classes(graph, rng.choice(graph.nodes))
    laws = {law: i for i, part in enumerate(parts) for law in part}
    for _ in range(60):
        one, other = rng.sample(sorted(laws, key=str), 2)
        answer = prove(graph, str(one), str(other))
        assert isinstance(answer, Derivation) is (laws[one] == laws[other])
        if isinstance(answer, Derivation):
            answer.check(graph)


def classes_by_number(graph: ADMG, y: frozenset[str]) -> list[set[P]]:
    """All laws of some outcomes, joined where they are equal in one model over a prime field."""
    model, rest = Tangents(graph), [v for v in NODES if v not in y]
    found: dict[bytes, set[P]] = {}
    for roles in itertools.product("-wx", repeat=len(rest)):
        w, x = ({v for v, r in zip(rest, roles, strict=True) if r == role} for role in "wx")
        found.setdefault(model.number(y, x, w).tobytes(), set()).add(P.of_names(y, w, x))
    return list(found.values())


def assert_equal_numbers_are_derived(graph: ADMG, rng: Random) -> None:
    for size in (1, 2):
        for y in map(frozenset, itertools.combinations(NODES, size)):
            parts = classes_by_number(graph, y)
            tops = [{top(graph, law) for law in part} for part in parts]
            assert [len(each) for each in tops] == [1] * len(parts), graph
            part = rng.choice(parts)
            one, other = (rng.choice(sorted(part, key=str)) for _ in range(2))
            assert set(equivalents(graph, str(one))) == part
            answer = prove(graph, str(one), str(other))
            assert isinstance(answer, Derivation)
            answer.check(graph)


@pytest.mark.parametrize("chunk", range(8))
def test_laws_with_equal_numbers_follow_from_each_other(chunk):
    rng = Random(chunk)
    for graph in rng.sample(all_graphs(), 6):
        assert_equal_numbers_are_derived(graph, rng)


@pytest.mark.torture
@pytest.mark.parametrize("chunk", range(8))
def test_laws_with_equal_numbers_follow_from_each_other_in_every_graph(chunk):
    rng = Random(chunk)
    for graph in all_graphs()[chunk::8]:
        assert_equal_numbers_are_derived(graph, rng)
