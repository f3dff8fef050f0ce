"""Formulas in sympy: the same numbers, and no name of a user in it."""

from __future__ import annotations

import random
from fractions import Fraction

import pandas as pd
import pytest
import sympy
from strategies.names import HOSTILE

from causal.expression import ONE, ZERO, Expression, P, Product, Sum, parse
from causal.expression.notation import by_name
from causal.interop.sympy import to_sympy
from causal.variables import Symbol

FORMULAS = [
    "P(Y | X)",
    "P(X, Y)",
    "Σ_{Z} P(Y | X, Z) P(Z)",
    "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)",
    "Σ_{Z} P(Z | X) Σ_{X} P(X) P(Y | X, Z)",
    "(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))",
    "Σ_{X, Y} P(X, Y | Z) / P(X)",
    "1",
    "0",
]


def law(seed: int) -> pd.Series:
    draw = random.Random(seed)
    index = pd.MultiIndex.from_product([range(2), range(3), range(2), range(3)], names=list("WXYZ"))
    weights = [draw.randrange(1, 50) for _ in index]
    return pd.Series([Fraction(w, sum(weights)) for w in weights], index=index)


@pytest.mark.parametrize("text", FORMULAS)
def test_sympy_computes_the_same_numbers(text: str) -> None:
    formula, known = parse(text), law(3)
    translated = to_sympy(formula)
    sizes = {size: known.index.levels["WXYZ".index(v)].size for size, v in translated.sizes.items()}
    summed = translated.expression.subs(sizes).doit()
    entries = {
        array[place]: sympy.Rational(value.numerator, value.denominator)
        for array, meant in translated.laws.items()
        for place, value in in_order(meant, known)
    }
    free = {symbol: value for value, symbol in translated.values.items()}
    order = sorted(formula.free, key=by_name)
    for cell, exact in formula.evaluate(known).items():
        numbers = cell if isinstance(cell, tuple) else (cell,)
        at = {free[s]: number for s, number in zip(order, numbers, strict=False)}
        value = summed.subs(at).subs(entries)
        assert Fraction(int(value.p), int(value.q)) == exact


def in_order(meant: P, known: pd.Series):
    """The entries of a law under the documented order of its indices."""
    order = [s.variable for part in (meant.of, meant.given) for s in sorted(part, key=by_name)]
    values = meant.evaluate(known)
    names = list(values.index.names)
    for cell, value in values.items():
        place = dict(zip(names, cell if isinstance(cell, tuple) else (cell,), strict=True))
        yield tuple(place[name] for name in order), value


def test_one_law_under_two_names_of_values_is_one_array() -> None:
    translated = to_sympy(parse("P(X) P(X') P(Y | X')"))
    assert [str(meant) for meant in translated.laws.values()] == ["P(X)", "P(Y | X)"]
    assert list(translated.values.values()) == [Symbol("X"), Symbol("X", 1), Symbol("Y")]


def test_constants_are_numbers() -> None:
    assert to_sympy(ONE).expression == 1
    assert to_sympy(ZERO).expression == 0


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_no_name_of_a_user_reaches_sympy(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    s = Symbol(name)
    formula: Expression = Sum(frozenset([s]), Product((P(frozenset([s])), P.of_names("Y", [name]))))
    translated = to_sympy(formula)
    assert str(translated.expression) == "Sum(p0[v0]*p1[v1, v0], (v0, 0, n0 - 1))"
    assert list(translated.sizes.values()) == [name]
    assert not list(tmp_path.iterdir())


def test_the_method_finds_the_door() -> None:
    formula = parse("P(Y | X)")
    assert str(formula.to_sympy()) == str(to_sympy(formula))


def test_no_symbol_is_both_summed_and_free() -> None:
    translated = to_sympy(parse("Σ_{Z} P(Z | X) Σ_{X} P(X) P(Y | X, Z)"))
    assert {str(symbol) for symbol in translated.values.values()} == {"X", "X'", "Y", "Z"}
