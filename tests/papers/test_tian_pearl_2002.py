"""Tian & Pearl (2002), "A general identification condition for causal effects", AAAI.

The effect of X on all other variables is identified exactly when no ``<->`` path joins X
to a child of X; then P(v | do(x)) = (P(v) / Q_x) Σ_x Q_x, where Q_x is the product, over the
district of X, of P(v_i | what comes before v_i).
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import prod
from random import Random

import pytest
from strategies.exact import assert_identified_as

from causal import ADMG, Identified, identify
from causal.model import Do, random_scm


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(names, 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.5],
        bidirected=[pair for pair in pairs if rng.random() < 0.35],
    )


def district_of(graph: ADMG, x: str) -> frozenset[str]:
    return next(part for part in graph.districts if x in part)


@pytest.mark.parametrize("seed", range(60))
def test_the_condition_decides_and_computes_the_effect_on_everything(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    x = rng.choice(graph.nodes)
    rest = [v for v in graph.nodes if v != x]
    joined = district_of(graph, x)
    answer = identify(graph, f"P({', '.join(rest)} | do({x}))")
    assert isinstance(answer, Identified) is not bool(graph.children(x) & joined)
    if isinstance(answer, Identified):
        assert_the_formula_of_the_condition(graph, x, joined, seed)


def assert_the_formula_of_the_condition(
    graph: ADMG, x: str, joined: frozenset[str], seed: int
) -> None:
    model = random_scm(graph, seed)
    laws = [model.law(*graph.nodes[: i + 1]) for i in range(len(graph.nodes))]

    def chance(i: int, cell: tuple[int, ...]) -> Fraction:
        before = laws[i - 1][cell[:i] if i > 1 else cell[0]] if i else Fraction(1)
        return laws[i][cell[: i + 1] if i else cell[0]] / before

    def factor(cell: tuple[int, ...]) -> Fraction:
        places = [i for i, v in enumerate(graph.nodes) if v in joined]
        return prod((chance(i, cell) for i in places), start=Fraction(1))

    place = graph.nodes.index(x)
    for cell in itertools.product((0, 1), repeat=len(graph.nodes)):
        over = [(*cell[:place], n, *cell[place + 1 :]) for n in (0, 1)]
        published = laws[-1][cell] / factor(cell) * sum(map(factor, over))
        assert model.under(Do({x: cell[place]})).law(*graph.nodes)[cell] == published


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        # X and Z2 share a hidden cause, Z1 and Y another: two factors, one for each district.
        (
            "X -> Z1 -> Z2 -> Y; X <-> Z2; Z1 <-> Y",
            "P(Y | do(X))",
            "Σ_{Z1, Z2} P(Z1 | X) P(Y | X, Z1, Z2) (Σ_{X'} P(Z2 | X', Z1) P(X'))",
        ),
        # The effect on everything in Pearl's graph 3.8 (g).
        (
            "Z2 -> {X, Z1, Z3}; X -> Z1 -> Y; Z3 -> Y; X <-> Z2; Z2 <-> Y; X <-> Z3; X <-> Y",
            "P(Y, Z1, Z2, Z3 | do(X))",
            "P(Z1 | X, Z2) (Σ_{X'} P(Y, Z3 | X', Z1, Z2) P(X', Z2))",
        ),
        # Tian's thesis (2002), after p. 90: districts and margins in turn, twice over.
        (
            (
                "W1 -> W2 -> X -> Y; W3 -> W4 -> X; "
                "W1 <-> X; W1 <-> Y; W1 <-> W3; W2 <-> W3; W3 <-> W5; W4 <-> W5"
            ),
            "P(Y | do(X))",
            (
                "(Σ_{W1, W3} P(X, Y | W1, W2, W3, W4) P(W3 | W1, W2) P(W1))"
                " / (Σ_{W1, W3} P(X | W1, W2, W3, W4) P(W3 | W1, W2) P(W1))"
            ),
        ),
        # The same, after p. 70 and p. 59: chains with hidden causes over two and four steps.
        (
            "V1 -> V2 -> V3 -> V4 -> V5; V1 <-> V3; V2 <-> V4; V3 <-> V5",
            "P(V5 | do(V1))",
            (
                "Σ_{V2, V3, V4} P(V2 | V1) P(V4 | V1, V2, V3)"
                " (Σ_{V1'} P(V5 | V1', V2, V3, V4) P(V3 | V1', V2) P(V1'))"
            ),
        ),
        (
            "V1 -> V2 -> V3 -> V4 -> V5; V1 <-> V3; V2 <-> V4; V1 <-> V5",
            "P(V5 | do(V1))",
            (
                "Σ_{V2, V3, V4} P(V2 | V1) P(V4 | V1, V2, V3) (Σ_{V1'} P(V3 | V1', V2) P(V1'))"
                " (Σ_{V1', V3'} P(V5 | V1', V2, V3', V4) P(V3' | V1', V2) P(V1'))"
            ),
        ),
    ],
)
def test_an_effect_is_a_product_over_districts(graph, query, formula):
    assert_identified_as(ADMG.parse(graph), query, formula, models=1)
