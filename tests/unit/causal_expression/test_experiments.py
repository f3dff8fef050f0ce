"""A formula over experiments has the value that enumeration of the model gives, however told."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction

import pandas as pd
import pytest
from strategies.exact import numbers, value

from causal import ADMG
from causal.errors import CausalError, DataError, MissingRegimeError, RegimeSyntaxError
from causal.expression import parse
from causal.expression.regimes import Setting, settings
from causal.model import SCM, Do, random_scm
from causal.variables import Symbol

GRAPH = ADMG.parse("W -> X -> Z -> Y; X <-> Y; W <-> Z; W <-> X")
FORMULAS = [
    "P(Y | do(X))",
    "P(Y, Z | do(X))",
    "Σ_{Z} P(Y | do(Z)) P(Z | do(X))",
    "Σ_{Z} P(Z | X) Σ_{X'} P(Y | do(X'), Z) P(X')",
    "P(Y, W | do(X, Z)) / P(W | do(X))",
    "P(Y | do(X), W) P(W)",
    "P(Y | do(X=1), Z)",
    "P(Y=1 | do(X=0))",
]
BINARY = (0, 1)
CONSTANTS = {Symbol(name, value=v): v for name in GRAPH.nodes for v in BINARY}


def pooled(model: SCM, names: tuple[str, ...], share: Fraction) -> pd.Series:
    """The law of everything when the settings of some variables are drawn with unequal chances."""
    parts = []
    for values in itertools.product(BINARY, repeat=len(names)):
        chance = Fraction(1)
        for each in values:
            chance *= share if each else 1 - share
        parts.append(model.under(Do(dict(zip(names, values, strict=True)))).law() * chance)
    return pd.concat(parts)


def told_by_value(model: SCM) -> Mapping[object, pd.Series]:
    found: dict[object, pd.Series] = {"P(.)": model.law()}
    for names in (("X",), ("Z",), ("X", "Z")):
        for values in itertools.product(BINARY, repeat=len(names)):
            do = ", ".join(f"{n}={v}" for n, v in zip(names, values, strict=True))
            found[f"do({do})"] = model.under(Do(dict(zip(names, values, strict=True)))).law()
    return found


def told_without_what_was_set(model: SCM) -> Mapping[object, pd.Series]:
    found: dict[object, pd.Series] = {frozenset(): model.law()}
    for names in (("X",), ("Z",), ("X", "Z")):
        for values in itertools.product(BINARY, repeat=len(names)):
            do = Do(dict(zip(names, values, strict=True)))
            rest = [v for v in GRAPH.nodes if v not in names]
            found[do] = model.under(do).law(*rest)
    return found


def told_by_the_rows(model: SCM) -> Mapping[object, pd.Series]:
    return {
        "do()": model.law(),
        "P(. | do(X))": pooled(model, ("X",), Fraction(1, 3)),
        frozenset({"Z"}): pooled(model, ("Z",), Fraction(2, 5)),
        "do(X, Z)": pooled(model, ("X", "Z"), Fraction(1, 7)),
    }


def told_in_part(model: SCM) -> Mapping[object, pd.Series]:
    by_rows = told_by_the_rows(model)
    half = pooled(model.under(Do(X=1)), ("Z",), Fraction(1, 2))
    other = pooled(model.under(Do(X=0)), ("Z",), Fraction(1, 5))
    return {
        (): by_rows["do()"],
        (("X", 0),): model.under(Do(X=0)).law(),
        "do(X=1)": model.under(Do(X=1)).law("Y", "Z", "W"),
        "do(Z)": by_rows[frozenset({"Z"})],
        "do(X=1, Z)": half,
        "P(Y | do(Z, X=0))": other.droplevel("X"),
    }


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(
    "told", [told_by_value, told_without_what_was_set, told_by_the_rows, told_in_part]
)
def test_a_formula_over_experiments_is_exact(
    formula: str, told: Callable[[SCM], Mapping[object, pd.Series]]
) -> None:
    read = parse(formula)
    for seed in range(3):
        model = random_scm(GRAPH, seed)
        names, found = numbers(read, told(model))
        free = [symbol for name in names for symbol in read.free if str(symbol) == name]
        assert len(found) == 2 ** len(read.free)
        for cell, number in found.items():
            assert number == value(model, read, CONSTANTS | dict(zip(free, cell, strict=True)))


def test_trials_stand_beside_observations() -> None:
    seen = pd.DataFrame({"Z": [0, 0, 0, 1], "Y": [0, 1, 1, 0], "X": [0, 0, 1, 1]})
    trial = pd.DataFrame(
        {"X": [0, 0, 1, 1, 1, 1], "Z": [0, 1, 0, 1, 0, 1], "Y": [0, 0, 1, 1, 0, 1]}
    )
    found = parse("Σ_{Z} P(Y | do(X), Z) P(Z)").evaluate({"P(.)": seen, "do(X)": trial})
    assert found[1, 1] == Fraction(3, 4) * Fraction(1, 2) + Fraction(1, 4)
    assert found[0, 1] == 0


def law(**columns: list[int]) -> pd.Series:
    frame = pd.DataFrame(columns)
    return frame.value_counts(normalize=True)


def test_a_regime_that_is_missing_is_named_beside_those_that_are_there() -> None:
    formula = parse("P(Y | do(X))")
    with pytest.raises(MissingRegimeError) as caught:
        formula.evaluate({"do(X=1)": law(Y=[0, 1]), "P(.)": law(X=[0, 1], Y=[0, 1])})
    assert str(caught.value) == (
        "the formula needs data taken under do(X=0); there are P(.), do(X=1)"
    )
    assert (caught.value.wanted, caught.value.known) == ("do(X=0)", ("P(.)", "do(X=1)"))
    with pytest.raises(MissingRegimeError, match=r"under do\(X=0\); there are P\(\.\)"):
        formula.evaluate(law(X=[0, 1], Y=[0, 1]))
    with pytest.raises(MissingRegimeError, match=r"under P\(\.\); there are do\(X=0\)"):
        parse("P(Y)").evaluate({"do(X=0)": law(Y=[0, 1])})


@pytest.mark.parametrize(
    ("laws", "problem"),
    [
        ({"do(X=1)": law(X=[1, 0], Y=[0, 1])}, r"under do\(X=1\) has rows .* under do\(X=0\)"),
        ({"do(X=1)": law(Y=[0]), Do(X=1): law(Y=[1])}, r"two laws under do\(X=1\)"),
        ({"do(X=1)": law(Y=[0]), "do(X)": law(X=[0, 1], Y=[1, 1])}, r"two laws under do\(X=1\)"),
        ({frozenset("X"): law(Y=[0, 1])}, "X is not in the data, which has Y"),
        ({}, "there is no law"),
    ],
)
def test_laws_that_contradict_their_regimes_are_refused(
    laws: Mapping[object, pd.Series], problem: str
) -> None:
    with pytest.raises(CausalError, match=problem):
        parse("P(Y | do(X))").evaluate(laws)


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "expected do"),
        ("do", 3, r"expected \( after do, found the end"),
        ("do(X=1", 7, "a comma or the closing"),
        ("do(X=)", 6, "expected a value"),
        ("do(X=1) X", 9, "the end of the regime"),
        ("P(Y | X)", 7, "expected do"),
        ("do(X=1, X)", 1, "X is set twice"),
        ("do(X;1)", 5, "unexpected ';'"),
        ('do("")', 4, "the name of a variable"),
    ],
)
def test_text_that_is_no_regime_is_refused_in_its_place(
    text: str, column: int, problem: str
) -> None:
    with pytest.raises(RegimeSyntaxError, match=problem) as caught:
        settings(text)
    assert (caught.value.line, caught.value.column) == (1, column)


@pytest.mark.parametrize("value", [1, -2, 2.5, "high", "very high", "1", "True", True, 'a"b\\'])
def test_values_of_every_kind_are_read(value: object) -> None:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if value == 'a"b\\':
        text = r'"a\"b\\"'
    assert settings(f'P(. | do("blood sugar"={text}))') == (Setting("blood sugar", value),)
    assert type(settings(f"do(X={text})")[0].value) is type(value)


def test_what_is_no_regime_is_refused() -> None:
    for key in (1, None, 2.5):
        with pytest.raises(TypeError, match="in the place of a regime"):
            parse("P(Y | do(X))").evaluate({key: law(Y=[0, 1])})
    with pytest.raises(DataError, match="there is no law"):
        parse("1").evaluate({})
