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


def test_a_chain_of_two_districts():
    """X and Z2 share a hidden cause, Z1 and Y another: two factors, one for each district."""
    graph = ADMG.parse("X -> Z1 -> Z2 -> Y; X <-> Z2; Z1 <-> Y")
    formula = "Σ_{Z1, Z2} P(Z1 | X) P(Y | X, Z1, Z2) (Σ_{X'} P(Z2 | X', Z1) P(X'))"
    assert_identified_as(graph, "P(Y | do(X))", formula)
