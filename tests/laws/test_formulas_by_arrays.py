"""The two ways to evaluate a formula agree: exact sparse tables, and arrays of floats."""

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
from strategies.graphs import admgs, effects, hard_admgs, seeds

from causal import Identified, identify
from causal.errors import DataError, UnknownVariableError
from causal.estimation import evaluate
from causal.estimation.contraction import MOST_CELLS
from causal.expression import ONE, ZERO, Expression, P, Product, Quotient, Sum, parse
from causal.expression.law import read
from causal.expression.table import Hole
from causal.model import random_scm
from causal.variables import Symbol

SMALL = formulas(symbols(st.sampled_from("WXYZ"), marks=1), observed=True, leaves=8)


def law(seed: int, share: float) -> pd.Series:
    """A law on two binary and two ternary variables, some of its cells empty."""
    draw = random.Random(seed)
    index = pd.MultiIndex.from_product([(0, 1), list("abc"), (0, 1), (0, 1, 2)], names=list("WXYZ"))
    weights = [draw.randrange(1, 50) * (draw.random() < share) for _ in index]
    weights[draw.randrange(len(weights))] += 1
    whole = sum(weights)
    return pd.Series([Fraction(w, whole) for w in weights], index=index)


def exactly(
    formula: Expression, known: pd.Series | pd.DataFrame
) -> dict[tuple[object, ...], float]:
    """The exact table, as floats; NaN in holes."""
    read_law = read(known, formula.variables)
    table = formula.table(read_law)
    order = [table.symbols.index(s) for s in sorted(table.symbols)]
    entries = {tuple(cell[i] for i in order): entry for cell, entry in table.cells.items()}
    grid = itertools.product(*(read_law.domains[s.variable] for s in sorted(table.symbols)))
    found = {cell: entries.get(cell, Fraction(0)) for cell in grid}
    return {c: np.nan if isinstance(e, Hole) else float(e) for c, e in found.items()}


def agree(formula: Expression, known: pd.Series | pd.DataFrame) -> bool:
    if len(formula.free) > 5:
        return True
    exact, found = exactly(formula, known), evaluate(formula, known).values
    labels = [c if isinstance(c, tuple) else (c,) for c in found.index] if formula.free else [()]
    return labels == list(exact) and np.allclose(
        found.to_numpy(), list(exact.values()), rtol=1e-12, atol=1e-14, equal_nan=True
    )


@settings(deadline=None)
@given(SMALL, seeds(), st.sampled_from([1.0, 0.8, 0.4, 0.1]))
def test_arrays_give_the_exact_value_or_its_hole(formula: Expression, seed: int, share: float):
    assert agree(formula, law(seed, share))


@settings(deadline=None)
@given(SMALL, seeds(), st.integers(1, 40))
def test_arrays_give_the_exact_value_on_observations(formula: Expression, seed: int, rows: int):
    cells = law(seed, 1.0).index.to_frame(index=False)
    assert agree(formula, cells.sample(rows, replace=True, random_state=seed))


@settings(deadline=None)
@given(st.data(), admgs() | hard_admgs(), seeds())
def test_estimands_are_evaluated_alike(data, graph, seed):
    answer = identify(graph, data.draw(effects(graph)))
    if isinstance(answer, Identified):
        observed = random_scm(graph, rng=seed).law()
        exact = answer.estimand.evaluate(observed)
        found = evaluate(answer.estimand, observed.astype(float))
        assert found.gaps == ()
        assert found.undefined == 0
        pd.testing.assert_series_equal(found.values, exact.astype(float), rtol=1e-12)


def test_the_answer_looks_like_the_exact_one() -> None:
    known = law(1, 1.0)
    for formula in (
        P.of_names("Y", "XZ"),
        P(frozenset([Symbol("Y"), Symbol("Y", 1)])),
        P.of_names("X"),
        Sum(frozenset([Symbol("X")]), ONE),
        ZERO,
    ):
        found, exact = evaluate(formula, known).values, formula.evaluate(known).astype(float)
        pd.testing.assert_series_equal(found, exact)


def test_every_condition_never_seen_is_reported_once() -> None:
    data = pd.DataFrame({"X": [0, 0, 1, 2], "Z": [0, 1, 1, 1], "Y": [0, 1, 1, 0]})
    twice = parse("(Σ_{Z} P(Y | X, Z) P(Z)) / (P(Y | X, Z) P(X))")
    found = evaluate(twice, data)
    first = found.gaps[0]
    assert [gap.part for gap in found.gaps][:1] == ["P(Y | X, Z)"]
    assert first.symbols == ("X", "Z")
    assert first.cells == ((1, 0), (2, 0))
    assert str(first) == "P(Y | X, Z) has nothing at X = 1, Z = 0; X = 2, Z = 0"
    assert found.undefined > 0


def test_a_gap_that_is_multiplied_by_zero_is_reported_and_does_no_harm() -> None:
    data = pd.DataFrame({"X": [0, 0, 1], "Z": [0, 1, 1], "Y": [0, 1, 1]})
    found = evaluate(parse("Σ_{Z} P(Y | X, Z) P(Z | X)"), data)
    assert [str(gap) for gap in found.gaps] == ["P(Y | X, Z) has nothing at X = 1, Z = 0"]
    assert found.undefined == 0


def test_a_long_chain_needs_no_large_table() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({f"V{i}": rng.integers(0, 3, 2000) for i in range(41)})
    steps = tuple(P.of_names([f"V{i + 1}"], [f"V{i}"]) for i in range(40))
    middle = frozenset(Symbol(f"V{i}") for i in range(1, 40))
    found = evaluate(Sum(middle, Product(steps)), data).values
    matrix = np.eye(3)
    for i in range(40):
        step = pd.crosstab(data[f"V{i}"], data[f"V{i + 1}"], normalize="index").to_numpy()
        matrix = matrix @ step
    assert np.allclose(found.unstack("V40").to_numpy(), matrix, rtol=1e-12)


def test_a_table_too_large_is_refused_in_words() -> None:
    data = pd.DataFrame({f"V{i}": [0, 1] for i in range(40)})
    with pytest.raises(DataError, match=f"more than {MOST_CELLS:,}"):
        evaluate(P.of_names(["V0"], [f"V{i}" for i in range(1, 40)]), data)
    product = Product(tuple(P.of_names([f"V{i}"]) for i in range(40)))
    with pytest.raises(DataError, match="more than"):
        evaluate(product, data)


def test_bad_data_are_refused_as_by_the_exact_road() -> None:
    data = pd.DataFrame({"X": [0, 1], "Outcome": [1, None]})
    with pytest.raises(UnknownVariableError, match=r"Outcom is not in the data.*mean Outcome"):
        evaluate(P.of_names(["Outcom"], ["X"]), data)
    with pytest.raises(DataError, match="1 of 2 rows have a missing value in Outcome"):
        evaluate(P.of_names(["Outcome"], ["X"]), data)
    with pytest.raises(DataError, match="no rows"):
        evaluate(P.of_names("X"), data.iloc[:0])
    with pytest.raises(DataError, match="sum to 2, not to 1"):
        evaluate(P.of_names("X"), data["X"].value_counts())
    with pytest.raises(DataError, match="-1 is no probability"):
        evaluate(P.of_names("X"), pd.Series([2, -1], index=pd.Index([0, 1], name="X")))


def test_a_fraction_of_nothing_by_nothing_is_undefined() -> None:
    known = pd.Series(
        [0.5, 0.5], index=pd.MultiIndex.from_tuples([(0, 0), (1, 1)], names=["X", "Y"])
    )
    found = evaluate(Quotient(P.of_names("XY"), P.of_names("XY")), known)
    assert found.values.isna().tolist() == [False, True, True, False]


def test_nothing_above_an_undefined_denominator_is_zero_on_both_roads() -> None:
    data = pd.DataFrame({"X": [0, 0, 1], "Z": [0, 1, 1], "Y": [0, 1, 1]})  # never X = 1, Z = 0
    formula = parse("P(X, Z) / P(Y | X, Z)")
    assert agree(formula, data)
    assert evaluate(formula, data).values[1, slice(None), 0].tolist() == [0, 0]
