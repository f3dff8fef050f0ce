"""Quantities: what their text means, that it prints as it is read, and where it goes wrong."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal.errors import QueryError, QuerySyntaxError
from causal.query import Assignment, Comparison, Expectation, Probability, Quantity, Query, Term

ONE = Fraction(1)


def y(x, value=None):
    return Term("Y", value, (Assignment("X", x),))


def test_a_difference_of_expectations():
    assert Quantity.parse("E(Y[X=1]) - E(Y[X=0])") == Quantity(
        ((ONE, Expectation(y(1))), (-ONE, Expectation(y(0))))
    )


def test_a_probability_is_the_query_of_the_same_text():
    text = "P(Y[X=1, M=M[X=0]]=1 | X=0, Y=0)"
    query = Query.parse(text)
    assert Quantity.parse(text) == Quantity.of(query)
    assert Quantity.parse(text).parts[0][1].query == query


def test_comparisons_with_values_and_with_other_worlds():
    [(_, part)] = Quantity.parse("P(Y[X=1] > Y[X=0], Y[X=1] != Y[], Z >= 2 | W < 3)").parts
    assert part == Probability(
        (
            Comparison(y(1), ">", y(0)),
            Comparison(y(1), "!=", Term("Y")),
            Comparison(Term("Z"), ">=", 2),
        ),
        given=(Comparison(Term("W"), "<", 3),),
    )
    with pytest.raises(QueryError, match="compares"):
        _ = part.query


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("P(Y=1) -2 P(Y=0)", [1, -2]),
        ("P(Y=1)-0.5*P(Y=0)", [1, Fraction(-1, 2)]),
        ("-P(Y=1)/4 + 1", [Fraction(-1, 4), 1]),
        ("- 1/3 * P(Y=1) - 3/2", [Fraction(-1, 3), Fraction(-3, 2)]),
        ("1e2 E(Y)", [100]),
    ],
)
def test_factors_are_read_exactly(text, factors):
    assert [factor for factor, _ in Quantity.parse(text).parts] == factors


NAMES = st.sampled_from(["X", "Y", "P", "E", "do", "blood pressure", "1", 'say "hi"'])
VALUES = st.one_of(st.integers(-3, 3), st.sampled_from(["high", "True", "1", "a b", True, 0.5]))


def assignments(depth):
    values = st.one_of(VALUES, terms(depth - 1)) if depth else VALUES
    return st.builds(Assignment, NAMES, values, st.one_of(st.none(), NAMES))


def terms(depth=1):
    unique = {"unique_by": lambda a: (a.variable, a.reader), "max_size": 2}
    worlds = st.lists(assignments(depth), **unique).map(tuple)
    return st.builds(Term, NAMES, under=worlds)


RELATIONS = st.sampled_from(["!=", "<", "<=", ">", ">="])
EVENTS = st.one_of(
    st.builds(lambda t, v: Term(t.variable, v, t.under), terms(), VALUES),
    st.builds(Comparison, terms(), RELATIONS, st.one_of(VALUES, terms())),
    st.builds(Comparison, terms(), st.just("="), terms()),
)


@st.composite
def quantities(draw):
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        factor = draw(st.fractions(-5, 5, max_denominator=9).filter(bool))
        events = draw(st.lists(EVENTS, min_size=1, max_size=3))
        split = draw(st.integers(1, len(events)))
        plain = [e.variable for e in events if isinstance(e, Term) and not e.under]
        if len(set(plain)) < len(plain):
            continue
        parts.append((factor, Probability(tuple(events[:split]), given=tuple(events[split:]))))
        parts.append((factor, draw(st.builds(Expectation, terms()))))
    return Quantity(tuple(parts) or ((Fraction(1), None),))


@given(quantity=quantities())
def test_printing_and_reading_a_quantity_are_inverse(quantity):
    assert Quantity.parse(str(quantity)) == quantity


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "expected P(...) or E(...)"),
        ("E(Y", 4, "closing ) of E(...)"),
        ("E(Y) E(Y)", 6, "the end of the query"),
        ("E(Y) -", 7, "P(...) or E(...)"),
        ("2 * 3", 5, "P(...) or E(...)"),
        ("1/0 * E(Y)", 3, "a number other than zero"),
        ("1e999999 * E(Y)", 1, "a number of at most 40 digits"),
        ("P(Y > )", 7, "a value"),
        ("P(Y == 1)", 6, "a value"),
        ("E(Y | do(X=1)", 14, "closing ) of E(...)"),
        ("E(Y) @ 2", 6, "unexpected '@'"),
    ],
)
def test_a_mistake_in_a_quantity_is_named_with_its_place(text, column, says):
    with pytest.raises(QuerySyntaxError, match=r"^1:\d+: ") as caught:
        Quantity.parse(text)
    assert caught.value.column == column
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("E(Y=1)", r"write P\(Y=1\)"),
        ("E(Y > 1)", "no mean of one variable"),
        ("E(Y, X)", "no mean of one variable"),
        ("E(Y[X=1] | do(X=1))", "mixes do"),
        ("P(Y=1 | do(Y=1))", "Y stands in two places"),
    ],
)
def test_a_quantity_that_means_nothing_is_refused(text, says):
    with pytest.raises(QueryError, match=says):
        Quantity.parse(text)


def test_a_world_may_take_a_value_from_the_actual_one():
    query = Query.parse("P(Y[X=1, M=M[]]=1)")
    assert query.outcome[0].under[1].value == Term("M")
    assert str(query) == "P(Y[X=1, M=M[]]=1)"
