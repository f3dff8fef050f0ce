"""A question meets a graph: every variable that it names must be there.

Where the question is text, what it names wrongly is shown in it, by line and column.
"""

from __future__ import annotations

from causal.errors import QuerySyntaxError, UnknownInTextError, UnknownVariableError
from causal.expression import Expression, parse
from causal.graph import ADMG, a_graph
from causal.query.places import mentions
from causal.query.quantity import Quantity
from causal.query.question import Query
from causal.variables import Names

__all__ = ["a_query", "formula_about", "posed", "question_in", "require"]


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
    read = a_query(query)
    require(graph, read.variables, text=query if isinstance(query, str) else None)
    return read


def a_query(query: object) -> Query:
    """A query, read if it is text; raises TypeError, with what to write, for anything else.

    >>> a_query(None)
    Traceback (most recent call last):
    ...
    TypeError: a query is text such as 'P(Y | do(X))' or a Query, found the NoneType None
    """
    if isinstance(query, str):
        return Query.parse(query)
    if isinstance(query, Query):
        return query
    kind = type(query).__name__
    write = "; formulas are for derive, simplify and equal" if isinstance(query, Expression) else ""
    raise TypeError(
        f"a query is text such as 'P(Y | do(X))' or a Query, found the {kind} {query!r:.60}{write}"
    )


def formula_about(graph: ADMG, formula: object) -> Expression:
    """The formula about a graph, read if it is text.

    Raises FormulaSyntaxError, UnknownVariableError (UnknownInTextError for text), and TypeError,
    with what to write, for what is no formula.

    >>> print(formula_about(ADMG.parse("X -> Y"), "sum_{X} P(Y | X) P(X)"))
    Σ_{X} P(Y | X) P(X)
    """
    if not isinstance(formula, str | Expression):
        kind = type(formula).__name__
        raise TypeError(
            "a formula is text such as 'P(Y | do(X)) P(X)' or an Expression, such as the estimand "
            f"of an answer; found the {kind} {formula!r:.60}"
        )
    read = parse(formula) if isinstance(formula, str) else formula
    require(graph, read.variables, text=formula if isinstance(formula, str) else None)
    return read


def question_in(text: object) -> Query | Quantity:
    """A text as a query; as a quantity, where it has means, comparisons, sums or differences.

    What is neither is read as what it resembles longer; a query or quantity is one already.
    Raises QuerySyntaxError, QueryError, and TypeError for what is no question at all.

    >>> type(question_in("P(Y | do(X))")).__name__, type(question_in("E(Y[X=1])")).__name__
    ('Query', 'Quantity')
    """
    if not isinstance(text, str):
        return text if isinstance(text, Quantity) else a_query(text)
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
