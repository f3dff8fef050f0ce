"""Equations mean what Python says they mean, and print as they are read; nothing of them is run."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal.errors import EquationSyntaxError, ModelError
from causal.model.equations.evaluating import EvaluationError, evaluated
from causal.model.equations.parsing import parse_equation
from causal.model.equations.syntax import names

NUMBERS = st.one_of(st.integers(0, 9).map(str), st.sampled_from(["0.5", "2.25"]))
LEAVES = st.one_of(NUMBERS, st.sampled_from(["A", "B", "C"]))


def grown(inner):
    binary = st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, binary, inner),
        st.builds("{} {} {}".format, inner, binary, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("{}({})".format, st.sampled_from(["abs", "int"]), inner),
        st.builds("({} < {} <= {})".format, inner, inner, inner),
    )


EQUATIONS = st.recursive(LEAVES, grown, max_leaves=8)
SETTINGS = st.fixed_dictionaries(dict.fromkeys("ABC", st.integers(-2, 3)))


def by_python(text, at):
    exact = text.replace("0.5", "Fraction(1, 2)").replace("2.25", "Fraction(9, 4)")
    wide = {name: Fraction(value) for name, value in at.items()}
    try:
        return eval(exact, {"Fraction": Fraction}, wide)
    except ZeroDivisionError:
        return None


@given(text=EQUATIONS, at=SETTINGS)
def test_an_equation_means_what_python_says(text, at):
    truth = by_python(wrapped(text), at)
    if truth is None:
        with pytest.raises(EvaluationError, match="division by zero"):
            evaluated(parse_equation(text), at)
    else:
        assert evaluated(parse_equation(text), at) == truth


def wrapped(text: str) -> str:
    """The same text with every whole number a fraction, so that / stays exact."""
    return re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"Fraction(\1)", text)


@given(text=EQUATIONS)
def test_printing_and_reading_an_equation_are_inverse(text):
    equation = parse_equation(text)
    assert parse_equation(str(equation)) == equation


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("choose(A, 10, 20, 30)", 20),
        ("2 ** 3 ** 2 - -1", 513),
        ("-A ** 2", -1),
        ("not A == 2", 1),
        ('"blood pressure" * 2', 8),
        ("0.1 + 0.2 == 0.3", 1),
        ("True and not False", 1),
        ("7 % -3", -2),
        ("int(-1.5)", -1),
        ("A if A else C / 0", 1),
        ("0 and 1 / 0", 0),
    ],
)
def test_special_cases(text, value):
    assert evaluated(parse_equation(text), {"A": 1, "C": 2, "blood pressure": 4}) == value


def test_names_are_found_once_each_place():
    equation = parse_equation('A + "A b" * A')
    assert [name.name for name in names(equation)] == ["A", "A b", "A"]
    assert [name.position for name in names(equation)] == [0, 4, 12]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "expected a number, a name"),
        ("A +", 4, "expected a number, a name, or an opening bracket, found the end"),
        ("A B", 3, "expected an operator or the end of the equation, found 'B'"),
        ("(A", 3, "expected ')', found the end"),
        ("A if B", 7, "expected 'else'"),
        ("maxi(A)", 1, "there is no function maxi"),
        ("abs(A, B)", 1, "abs takes 1 arguments, not 2"),
        ("choose(A)", 1, "choose takes 2 to 10000 arguments"),
        ("A = B", 3, "unexpected '='"),
        ("A & B", 3, "unexpected '&'"),
        ("A.__class__()", 1, "there is no function A.__class__"),
        ("__import__('os')", 12, "unexpected"),
        ('"A', 1, "never closed"),
        ("1e9999", 1, "a number has at most"),
        ("(" * 60 + "A" + ")" * 60, 42, "at most 40"),
        ("if", 1, "found 'if'"),
    ],
)
def test_a_mistake_in_an_equation_is_named_with_its_place(text, column, says):
    with pytest.raises(EquationSyntaxError) as caught:
        parse_equation(text, of="Y")
    assert (caught.value.line, caught.value.column) == (1, column)
    assert says in str(caught.value)
    assert caught.value.variable == "Y"


def test_long_lines_take_time_in_proportion_and_no_depth():
    text = " + ".join(["A"] * 10_000)
    assert evaluated(parse_equation(text), {"A": 1}) == 10_000
    with pytest.raises(EquationSyntaxError, match="longer than"):
        parse_equation("A" * 100_001)


@pytest.mark.parametrize("text", ["2 ** 65", "2 ** -1", "2 ** 0.5", "exp(1)", "9**64**2"])
def test_numbers_stay_of_a_size(text):
    with pytest.raises(ModelError):
        evaluated(parse_equation(text), {})
