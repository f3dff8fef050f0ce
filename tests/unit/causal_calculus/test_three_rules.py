"""Rules 1 to 3 against models: a step is an equality in every model, an open path in none."""

import itertools
from fractions import Fraction
from random import Random

import pytest

from causal.calculus import Step, bridge, rule_1, rule_2, rule_3
from causal.errors import QueryError
from causal.expression import P
from causal.graph import ADMG, OpenPath
from causal.model import SCM, Do, random_scm


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.45],
        bidirected=[pair for pair in pairs if rng.random() < 0.3],
    )


def value(model: SCM, law: P, at: dict[str, int]) -> Fraction:
    """P(of | do, given) by mutilating the model."""
    of, given, do = ([s.variable for s in part] for part in (law.of, law.given, law.do))
    world = model.under(Do({v: at[v] for v in do})) if do else model
    whole = world.law(*of, *given)
    keys = [at[v] for v in (*of, *given)]
    joint = whole[tuple(keys) if len(keys) > 1 else keys[0]]
    if not given:
        return joint
    base = world.law(*given)
    return joint / base[tuple(keys[len(of) :]) if len(given) > 1 else keys[-1]]


def applications(rng: Random, graph: ADMG):
    """Random uses of each rule on random laws."""
    y, *rest = rng.sample(graph.nodes, len(graph.nodes))
    moved, *others = rest
    do = [v for v in others if rng.random() < 0.4]
    given = [v for v in others if v not in do and rng.random() < 0.5]
    yield rule_1(graph, P.of_names([y], given, do), insert=moved)
    yield rule_1(graph, P.of_names([y], [*given, moved], do), delete=moved)
    yield rule_2(graph, P.of_names([y], [*given, moved], do), act=moved)
    yield rule_2(graph, P.of_names([y], given, [*do, moved]), observe=moved)
    yield rule_3(graph, P.of_names([y], given, do), insert=moved)
    yield rule_3(graph, P.of_names([y], given, [*do, moved]), delete=moved)


@pytest.mark.parametrize("seed", range(40))
def test_a_step_by_a_rule_is_an_equality_in_every_model(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    model = random_scm(graph, seed)
    for step in applications(rng, graph):
        if not isinstance(step, Step):
            continue
        for at in ({v: rng.randint(0, 1) for v in graph.nodes} for _ in range(4)):
            assert value(model, step.before, at) == value(model, step.after, at)


def test_each_rule_both_fires_and_is_refused():
    """The equalities above are not vacuous."""
    outcomes: dict[int, set[type]] = {}
    for seed in range(60):
        rng = Random(seed)
        for i, step in enumerate(applications(rng, random_admg(rng, 4))):
            outcomes.setdefault(i, set()).add(type(step))
    assert all(kinds == {Step, OpenPath} for kinds in outcomes.values())


@pytest.mark.parametrize(
    ("graph", "refused", "law", "other"),
    [
        ("X -> Y; X <-> Y", rule_2, P.of_names("Y", do="X"), P.of_names("Y", "X")),
        ("Z -> Y", rule_1, P.of_names("Y", "Z"), P.of_names("Y")),
        ("X -> Y", rule_3, P.of_names("Y", do="X"), P.of_names("Y")),
    ],
)
def test_a_refused_rule_fails_in_a_model(graph, refused, law, other):
    graph = ADMG.parse(graph)
    moved = next(iter(law.free - law.of)).variable
    move = {"observe": moved} if refused is rule_2 else {"delete": moved}
    assert isinstance(refused(graph, law, **move), OpenPath)
    at = dict.fromkeys(graph.nodes, 1)
    model = random_scm(graph, 0)
    assert value(model, law, at) != value(model, other, at)


def test_rule_3_keeps_edges_into_actions_above_what_is_observed():
    """Z(W): an action that is an ancestor of an observation keeps its incoming edges."""
    graph = ADMG.parse("U -> Z -> W; U -> Y; W <- Y")
    assert isinstance(rule_3(graph, P.of_names("Y", "W", do="Z"), delete="Z"), OpenPath)
    free = rule_3(graph, P.of_names("Y", do="Z"), delete="Z")
    assert isinstance(free, Step)
    assert free.separation is not None
    assert free.separation.cut_in == {"Z"}


def test_moving_what_is_not_there_is_refused():
    graph = ADMG.parse("X -> Y; Z -> Y")
    with pytest.raises(QueryError, match="Z cannot be moved"):
        rule_1(graph, P.of_names("Y", "X"), delete="Z")
    with pytest.raises(QueryError, match="X cannot be inserted"):
        rule_1(graph, P.of_names("Y", "X"), insert="X")


@pytest.mark.parametrize("seed", range(8))
def test_a_bridge_joins_laws_that_are_equal_and_no_others(seed):
    """Equal in three generic models is equal by the rules: both directions, by brute force."""
    rng = Random(seed)
    graph = random_admg(rng, 4)
    models = [random_scm(graph, seed + shift) for shift in (0, 1000, 2000)]
    y, *rest = rng.sample(graph.nodes, 4)
    roles = list(itertools.product("-wx", repeat=3))
    for one, other in ((rng.choice(roles), rng.choice(roles)) for _ in range(25)):
        laws = [
            P.of_names(
                [y],
                [v for v, role in zip(rest, roles_, strict=True) if role == "w"],
                [v for v, role in zip(rest, roles_, strict=True) if role == "x"],
            )
            for roles_ in (one, other)
        ]
        points = [
            dict(zip(graph.nodes, at, strict=True)) for at in itertools.product((0, 1), repeat=4)
        ]
        equal = all(value(m, laws[0], at) == value(m, laws[1], at) for m in models for at in points)
        path = bridge(graph, *laws)
        assert (path is not None) is equal
        if path:
            assert path[0].before == laws[0]
            assert path[-1].after == laws[1]
            assert all(a.after == b.before for a, b in itertools.pairwise(path))
