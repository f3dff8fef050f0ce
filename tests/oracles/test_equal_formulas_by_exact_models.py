"""Formulas said to be equal are, in exact models; those said to differ do, in the model shown."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from strategies.exact import value
from strategies.graphs import hard_admg, random_admg

from causal import ADMG, Equal, Undecided, Unequal, equal
from causal.calculus import prove
from causal.errors import QueryError
from causal.expression import Expression, P, Product, Quotient, Sum
from causal.model import random_scm


def law(rng: Random, names: tuple[str, ...]) -> P:
    roles = rng.choices("yywx-", k=len(names))
    roles[rng.randrange(len(roles))] = "y"
    parts = [[v for v, r in zip(names, roles, strict=True) if r == role] for role in "ywx"]
    return P.of_names(*parts)


def formula(rng: Random, names: tuple[str, ...]) -> Expression:
    one, other = law(rng, names), law(rng, names)
    over = frozenset(rng.sample(sorted(one.of), 1))
    return rng.choice([one, Product((one, other)), Quotient(one, other), Sum(over, one)])


@pytest.mark.parametrize("seed", range(60))
def test_every_verdict_holds_in_exact_models(seed: int) -> None:
    rng = Random(f"equal {seed}")
    graph = (hard_admg if seed % 2 else random_admg)(rng, 4)
    for _ in range(4):
        left = formula(rng, graph.nodes)
        right = rng.choice([formula(rng, graph.nodes), _rewritten(left)])
        found = equal(graph, left, right, budget=20)
        match found:
            case Equal(one, other):
                for way in (one, other):
                    way.check(graph)
                assert not differing(graph, seed, left, right)
            case Unequal():
                at = dict(found.cell)
                values = tuple(value(found.model, side, at) for side in (left, right))
                assert values == found.values
                assert values[0] != values[1]
            case Undecided():
                assert "no derivation was found" in found.reason


def _rewritten(formula: Expression) -> Expression:
    """Another way to write the same."""
    match formula:
        case P(of, given, do):
            inside = P(of | given, frozenset(), do)
            return Quotient(inside, P(given, frozenset(), do)) if given else inside
        case Product(factors):
            return Product(tuple(map(_rewritten, reversed(factors))))
        case _:
            return formula


def differing(graph: ADMG, seed: int, left: Expression, right: Expression) -> bool:
    model = random_scm(graph, rng=seed + 1000)
    symbols = sorted(left.free | right.free)
    for cell in itertools.product(*(model.domains[s.variable] for s in symbols)):
        at = dict(zip(symbols, cell, strict=True))
        if value(model, left, at) != value(model, right, at):
            return True
    return False


def test_the_normal_form_does_not_take_one_value_for_another() -> None:
    with pytest.raises(QueryError, match="at different values"):
        prove(ADMG.parse("X -> Y"), "P(Y=1 | do(X=1))", "P(Y=1 | X=0)")
