"""What a graph makes of a formula is the same number in exact models, and each step replays."""

from __future__ import annotations

import itertools
import time
from random import Random

import pytest
from strategies.exact import value
from strategies.graphs import hard_admg, random_admg

from causal import ADMG, Identified, identify, simplify
from causal.expression import Expression, P, Product, Quotient, Sum, arranged, parse, total
from causal.model import SCM, random_scm
from causal.variables import Symbol


def law(rng: Random, names: tuple[str, ...], *, acting: bool) -> P:
    roles = rng.choices("ywwx-" if acting else "yww-", k=len(names))
    roles[rng.randrange(len(roles))] = "y"
    parts = [[v for v, r in zip(names, roles, strict=True) if r == role] for role in "ywx"]
    return P.of_names(*parts)


def chain(rng: Random, names: tuple[str, ...]) -> Expression:
    """Σ Π P(v | some before it): what separations shorten, and axioms alone do not."""
    factors = []
    for i, name in enumerate(names):
        before = rng.sample(names[:i], rng.randint(0, i))
        factors.append(P.of_names([name], before))
    over = frozenset(s for f in factors for s in f.of if rng.random() < 0.5)
    whole = Product(tuple(factors))
    return Sum(over, whole) if over else whole


def ratio(rng: Random, names: tuple[str, ...]) -> Expression:
    one, other = law(rng, names, acting=False), law(rng, names, acting=False)
    return Quotient(Product((one, chain(rng, names))), other)


def assert_equal_in(model: SCM, one: Expression, other: Expression) -> None:
    symbols = sorted(one.free)
    for cell in itertools.product(*(model.domains[s.variable] for s in symbols)):
        at = dict(zip(symbols, cell, strict=True))
        assert value(model, one, at) == value(model, other, at)


@pytest.mark.parametrize("seed", range(80))
def test_a_shorter_formula_has_the_same_value_in_exact_models(seed: int) -> None:
    rng = Random(f"simplify {seed}")
    graph = (hard_admg if seed % 2 else random_admg)(rng, 4)
    names = tuple(rng.sample(graph.nodes, 4))
    model = random_scm(graph, seed)
    for formula in (chain(rng, names), ratio(rng, names), law(rng, names, acting=True)):
        found = simplify(graph, formula)
        assert found.end.size <= formula.size
        assert found.end.free <= formula.free
        found.check(graph)
        assert_equal_in(model, formula, found.end)


@pytest.mark.parametrize("seed", range(30))
def test_an_estimand_stays_one(seed: int) -> None:
    rng = Random(f"estimand {seed}")
    graph = hard_admg(rng, 5)
    x, y = rng.sample(graph.nodes, 2)
    answer = identify(graph, f"P({y} | do({x}))")
    if isinstance(answer, Identified):
        found = simplify(graph, answer.estimand)
        found.check(graph)
        model = random_scm(graph, seed)
        assert_equal_in(model, answer.estimand, found.end)


@pytest.mark.parametrize(
    ("graph", "formula", "shorter"),
    [
        ("Z -> X -> Y", "P(Y | X, Z)", "P(Y | X)"),
        ("Z -> X -> Y", "P(Y=1 | X=0, Z=1)", "P(Y=1 | X=0)"),
        ("Z -> X -> Y", "Σ_{Z} P(Y | X, Z) P(Z)", "P(Y | X)"),
        ("X -> Y; Z -> Y; W -> Z", "Σ_{Z} P(Y | X, Z, W) P(Z | W)", "P(Y | W, X)"),
        ("A -> B -> C -> D", "Σ_{B, C} P(D | C, B) P(C | B) P(B | A)", "P(D | A)"),
        ("A -> B -> C -> D", "P(D | A, B, C) P(C | A, B) / P(C | B)", "P(D | C)"),
        ("A -> B; C", "Σ_{A} P(B | A) P(A | C) P(C)", "P(B, C)"),
        ("X -> Y; Z -> X; W", "P(Y | do(X), Z, W)", "P(Y | do(X))"),
        ("A -> B -> C", "P(C | do(A), B)", "P(C | B)"),
        ("A -> B; A <-> B", "P(A | do(B))", "P(A)"),
        (
            "X -> Z -> Y; X <-> Y",
            "Σ_{X', Z} P(X') P(Y | X', Z) P(Z | X)",
            "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)",
        ),
    ],
)
def test_what_a_graph_makes_of_a_formula(graph: str, formula: str, shorter: str) -> None:
    assert simplify(ADMG.parse(graph), formula).end == parse(shorter)


def test_no_line_mentions_a_value_that_the_formula_does_not() -> None:
    """P(Z) stands in the sum over X and outside: given X, it would be free of the sum there."""
    graph = ADMG.parse("X -> Y; Z -> Y")
    formula = parse("P(Z) Σ_{X} P(X) P(Y | X, Z) P(Z)")
    found = simplify(graph, formula)
    assert found.end == parse("P(Y, Z) P(Z)")
    assert all(line.expression.free <= formula.free for line in found.lines())
    found.check(graph)


def test_nothing_is_left_out_where_nothing_can_be() -> None:
    front_door = parse("Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)")
    found = simplify(ADMG.parse("X -> Z -> Y; X <-> Y"), front_door)
    assert (found.steps, found.end) == ((), front_door)


def test_without_separations_only_the_axioms_are_left() -> None:
    everything = ADMG.of(
        directed=[("A", "B"), ("A", "C"), ("B", "C")],
        bidirected=[("A", "B"), ("A", "C"), ("B", "C")],
    )
    for formula in map(parse, ("Σ_{A} P(C | A, B) P(A)", "P(C | A, B) P(B)", "P(A | B, C)")):
        assert simplify(everything, formula).steps == ()
    joint = parse("Σ_{A} P(C | A, B) P(A | B)")
    assert simplify(everything, joint).end == parse("P(C | B)")


def test_a_budget_stops_the_search_and_what_was_found_stays_true() -> None:
    graph = ADMG.parse("; ".join(f"V{i} -> V{i + 1}" for i in range(12)))
    formula = Product(tuple(P.of_names([v], graph.nodes[:i]) for i, v in enumerate(graph.nodes)))
    for budget in (0, 1, 50, 20_000):
        found = simplify(graph, formula, budget=budget)
        found.check(graph)
    assert arranged(found.end) == arranged(total(frozenset(), found.end))


def test_a_long_chain_is_short_soon() -> None:
    graph = ADMG.parse("; ".join(f"V{i} -> V{i + 1}" for i in range(60)))
    nodes = graph.nodes
    local = tuple(P.of_names([v], nodes[max(0, i - 3) : i]) for i, v in enumerate(nodes))
    formula = Sum(frozenset(map(Symbol, nodes[1:-1])), Product(local))
    start = time.process_time()
    assert simplify(graph, formula).end == P.of_names(["V0", "V60"])
    assert time.process_time() - start < 5  # tenths of a second; hours if every way were tried
