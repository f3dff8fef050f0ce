"""What is neither text nor a question, or a formula, is named, with what to write."""

from __future__ import annotations

import pytest

from causal import ADMG, derive, equal, estimands, identifiable, identify, implications, simplify
from causal.errors import UnknownInTextError
from causal.expression import parse

GRAPH = ADMG.parse("Z -> X -> Y; Z -> Y")


@pytest.mark.parametrize("ask", [identify, identifiable])
@pytest.mark.parametrize("query", [None, 5, ("Y", "X"), parse("P(Y | X)")])
def test_a_query_is_text_or_a_query(ask, query) -> None:
    with pytest.raises(TypeError, match=r"a query is text such as 'P\(Y \| do\(X\)\)' or a Query"):
        ask(GRAPH, query)


def test_a_formula_in_the_place_of_a_query_is_sent_where_it_belongs() -> None:
    with pytest.raises(TypeError, match="formulas are for derive, simplify and equal"):
        identify(GRAPH, parse("P(Y | X)"))


@pytest.mark.parametrize("formula", [None, 5, identify(GRAPH, "P(Y | do(X))")])
def test_a_formula_is_text_or_an_expression(formula) -> None:
    for ask in (derive, simplify, lambda graph, one: equal(graph, one, "P(Y)")):
        with pytest.raises(TypeError, match="a formula is text such as"):
            ask(GRAPH, formula)


@pytest.mark.parametrize(
    "ask", [lambda q: list(estimands(GRAPH, q)), lambda q: list(implications(GRAPH, q))]
)
def test_an_unknown_variable_is_pointed_at_in_the_text(ask) -> None:
    with pytest.raises(UnknownInTextError, match="1:10: Q is not in the graph"):
        ask("P(Y | do(Q))")
