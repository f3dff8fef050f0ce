"""Formulas with constants: a symbol put to a value is the cell of that value, however used."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.formulas import formulas, symbols
from strategies.graphs import seeds

from causal import ADMG, Do
from causal.certification import experiments
from causal.errors import DataError, PositivityError
from causal.estimation.evaluation import evaluate
from causal.expression import Expression, canonical, parse, simplified
from causal.model import random_scm
from causal.variables import Symbol

SMALL = formulas(symbols(st.sampled_from("XYZ"), marks=1), observed=True, leaves=6)
VALUES = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.sampled_from(["low", "1", "True", "-2.5", "a b", 'say "hi"', "x'", "do", "Σ_{X}", "\n"]),
)


def positive_law(seed: int) -> pd.Series:
    draw = random.Random(seed)
    index = pd.MultiIndex.from_product([(0, 1), (0, 1, 2), (0, 1)], names=list("XYZ"))
    weights = [draw.randrange(1, 50) for _ in index]
    return pd.Series([Fraction(w, sum(weights)) for w in weights], index=index)


def fixed(formula: Expression, data: st.DataObject) -> tuple[Expression, dict[str, int]]:
    """Some of the free symbols put to 0 or 1, and which."""
    free = sorted(formula.free)
    chosen = data.draw(st.lists(st.sampled_from(free), unique=True)) if free else []
    values = {s: data.draw(st.integers(0, 1)) for s in chosen}
    put = formula.renamed({s: Symbol(s.variable, value=v) for s, v in values.items()})
    return put, {s.variable + "'" * s.mark: v for s, v in values.items()}


def cells(series: pd.Series) -> dict[frozenset, object]:
    names = [str(name) for name in series.index.names]
    if names == ["None"]:
        return {frozenset(): series.iloc[0]}
    keys = (key if isinstance(key, tuple) else (key,) for key in series.index)
    return {frozenset(zip(names, k, strict=True)): v for k, v in zip(keys, series, strict=True)}


def selected(formula: Expression, law: pd.Series, at: dict[str, int]) -> dict:
    wanted = set(at.items())
    return {c - wanted: v for c, v in cells(formula.evaluate(law)).items() if c >= wanted}


@settings(deadline=None)
@given(SMALL, st.data(), seeds())
def test_a_constant_selects_its_cells(formula: Expression, data: st.DataObject, seed: int):
    if len(formula.free) <= 4:
        law = positive_law(seed)
        put, at = fixed(formula, data)
        assert put.free.isdisjoint(s for s in formula.free if str(s) in at)
        assert cells(put.evaluate(law)) == selected(formula, law, at)
        floats = cells(evaluate(put, law.astype(float)).values)
        exact = selected(formula, law, at)
        assert floats.keys() == exact.keys()
        assert np.allclose([float(exact[c]) for c in floats], list(floats.values()))


@settings(deadline=None)
@given(SMALL, st.data(), seeds())
def test_simplifying_and_naming_keep_the_value(formula: Expression, data: st.DataObject, seed: int):
    if len(formula.free) <= 4:
        law = positive_law(seed)
        put, _ = fixed(formula, data)
        before = cells(put.evaluate(law))
        for other in (canonical(put), simplified(put)):
            after = cells(other.evaluate(law))
            # A symbol that the value does not depend on may go.
            assert all(after[next(a for a in after if a <= c)] == v for c, v in before.items())


@given(SMALL, st.data(), st.lists(VALUES, min_size=8, max_size=8))
def test_printing_and_reading_are_inverse(
    formula: Expression, data: st.DataObject, values: list[object]
):
    free = sorted(formula.free)
    put = formula.renamed(
        {s: Symbol(s.variable, value=v) for s, v in zip(free, values, strict=False)}
    )
    assert str(parse(str(put))) == str(put)
    if all(not isinstance(v, bool) for v in values):
        assert parse(str(put)) == put
    assert put.latex().isprintable() or "\n" in values


@pytest.mark.parametrize("value", [1e-05, -3.5e20, 1e30, -0.0, 10**30, -7, "1e5", "-1"])
def test_numbers_of_every_kind_are_read_back(value: object):
    law = parse("P(Y | X)").renamed({Symbol("X"): Symbol("X", value=value)})
    assert parse(str(law)) == law


def test_what_never_was_divides_by_zero():
    law = positive_law(1)
    with pytest.raises(PositivityError, match=r"X = 7"):
        parse("P(Y | X=7)").evaluate(law)
    assert parse("P(X=7)").evaluate(law).tolist() == [0]
    assert evaluate(parse("P(Y | X=7)"), law.astype(float)).undefined == 3


@given(seeds())
def test_the_laws_of_experiments_are_those_of_the_mutilated_model(seed: int):
    model = random_scm(ADMG.parse("X -> Y; X <-> Y; X -> Z"), seed)
    formula = parse("P(Y, Z | do(X))")
    found = cells(formula.evaluate(experiments(model, formula)))
    for x, y, z in itertools.product((0, 1), repeat=3):
        truth = model.under(Do(X=x)).law("Y", "Z")[y, z]
        assert found[frozenset({("X", x), ("Y", y), ("Z", z)})] == truth


def test_a_regime_that_is_not_there_is_named():
    law = positive_law(1)
    for laws in (law, {Do(X=1): law}):
        with pytest.raises(DataError, match=r"do\(X=0\)"):
            parse("P(Y | do(X=0))").evaluate(laws)
