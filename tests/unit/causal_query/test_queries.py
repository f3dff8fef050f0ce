"""Queries: what text means, and that every mistake is named with its line and column."""

import pytest

from causal.errors import QueryError, QuerySyntaxError
from causal.query import Assignment, Query, Term


def test_an_effect():
    query = Query.parse("P(Y=1 | do(X=0, T), Z=high)")
    assert query.outcome == (Term("Y", 1),)
    assert query.do == (Assignment("X", 0), Assignment("T"))
    assert query.given == (Term("Z", "high"),)
    assert query.values == {"Y": 1, "X": 0, "Z": "high"}
    assert not query.is_counterfactual


def test_a_counterfactual_with_nested_worlds():
    query = Query.parse("P(Y[X=1, M=M[X=0]]=1 | X=0, Y=0)")
    nested = Term("M", under=(Assignment("X", 0),))
    assert query.outcome == (Term("Y", 1, (Assignment("X", 1), Assignment("M", nested))),)
    assert query.is_counterfactual
    assert query.variables == {"X", "Y", "M"}


@pytest.mark.parametrize(
    "text",
    [
        "P(Y | do(X))",
        "P(Y, W | do(X, T), Z)",
        "P(Y[X=1]=1 | X=0, Y=0)",
        "P(Y[X=1, M=M[X=0]])",
        'P("my outcome"=-1.5 | do("a, b"=yes))',
        "P(Y=True)",
        'P(Y="True")',
        'P(Y="say \\"hi\\"")',
        "P(1 | do(2))",
    ],
)
def test_printing_and_reading_are_inverse(text):
    query = Query.parse(text)
    assert Query.parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "a query such as P(Y | do(X))"),
        ("Q(Y)", 1, "a query such as"),
        ("P(Y", 4, "closing ) of P(...)"),
        ("P()", 3, "the name of a variable, found ')'"),
        ("P(Y | do(X)", 12, "closing ) of P(...)"),
        ("P(Y | do(X)) and more", 14, "the end of the query, found 'and'"),
        ("P(Y | do())", 10, "the name of a variable"),
        ("P(Y[X=1)", 8, "closing ]"),
        ("P(Y= | X)", 6, "a value"),
        ("P(Y ? X)", 5, "unexpected '?'"),
        ('P("Y)', 3, "never closed"),
        ("P(" + "Y[X=" * 30, 85, "at most 20 worlds"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, column, says):
    with pytest.raises(QuerySyntaxError, match=r"^1:\d+: ") as caught:
        Query.parse(text)
    assert caught.value.column == column
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("P(Y | do(Y))", "Y stands in two places"),
        ("P(Y | X, do(X))", "X stands in two places"),
        ("P(Y, X | X, Y)", "X and Y stand in two places"),
        ("P(Y[X=1] | do(X))", "mixes do"),
        ("P(Y[X=0, X=1]=1)", r"sets X twice"),
        ("P(Y[M=M[X=0, X=0]])", r"sets X twice"),
    ],
)
def test_a_query_that_means_nothing_is_refused(text, says):
    with pytest.raises(QueryError, match=says):
        Query.parse(text)


def test_an_edge_is_set_for_one_reader_only_and_prints_as_it_is_read():
    text = 'P(Y[X->M=1, X->Y=0, M=M[X=0]]=1 | "X 2"=0)'
    query = Query.parse(text)
    assert str(query) == text
    assert [a.reader for a in query.outcome[0].under] == ["M", "Y", None]
    assert query.variables == {"X", "Y", "M", "X 2"}
    with pytest.raises(QueryError, match="sets X twice"):
        Query.parse("P(Y[X->M=1, X->M=0]=1)")
    with pytest.raises(QuerySyntaxError, match=r"1:11: .*closing"):
        Query.parse("P(Y | do(X->Y=1))")
