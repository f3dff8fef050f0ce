"""Every line of a derivation, and every estimand of a query, against the mutilated model."""

import itertools
from fractions import Fraction
from itertools import islice
from random import Random

import pytest

from causal import ADMG, Identified, estimands, examples, identify
from causal.checker import check
from causal.expression import Expression, P, Product, Quotient, Sum
from causal.model import SCM, Do, random_scm


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    pairs = list(itertools.combinations(rng.sample(names, n), 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < 0.45],
        bidirected=[pair for pair in pairs if rng.random() < 0.35],
    )


def value(model: SCM, formula: Expression, at: dict) -> Fraction:
    """The number a formula has at an assignment of its symbols; do(...) mutilates the model."""
    match formula:
        case P(of, given, do):
            world = model.under(Do({s.variable: at[s] for s in do})) if do else model
            return mass(world, of | given, at) / (mass(world, given, at) if given else 1)
        case Sum(over, body):
            over = sorted(over)
            grid = itertools.product((0, 1), repeat=len(over))
            cells = (at | dict(zip(over, cell, strict=True)) for cell in grid)
            return sum((value(model, body, cell) for cell in cells), Fraction(0))
        case Product(factors):
            whole = Fraction(1)
            for factor in factors:
                whole *= value(model, factor, at)
            return whole
        case Quotient(numerator, denominator):
            return value(model, numerator, at) / value(model, denominator, at)
        case _:
            raise AssertionError(formula)


def mass(model: SCM, symbols, at) -> Fraction:
    symbols = sorted(symbols)
    law = model.law(*(s.variable for s in symbols))
    key = tuple(at[s] for s in symbols)
    return law[key if len(key) > 1 else key[0]]


@pytest.mark.parametrize("seed", range(25))
def test_every_line_of_a_derivation_is_the_same_number(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    model = random_scm(graph, seed)
    y, x, *rest = rng.sample(graph.nodes, 4)
    given = f", {rest[0]}" if rng.random() < 0.4 else ""
    answer = identify(graph, f"P({y} | do({x}){given})")
    if not isinstance(answer, Identified):
        return
    lines = [answer.derivation.start, *(line.expression for line in answer.derivation.lines())]
    values = {v: rng.randint(0, 1) for v in graph.nodes}
    # A symbol of whatever mark stands for its variable's value.
    numbers = {value(model, e, {s: values[s.variable] for s in e.free}) for e in lines}
    assert len(numbers) == 1


@pytest.mark.parametrize("seed", range(15))
def test_every_estimand_of_a_query_is_the_same_number(seed):
    rng = Random(seed)
    graph = random_admg(rng, 4)
    model = random_scm(graph, seed)
    law = model.law()
    y, x = rng.sample(graph.nodes, 2)
    numbers = set()
    for answer in islice(estimands(graph, f"P({y} | do({x}))"), 6):
        assert check(answer.certificate).startswith("verified")
        series = answer.estimand.evaluate(law).reset_index(name="value")
        rows = series[(series[y] == 1) & (series.get(x, 1) == 1)]
        numbers |= set(rows["value"])
    assert numbers <= {model.under(Do({x: 1})).law(y)[1]}


def test_the_napkin_has_two_estimands():
    found = [str(a.estimand) for a in estimands(examples()["napkin"], "P(Y | do(X))")]
    assert found == [
        "(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))",
        (
            "(Σ_{Z} P(Z | W) Σ_{W'} P(W') P(X, Y | W', Z))"
            " / (Σ_{Z} P(Z | W) Σ_{W'} P(W') P(X | W', Z))"
        ),
    ]


def test_a_query_that_is_not_identified_has_none():
    assert list(estimands(examples()["bow"], "P(Y | do(X))")) == []
