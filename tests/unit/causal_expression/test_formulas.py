"""Formulas: the identities used while building hold, and evaluation refuses what is undefined."""

from fractions import Fraction

import pandas as pd
import pytest

from causal.errors import DataError, PositivityError, UnknownVariableError
from causal.expression import (
    ONE,
    ZERO,
    P,
    Product,
    Quotient,
    Sum,
    fresh,
    parse,
    product,
    quotient,
    simplified,
    total,
)
from causal.variables import Symbol

p = P.of_names


def over(names: str) -> frozenset[Symbol]:
    return frozenset(map(Symbol, names))


def joint(**levels: tuple[object, ...]) -> pd.Series:
    """A positive law with no independences, as exact rationals."""
    index = pd.MultiIndex.from_product(levels.values(), names=levels.keys())
    weights = [Fraction(i * i + 3, 1) for i in range(1, len(index) + 1)]
    return pd.Series([w / sum(weights) for w in weights], index=index)


LAW = joint(X=(0, 1), Y=(0, 1, 2), Z=("a", "b"))


@pytest.mark.parametrize(
    ("built", "plain"),
    [
        (product([p("Y", "XZ"), p("X", "Z")]), Product((p("Y", "XZ"), p("X", "Z")))),
        (product([p("Y", "XZ"), p("X", "Z"), p("Z")]), Product((p("Y", "XZ"), p("XZ")))),
        (quotient(p("XY", "Z"), p("X", "Z")), Quotient(p("XY", "Z"), p("X", "Z"))),
        (total(over("Y"), p("XY", "Z")), Sum(over("Y"), p("XY", "Z"))),
        (
            total(over("XY"), product([p("Y", "XZ"), p("X"), p("Z")])),
            Sum(over("XY"), Product((p("Y", "XZ"), p("X"), p("Z")))),
        ),
        (
            total(over("Z"), quotient(product([p("Y", "Z"), p("XZ")]), p("X"))),
            Sum(over("Z"), Quotient(Product((p("Y", "Z"), p("XZ"))), p("X"))),
        ),
        (quotient(product([p("Y"), p("X")]), p("X")), p("Y")),
        (quotient(p("X"), quotient(p("Y"), p("Z"))), Quotient(Product((p("X"), p("Z"))), p("Y"))),
    ],
)
def test_a_built_formula_has_the_value_of_the_plain_one(built, plain):
    wide = plain.evaluate(LAW)
    short = built.evaluate(LAW)
    names = list(short.index.names)
    for cell, value in wide.items():
        values = dict(
            zip(wide.index.names, cell if isinstance(cell, tuple) else (cell,), strict=True)
        )
        key = tuple(values[name] for name in names)
        assert short[key if len(key) > 1 else key[0]] == value


@pytest.mark.parametrize(
    ("formula", "text", "latex"),
    [
        (p("Y", "XZ"), "P(Y | X, Z)", r"P(Y \mid X, Z)"),
        (p("Y", "Z", do="X"), "P(Y | do(X), Z)", r"P(Y \mid \operatorname{do}(X), Z)"),
        (
            total(over("Z"), product([p("Y", "XZ"), p("Z")])),
            "Σ_{Z} P(Y | X, Z) P(Z)",
            r"\sum_{Z} P(Y \mid X, Z) \, P(Z)",
        ),
        (quotient(p("X"), p("Y")), "P(X) / P(Y)", r"\frac{P(X)}{P(Y)}"),
        (
            Product((Sum(over("X"), p("XY")), p("Z"))),
            "(Σ_{X} P(X, Y)) P(Z)",
            r"\left(\sum_{X} P(X, Y)\right) \, P(Z)",
        ),
        (P.of_names(["V10", "my_name"]), "P(V10, my_name)", r"P(V_{10}, \text{my\_name})"),
        (ONE, "1", "1"),
        (ZERO, "0", "0"),
    ],
)
def test_a_formula_prints_as_text_and_as_latex(formula, text, latex):
    assert str(formula) == text
    assert formula.latex() == latex


def test_latex_never_takes_a_command_from_a_name():
    hostile = P.of_names([r"\input{/etc/passwd}", "$x^2$", "a%b&c#d~e"])
    latex = hostile.latex()
    assert r"\input" not in latex
    body = latex.replace(r"\$", "").replace(r"\%", "").replace(r"\&", "").replace(r"\#", "")
    assert not set("$%&#~^") & set(body)


def test_no_printed_symbol_is_both_bound_and_free():
    inner = Sum(over("X"), Product((p("X"), p("Y", "XZ"))))
    formula = fresh(Sum(over("Z"), Product((p("Z", "X"), inner))))
    assert str(formula) == "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)"
    renamed = formula.evaluate(LAW)
    plain = Sum(over("Z"), Product((p("Z", "X"), inner))).evaluate(LAW)
    assert renamed.to_dict() == plain.to_dict()


def test_renaming_a_free_symbol_does_not_capture_it():
    formula = Sum(over("X"), Product((p("X"), p("Y", "XZ"))))
    moved = formula.renamed({Symbol("Z"): Symbol("X")})
    assert moved.free == {Symbol("Y"), Symbol("X")}
    assert str(moved) == "Σ_{X'} P(X') P(Y | X, X')"


def test_equal_formulas_are_equal_and_hash_alike():
    one = total(over("Z"), product([p("Y", "XZ"), p("Z")]))
    other = total(over("Z"), product([p("Z"), p("Y", "XZ")]))
    assert one == other
    assert hash(one) == hash(other)
    assert one != total(over("Z"), product([p("Y", "Z"), p("Z")]))


def test_floats_are_served_like_fractions():
    exact = quotient(p("XY"), p("X")).evaluate(LAW)
    floating = quotient(p("XY"), p("X")).evaluate(LAW.astype(float))
    assert floating.to_dict() == pytest.approx({k: float(v) for k, v in exact.items()})


def test_data_stand_for_their_empirical_law():
    data = pd.DataFrame({"X": [0, 0, 1, 1, 1], "Y": list("abbba"), "unused": range(5)})
    value = p("Y", "X").evaluate(data)
    shares = {(0, "a"): (1, 2), (0, "b"): (1, 2), (1, "a"): (1, 3), (1, "b"): (2, 3)}
    assert value.to_dict() == {cell: Fraction(*share) for cell, share in shares.items()}
    assert value.index.names == ["X", "Y"]


def test_a_formula_is_refused_where_it_divides_by_what_was_never_seen():
    data = pd.DataFrame({"X": [0, 0, 1], "Z": [0, 1, 1], "Y": [0, 1, 1]})
    formula = total(over("Z"), product([p("Y", "XZ"), p("Z")]))
    with pytest.raises(PositivityError, match=r"P\(Y \| X, Z\).*X = 1, Z = 0") as caught:
        formula.evaluate(data)
    assert caught.value.cells == ("X = 1, Z = 0",)


def test_a_hole_that_has_weight_zero_does_no_harm():
    data = pd.DataFrame(
        {"X": [0, 0, 1], "Z": [0, 1, 1], "Y": [0, 1, 1]}
    )  # X = 1, Z = 0 is never seen
    formula = Sum(over("Z"), Product((p("Y", "XZ"), p("Z", "X"))))
    assert formula.evaluate(data).to_dict() == p("Y", "X").evaluate(data).to_dict()


def test_missing_columns_and_missing_values_are_named():
    data = pd.DataFrame({"X": [0, 1], "Outcome": [1, None]})
    with pytest.raises(UnknownVariableError, match=r"Outcom is not in the data.*mean Outcome"):
        P.of_names(["Outcom"], ["X"]).evaluate(data)
    with pytest.raises(DataError, match="1 of 2 rows have a missing value in Outcome;"):
        P.of_names(["Outcome"], ["X"]).evaluate(data)
    with pytest.raises(DataError, match="no rows"):
        p("X").evaluate(data.iloc[:0])


def test_a_formula_as_plain_data():
    formula = quotient(total(over("Z"), product([p("Y", "XZ"), p("Z")])), p("X"))
    assert formula.to_dict() == {
        "quotient": [
            {
                "sum": {
                    "over": ["Z"],
                    "of": {
                        "product": [
                            {"P": {"of": ["Y"], "given": ["X", "Z"], "do": []}},
                            {"P": {"of": ["Z"], "given": [], "do": []}},
                        ]
                    },
                }
            },
            {"P": {"of": ["X"], "given": [], "do": []}},
        ]
    }


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda law: law * 2, "sum to 2, not to 1; these look like counts"),
        (lambda law: law * 10_000, "look like counts: divide them by their sum"),
        (lambda law: law * 0.9, "sum to 0.9, not to 1"),
        (lambda law: -law, "at X=0, Y=0, Z=a is no probability"),
        (lambda law: law.astype(float).mask(law.index == (1, 1, "b")), "nan at X=1, Y=1, Z=b"),
    ],
)
def test_numbers_that_are_no_law_are_refused(spoil, says):
    with pytest.raises(DataError, match=says):
        p("Y", "X").evaluate(spoil(LAW))


def test_a_cell_that_stands_twice_counts_twice():
    halves = pd.concat([LAW / 2, LAW / 2])
    assert p("Y", "X").evaluate(halves).to_dict() == p("Y", "X").evaluate(LAW).to_dict()


@pytest.mark.parametrize("table", ["x", None, {"X": 1}, [1, 2]])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(TypeError, match="a law is a pandas Series"):
        p("Y", "X").evaluate(table)


def test_one_column_of_data_has_plain_values():
    data = pd.DataFrame({"X": [0, 1, 1], "unused": range(3)})
    value = p("X").evaluate(data)
    assert value.to_dict() == {0: Fraction(1, 3), 1: Fraction(2, 3)}
    assert value.index.name == "X"


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("(Σ_{X'} P(Y | X') P(X')) / (Σ_{X} P(Y | X) P(X))", "1"),
        ("P(Z) (Σ_{X'} P(X') P(Y | X', Z)) / (Σ_{X} P(Y | X, Z) P(X))", "P(Z)"),
        (
            "(Σ_{X'} P(X') P(Y | X', Z)) / (Σ_{X} P(Y | X, W) P(X))",
            "(Σ_{X'} P(X') P(Y | X', Z)) / (Σ_{X} P(X) P(Y | W, X))",
        ),
    ],
)
def test_sums_that_differ_in_bound_names_only_cancel(text: str, shorter: str) -> None:
    assert str(simplified(parse(text))) == shorter


def test_a_formula_shows_itself_where_it_is_typed():
    formula = P.of_names(["Y"], ["X", "Z"])
    assert repr(formula) == "<P P(Y | X, Z)>"
