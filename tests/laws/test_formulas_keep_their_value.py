"""Rewriting a formula keeps its value, exactly, on every positive law; renaming keeps its form."""

from __future__ import annotations

import itertools
import random
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.formulas import formulas, symbols

from causal.expression import (
    Expression,
    P,
    Product,
    Quotient,
    Sum,
    alike,
    arranged,
    canonical,
    fresh,
    simplified,
)
from causal.expression.formula import NOTHING
from causal.expression.law import Law
from causal.expression.table import Table
from causal.variables import Symbol

FEW = symbols(st.sampled_from("WXYZ"), marks=1)
SMALL = formulas(FEW, observed=True, leaves=8)
SEEDS = st.integers(0, 2**20)


def positive_law(seed: int) -> Law:
    """A law on two binary and two ternary variables with no independences, in whole shares."""
    draw = random.Random(seed)
    cells = itertools.product((0, 1), (0, 1, 2), (0, 1), (0, 1, 2))
    weights = {cell: draw.randrange(1, 50) for cell in cells}
    whole = sum(weights.values())
    return Law(tuple("WXYZ"), {cell: Fraction(w, whole) for cell, w in weights.items()})


def values(formula: Expression, law: Law, free: list[Symbol]) -> dict[tuple[object, ...], object]:
    """The value in every cell of some symbols, which include the free ones."""
    table: Table = formula.table(law)
    places = [free.index(s) for s in table.symbols]
    grid = itertools.product(*(law.domains[s.variable] for s in free))
    return {cell: table.cells.get(tuple(cell[i] for i in places), Fraction(0)) for cell in grid}


def same_value(one: Expression, other: Expression, seed: int) -> bool:
    """Equal in every cell, on a positive law."""
    law, free = positive_law(seed), sorted(one.free | other.free)
    if len(free) > 5:  # 7,776 cells and more
        return True
    return values(one, law, free) == values(other, law, free)


@settings(deadline=None)
@given(SMALL, SEEDS)
def test_simplifying_keeps_the_value(formula: Expression, seed: int) -> None:
    assert same_value(formula, simplified(formula), seed)


ROLES = [roles for roles in itertools.product("yz-", repeat=3) if "y" in roles]
LAWS = [
    P.of_names(*([v for v, r in zip("XYZ", roles, strict=True) if r == role] for role in "yz"))
    for roles in ROLES
]
SUMS = [
    frozenset(map(Symbol, itertools.compress("XYZ", k)))
    for k in itertools.product((0, 1), repeat=3)
]


@pytest.mark.parametrize("one", LAWS, ids=str)
def test_simplifying_two_laws_of_three_variables_keeps_the_value_under_every_sum(one: P) -> None:
    law = positive_law(0)
    for other, over in itertools.product(LAWS, SUMS):
        for pair in (Product((one, other)), Quotient(one, other)):
            formula = Sum(over, pair) if over else pair
            free = sorted(pair.free)
            assert values(formula, law, free) == values(simplified(formula), law, free), str(
                formula
            )


@settings(deadline=None)
@given(SMALL, SEEDS)
def test_the_canonical_form_keeps_the_value(formula: Expression, seed: int) -> None:
    assert same_value(formula, canonical(formula), seed)
    assert same_value(formula, arranged(formula), seed)


@settings(deadline=None)
@given(SMALL)
def test_the_canonical_form_of_itself_is_itself(formula: Expression) -> None:
    once = canonical(formula)
    assert canonical(once) == once
    assert once.free == formula.free
    assert not once.free & bound(once)
    assert fresh(once) == once


def bound(formula: Expression) -> frozenset[Symbol]:
    match formula:
        case Sum(over, body):
            return over | bound(body)
        case Product(factors):
            return NOTHING.union(*map(bound, factors))
        case Quotient(numerator, denominator):
            return bound(numerator) | bound(denominator)
        case _:
            return NOTHING


def disguised(formula: Expression, draw: random.Random) -> Expression:
    """The same formula with other bound names, its factors shuffled and nested, its sums split."""
    match formula:
        case Sum(over, body):
            names = dict.fromkeys(over)
            taken = set(formula.free)
            for symbol in draw.sample(sorted(over), len(over)):
                mark = draw.choice([m for m in range(9) if Symbol(symbol.variable, m) not in taken])
                names[symbol] = Symbol(symbol.variable, mark)
                taken.add(names[symbol])
            inner = disguised(body.renamed(names), draw)
            parts = draw.sample(sorted(names.values()), len(names))
            cut = draw.randrange(len(parts)) + 1
            outer, rest = frozenset(parts[:cut]), frozenset(parts[cut:])
            return Sum(outer, Sum(rest, inner) if rest else inner)
        case Product(factors):
            shuffled = [disguised(f, draw) for f in draw.sample(factors, len(factors))]
            if len(shuffled) > 2 and draw.random() < 0.5:
                shuffled = [shuffled[0], Product(tuple(shuffled[1:]))]
            return Product(tuple(shuffled))
        case Quotient(numerator, denominator):
            return Quotient(disguised(numerator, draw), disguised(denominator, draw))
        case _:
            return formula


@settings(deadline=None)
@given(SMALL, SEEDS)
def test_a_disguised_formula_is_alike(formula: Expression, seed: int) -> None:
    other = disguised(formula, random.Random(seed))
    assert same_value(formula, other, seed)  # the disguise itself is sound
    assert alike(formula, other)
    assert canonical(other) == canonical(formula)


@settings(deadline=None)
@given(SMALL, SMALL, SEEDS)
def test_formulas_alike_have_one_value(one: Expression, other: Expression, seed: int) -> None:
    if alike(one, other):
        assert same_value(one, other, seed)


def test_values_of_one_variable_are_told_apart_by_what_they_do() -> None:
    x, y, z = (frozenset([Symbol("X", mark)]) for mark in range(3))
    chain = Sum(x | y | z, Product((P(x, y), P(y, z), P(z))))
    other = Sum(x | y | z, Product((P(z, x), P(x, y), P(y))))
    cycle = Sum(x | y | z, Product((P(z, x), P(x, y), P(y, z))))
    assert alike(chain, other)
    assert not alike(chain, cycle)
    assert str(canonical(chain)) == "Σ_{X, X', X''} P(X | X'') P(X' | X) P(X'')"


def test_two_marks_that_step_aside_do_not_meet() -> None:
    both = frozenset([Symbol("X"), Symbol("X", 1)])
    inner = P(frozenset([Symbol("X")]), frozenset([Symbol("X", 1)]))
    formula = Product((P(both), Sum(both, inner)))
    assert str(fresh(formula)) == "P(X, X') Σ_{X'', X'''} P(X'' | X''')"


def test_interchangeable_values_within_one_another_end_soon() -> None:
    formula: Expression = P.of_names("Y")
    for level in range(2):
        values_of_x = [Symbol(f"X{level}", mark) for mark in range(8)]
        laws = [P(frozenset([s]), formula.free - {s}) for s in values_of_x]
        formula = Product((P.of_names("Z"), Sum(frozenset(values_of_x), Product((*laws, formula)))))
    start = time.process_time()
    assert canonical(formula).free == formula.free
    assert time.process_time() - start < 10
