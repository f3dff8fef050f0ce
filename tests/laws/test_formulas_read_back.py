"""What a formula prints is read back as the same formula, whatever it and its names look like."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies.formulas import formulas, symbols
from strategies.names import HOSTILE, names

from causal.checker.reading import meaning as meant_independently
from causal.checker.reading import read as read_independently
from causal.errors import FormulaError, FormulaSyntaxError
from causal.expression import ONE, ZERO, Expression, P, Product, Quotient, Sum, laws, lines, parse
from causal.variables import Symbol

WORDS = st.sampled_from(["X", "Y", "Z", "P", "do", "Σ_", "sum_", "1", "0", "x'", "P(X)", "V10"])


@given(formulas(symbols(WORDS | names(), marks=3)))
def test_printing_and_reading_are_inverse(formula: Expression) -> None:
    assert parse(str(formula)) == formula


@given(formulas(symbols(WORDS | names(), marks=3)))
def test_the_checker_reads_the_same_formula_from_the_same_text(formula: Expression) -> None:
    # It knows no zero, nor two values of a variable in one law.
    assume(all(len(law.variables) == len(law.free) for law in laws(formula)))
    assume("'zero'" not in str(as_tuples(formula)))
    assert meant_independently(read_independently(str(formula))) == as_tuples(formula)


@given(formulas(symbols(WORDS | names(), marks=3)), st.integers(20, 90))
def test_a_formula_on_several_lines_is_read_back(formula: Expression, width: int) -> None:
    assert parse(" ".join(line.strip() for line in lines(formula, width))) == formula


@given(formulas(symbols(st.sampled_from(["X", "Y", "V10"]))), st.integers(60, 90))
def test_lines_keep_to_their_width_where_names_are_short(formula: Expression, width: int) -> None:
    assume(depth(formula) <= 4)
    assert all(len(line) <= width for line in lines(formula, width))


def depth(formula: Expression) -> int:
    match formula:
        case Sum(body=body):
            return 1 + depth(body)
        case Product(factors):
            return 1 + max(map(depth, factors))
        case Quotient(numerator, denominator):
            return 1 + max(depth(numerator), depth(denominator))
        case _:
            return 0


def as_tuples(formula: Expression) -> tuple[object, ...]:
    """Factors with their exponents, as the checker writes a formula down."""
    match formula:
        case P(of, given_, do):
            parts = (frozenset((s.variable, s.mark, "") for s in part) for part in (of, given_, do))
            return ((("P", *parts), 1),)
        case Sum(over, body):
            return (
                (("sum", frozenset((s.variable, s.mark, "") for s in over), as_tuples(body)), 1),
            )
        case Product(factors):
            return tuple(pair for factor in factors for pair in as_tuples(factor))
        case Quotient(numerator, denominator):
            below = ((factor, -n) for factor, n in as_tuples(denominator))
            return (*as_tuples(numerator), *below)
        case _:
            nothing: frozenset[object] = frozenset()
            return ((("P", nothing, nothing, nothing), 1),) if formula == ONE else ((("zero",), 1),)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_a_hostile_name_is_read_back(name: str) -> None:
    formula = Sum(frozenset([Symbol(name, 1)]), P(frozenset([Symbol(name), Symbol(name, 1)])))
    assert parse(str(formula)) == formula


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (" P( Y|X ,Z )\n", P.of_names("Y", "XZ")),
        ("P(Y | do(X))", P.of_names("Y", do="X")),
        ("P(Y | do)", P.of_names("Y", ["do"])),
        ("P(Y | do(do))", P.of_names("Y", do=["do"])),
        ('P(Y | "do", X)', P.of_names("Y", ["do", "X"])),
        ("((P(Y)))", P.of_names("Y")),
        (
            "P(X) P(Y) / P(Z)",
            Quotient(Product((P.of_names("X"), P.of_names("Y"))), P.of_names("Z")),
        ),
        ("P(P) 1 0", Product((P.of_names("P"), ONE, ZERO))),
        (
            "sum_{X} P(X) P(Y) / P(Z)",
            Quotient(
                Sum(frozenset([Symbol("X")]), Product((P.of_names("X"), P.of_names("Y")))),
                P.of_names("Z"),
            ),
        ),
    ],
)
def test_what_a_person_may_write(text: str, meant: Expression) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "1:1", "a factor"),
        ("P(Y", "1:4", "a comma or | or ), found the end"),
        ("P(Y=)", "1:5", "expected a value"),
        ("P(Y | X, Y)", "1:3", "Y stands in two places"),
        ("P(Y, Y)", "1:6", "Y stands twice in one list"),
        ("Σ_{} P(X)", "1:4", "the name of a variable"),
        ("Σ_{X}", "1:6", "a factor"),
        ("P(X) /\n P(Y) / P(Z)", "2:7", "the end of the formula, found '/'"),
        ("P(X))", "1:5", "the end of the formula, found ')'"),
        ("P(Y | do(X)", "1:12", "a comma or )"),
        ('P("X)', "1:3", "this quote is never closed"),
        ("P(X) + P(Y)", "1:6", "unexpected '+'"),
        ("Q(X)", "1:1", "a factor: P(...)"),
        ('P(Y | do "(" X)', "1:10", "a comma or ), found '('"),
        ("(" * 5000, "1:101", "at most 100 brackets and sums"),
        ("Σ_{X} " * 5000, "1:601", "at most 100 brackets and sums"),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FormulaSyntaxError) as caught:
        parse(text)
    assert f"{caught.value.line}:{caught.value.column}" == place
    assert problem in str(caught.value)


PIECES = [
    "P(",
    ")",
    "Σ_{",
    "}",
    "|",
    ",",
    "/",
    "'",
    '"',
    "\\",
    "do(",
    "X",
    "1",
    "0",
    " ",
    "(",
    "=",
    "\n",
    "²",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
def test_any_text_is_a_formula_or_one_of_our_errors(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaSyntaxError as caught:
        error = caught
    else:
        assert parse(str(formula)) == formula
        return
    assert 0 <= error.position <= len(text)


@pytest.mark.parametrize(
    "piece", ['"', '\\"', '"\\', "P(X) ", "P(X'", "X, ", " ", "a.", "1", "Σ_{X}"]
)
def test_long_text_is_read_or_refused_in_linear_time(piece: str) -> None:
    text = "P(" + piece * 20_000
    start = time.process_time()
    with pytest.raises(FormulaSyntaxError):
        parse(text)
    assert time.process_time() - start < 2


def test_parts_that_make_no_formula_are_refused() -> None:
    x = frozenset([Symbol("X")])
    for make in (
        lambda: P(frozenset()),
        lambda: P(x, x),
        lambda: Sum(frozenset(), ONE),
        lambda: Product((ONE,)),
    ):
        with pytest.raises(FormulaError):
            make()
