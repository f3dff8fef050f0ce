"""Where two values are all there are: what is not one value is the other.

ID* holds for any number of values.  Of a variable with two, P(A, x') = P(A) - P(A, x), and a query
that no formula answers in general may be answered: the effect of treatment on the treated is, from
one experiment (Pearl 2009, section 11.9; Tian & Pearl 2000).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from causal.expression import ONE, Complement, Expression
from causal.identification.answers import Answer, Identified
from causal.identification.conflict import IfBinary
from causal.query import Query, Term
from causal.query.terms import Value

__all__ = ["if_binary"]

Solve = Callable[[Query], Answer]


def if_binary(query: Query, solve: Solve) -> IfBinary | None:
    """A formula for a query that has none in general, if one variable has two values only.

    ``solve`` identifies a query in the general case.  What is given has to have values.
    """
    if any(term.value is None for term in query.given):
        return None
    for term, other in _complements(query):
        rest = Query(tuple(t for t in (*query.outcome, *query.given) if t != term) or (term,))
        whole = ONE if rest.outcome == (term,) else _formula(solve(rest))
        part = _formula(solve(Query((*(t for t in rest.outcome if t != term), other))))
        evidence = _formula(solve(Query(query.given))) if query.given else ONE
        if whole is not None and part is not None and evidence is not None:
            return IfBinary(term.variable, Complement(whole, part, evidence))
    return None


def _formula(answer: Answer) -> Expression | None:
    return answer.estimand if isinstance(answer, Identified) else None


def _complements(query: Query) -> Iterator[tuple[Term, Term]]:
    """Terms whose variable has two values in the query, and the same with the other value."""
    values: dict[str, dict[Value, None]] = {}
    for term in (*query.outcome, *query.given):
        for variable, value in term.values():
            values.setdefault(variable, {})[value] = None
    for term in (*query.given, *query.outcome):
        mentioned = values.get(term.variable, {})
        if term.value is not None and len(mentioned) == 2:
            (other,) = (value for value in mentioned if value != term.value)
            yield term, replace(term, value=other)
