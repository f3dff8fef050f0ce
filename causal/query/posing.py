"""A question meets a graph: every variable that it names must be there.

Where the question is text, what it names wrongly is shown in it, by line and column.
"""

from __future__ import annotations

from causal.errors import QuerySyntaxError, UnknownInTextError, UnknownVariableError
from causal.graph import ADMG, a_graph
from causal.query.places import mentions
from causal.query.quantity import Quantity
from causal.query.question import Query
from causal.variables import Names

__all__ = ["posed", "question_in", "require"]


def posed(graph: ADMG, query: Query | str) -> Query:
    """The query about a graph, read if it is text.

    Raises QuerySyntaxError, QueryError, and UnknownVariableError (UnknownInTextError for text).

    >>> graph = ADMG.parse("dose -> outcome")
    >>> print(posed(graph, "P(outcome | do(dose))"))
    P(outcome | do(dose))
    >>> posed(graph, "P(outcome | do(does))")
    Traceback (most recent call last):
    ...
    causal.errors.UnknownInTextError: 1:16: does is not in the graph, which has dose, outcome. \
Did you mean dose?
      P(outcome | do(does))
                     ^
    """
    read = Query.parse(query) if isinstance(query, str) else query
    require(graph, read.variables, text=query if isinstance(query, str) else None)
    return read


def question_in(text: str) -> Query | Quantity:
    """A text as a query; as a quantity, where it has means, comparisons, sums or differences.

    What is neither is read as what it resembles longer.

    >>> type(question_in("P(Y | do(X))")).__name__, type(question_in("E(Y[X=1])")).__name__
    ('Query', 'Quantity')
    """
    try:
        return Query.parse(text)
    except QuerySyntaxError as no_query:
        try:
            return Quantity.parse(text)
        except QuerySyntaxError as no_quantity:
            raise max((no_query, no_quantity), key=lambda error: error.position) from None


def require(graph: ADMG, names: Names, *, text: str | None) -> None:
    """Raise UnknownVariableError unless the graph has all names; in the text, if they are there."""
    try:
        a_graph(graph).require(names)
    except UnknownVariableError as error:
        places = {} if text is None else mentions(text)
        found = [place for name in error.missing for place in places.get(name, ())]
        if text is None or not found:
            raise
        raise UnknownInTextError(text, min(found), error) from error
