"""Is a counterfactual a function of experiments, or even of observation?  ID* and IDC*, complete.

Shpitser & Pearl (2007), "What counterfactuals can be tested"; nested worlds, edge interventions and
the conditional case after Correa, Lee & Bareinboim (2021).  No assumption is made on how many
values a variable has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from causal.expression import (
    ONE,
    ZERO,
    Expression,
    Quotient,
    Sum,
    canonical,
    quotient,
    simplified,
    total,
)
from causal.graph import ADMG
from causal.identification.answers import Answer, Identified, NotIdentified, Undecided
from causal.identification.conflict import Conflict
from causal.identification.counterfactual.asked import Asked, asked
from causal.identification.counterfactual.binary import if_binary
from causal.identification.counterfactual.observation import observed
from causal.identification.counterfactual.relevance import relevant
from causal.identification.counterfactual.side import Side, side
from causal.identification.counterfactual.telling import told
from causal.identification.reasoning import Reasoning, Remark
from causal.query import Assignment, Query, Term

__all__ = ["has_formula", "identify_counterfactual"]


def identify_counterfactual(graph: ADMG, query: Query) -> Answer:
    """A formula over experiments, over observation alone where that suffices, or the conflict.

    Raises UnknownVariableError, QueryError, or ImpossibleEvidenceError.

    >>> treated = Query.parse("P(Y[X=1] | X=0)")
    >>> print(identify_counterfactual(ADMG.parse("X -> Z -> Y; X <-> Y"), treated))
    P(Y[X=1] | X=0) = Σ_{Z} P(Y | X=0, Z) P(Z | X=1)
    >>> print(identify_counterfactual(ADMG.parse("X -> Y; X <-> Y"), treated).hedge)
    X=0 against Y[X=1]
    """
    if borrowed := _borrowed((*query.outcome, *query.given)):
        reason = f"{borrowed} sets a variable to what another one is, and the method reads no such"
        return Undecided(graph, query, reason)
    answer = _in_general(graph, query)
    if isinstance(answer, NotIdentified) and isinstance(answer.hedge, Conflict):
        special = if_binary(query, partial(_in_general, graph))
        return NotIdentified(graph, query, replace(answer.hedge, if_binary=special))
    return answer


def has_formula(graph: ADMG, query: Query) -> bool:
    """Whether experiments determine a counterfactual: the verdict alone.

    >>> has_formula(ADMG.parse("X -> Y"), Query.parse("P(Y[X=1]=1 | X=0)"))
    True
    """
    if _borrowed((*query.outcome, *query.given)):
        return False
    return isinstance(_in_general(graph, query), Identified)


def _in_general(graph: ADMG, query: Query) -> Identified | NotIdentified:
    """The answer for any number of values."""
    question = asked(graph, query)
    if question.joint is None:
        return _certain(graph, query, ZERO, "the events exclude one another")
    needed = relevant(question, question.joint)
    if not needed.above:
        return _certain(graph, query, ONE, "what is asked about is what is given or set")
    taken = question.open
    above = side(graph, question.joint, needed.above, taken=taken)
    below = side(graph, question.seen, needed.below, taken=taken)
    if isinstance(above, Conflict):
        return NotIdentified(graph, query, above)
    if isinstance(below, Conflict):
        return NotIdentified(graph, query, below)
    return _identified(graph, query, question, above, below)


def _identified(graph: ADMG, query: Query, question: Asked, above: Side, below: Side) -> Identified:
    by_district = canonical(quotient(above.by_district, below.by_district))
    by_experiment = canonical(quotient(above.by_experiment, below.by_experiment))
    found = observed(graph, by_experiment, {**below.known, **above.known})
    estimand = canonical(_cancelled(simplified(found.formula)))
    laws = (by_district, by_experiment)
    reasoning = told(query, question, above, below, laws_of=laws, found=found, end=estimand)
    return Identified(graph, query, estimand, reasoning)


def _cancelled(formula: Expression) -> Expression:
    """A fraction whose denominator cancels inside the sum above it."""
    match formula:
        case Quotient(Sum(over, body), below) if not over & below.free:
            return total(over, _cancelled(quotient(body, below)))
        case _:
            return formula


def _borrowed(terms: Iterable[Term]) -> Assignment | None:
    """An assignment, at any depth, of the value of another variable."""
    for term in terms:
        for assignment in term.under:
            if isinstance(assignment.value, Term):
                if assignment.value.variable != assignment.variable:
                    return assignment
                if deeper := _borrowed([assignment.value]):
                    return deeper
    return None


def _certain(graph: ADMG, query: Query, value: Expression, why: str) -> Identified:
    remark = Remark("effectiveness", str(value), why)
    return Identified(graph, query, value, Reasoning(str(query), (remark,), value))
