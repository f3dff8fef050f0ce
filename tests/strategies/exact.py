"""A formula in an exact model: actions mutilate it, and every number is a Fraction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from math import prod

from causal import ADMG, Identified, NotIdentified, Query, certificate, identify
from causal.checker import check
from causal.expression import Expression, P, Product, Quotient, Sum, parse
from causal.model import SCM, Do, random_scm


def effects_in(model: SCM, query: Query) -> Iterator[tuple[dict, Fraction]]:
    """What a query is worth in a model, cell by cell; cells without an answer are passed."""
    actions, given, outcome = map(sorted, (query.actions, query.conditions, query.outcomes))
    for setting in itertools.product(*(model.domains[v] for v in actions)):
        done = dict(zip(actions, setting, strict=True))
        law = model.under(Do(done)).law(*given, *outcome)
        cells = [(key if isinstance(key, tuple) else (key,), p) for key, p in law.items()]
        for seen, group in itertools.groupby(cells, lambda cell: cell[0][: len(given)]):
            part = list(group)
            if below := sum(p for _, p in part):
                for key, p in part:
                    found = dict(zip((*given, *outcome), key, strict=True))
                    assert seen == key[: len(given)]
                    yield done | found, p / below


def numbers(formula: Expression, law) -> tuple[list[str], dict[tuple, Fraction]]:
    """The free variables of a formula, and its number for each of their values."""
    series = formula.evaluate(law)
    if not formula.free:
        return [], {(): series.iloc[0]}
    keys = (key if isinstance(key, tuple) else (key,) for key in series.index)
    return [str(level) for level in series.index.names], dict(zip(keys, series, strict=True))


def value(model: SCM, formula: Expression, at: dict) -> Fraction:
    """The number a formula has at an assignment of its symbols; do(...) mutilates the model."""
    match formula:
        case P(of, given, do):
            world = model.under(Do({s.variable: at[s] for s in do})) if do else model
            return _mass(world, of | given, at) / (_mass(world, given, at) if given else 1)
        case Sum(over, body):
            over = sorted(over)
            cells = itertools.product(*(model.domains[s.variable] for s in over))
            parts = (value(model, body, at | dict(zip(over, cell, strict=True))) for cell in cells)
            return sum(parts, start=Fraction(0))
        case Product(factors):
            return prod((value(model, factor, at) for factor in factors), start=Fraction(1))
        case Quotient(above, below):
            return value(model, above, at) / value(model, below, at)
    return Fraction(1)


def _mass(model: SCM, symbols, at) -> Fraction:
    symbols = sorted(symbols)
    key = tuple(at[s] for s in symbols)
    return model.law(*(s.variable for s in symbols))[key if len(key) > 1 else key[0]]


def assert_identified_as(
    graph: ADMG, query: str, published: str, *, models: int = 2, values: int = 2
) -> None:
    """The effect, our formula and the published one are one number, in exact models."""
    answer = identify(graph, query)
    assert isinstance(answer, Identified)
    assert check(answer.certificate).startswith("verified")
    for seed in range(models):
        model = random_scm(graph, seed, values=values)
        for formula in (answer.estimand, parse(published)):
            assert_the_formula_is_the_effect(formula, answer.query, model)


def assert_the_formula_is_the_effect(formula: Expression, query: Query, model: SCM) -> None:
    """In every cell of the query, and for any value of free variables of the formula."""
    used = [v for v in model.graph.nodes if v in formula.variables]
    names, number = numbers(formula, model.law(*used))
    free = sorted({*names} - query.variables)
    for cell, truth in effects_in(model, query):
        for extra in itertools.product(*(model.domains[v] for v in free)):
            at = cell | dict(zip(free, extra, strict=True))
            assert number[tuple(at[v] for v in names)] == truth, (str(query), str(formula), at)


def assert_not_identified(graph: ADMG, query: str) -> NotIdentified:
    """Two exact models with one positive law answer the query differently."""
    answer = identify(graph, query)
    assert isinstance(answer, NotIdentified)
    assert "two models: equal and positive in law" in check(certificate(answer))
    return answer
