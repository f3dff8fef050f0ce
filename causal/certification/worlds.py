"""The two roads to a counterfactual meet: its formula on experiments, and the model itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import cast

from causal.certification.experiments import experiments
from causal.errors import ImpossibleEvidenceError, WrongEstimandError
from causal.identification import Identified, IdentifiedQuantity
from causal.identification.counterfactual import valued
from causal.model import SCM, Do, Independent, Table, counterfactual
from causal.model.exact import Row
from causal.model.mechanism import Mechanism
from causal.query import Assignment, Query, Term, Value
from causal.variables import Symbol

__all__ = ["cells", "compared_in_sum", "compared_in_worlds", "loosened"]

MOST_ROWS = 8  # a table of so many rows has at most 256 responses of two values
Values = Mapping[Symbol, Value]


def cells(
    domains: Mapping[str, Sequence[Hashable]], query: Query
) -> Iterator[tuple[Values, Query]]:
    """A counterfactual at every value of what it leaves open.

    >>> asked = Query.parse("P(Y[X] | Z=0)")
    >>> print(*(query for _, query in cells({"X": (0, 1), "Y": (1,)}, asked)))
    P(Y[X=0]=1 | Z=0) P(Y[X=1]=1 | Z=0)
    """
    known = valued(query)
    left_open = dict.fromkeys(s for s in known.values() if s.value is None)
    left_open |= dict.fromkeys(Symbol(v) for v in _settings((*query.outcome, *query.given)))
    for cell in product(*(domains[s.variable] for s in left_open)):
        values = dict(zip(left_open, cast("tuple[Value, ...]", cell), strict=True))
        parts = (
            tuple(_filled(term, values, known) for term in part)
            for part in (query.outcome, query.given)
        )
        outcome, given = parts
        yield values, Query(outcome, (), given)


def compared_in_worlds(model: SCM, answer: Identified, *, name: str = "the model") -> int:
    """Compare the estimand of a counterfactual with the model, and count the cells.

    Values that the query leaves open take every value.  Raises WrongEstimandError at the first
    cell that differs; cells whose evidence cannot be are passed.
    """
    series = answer.estimand.evaluate(experiments(model, answer.estimand))
    levels = [str(level) for level in series.index.names]
    count = 0
    for values, query in cells(model.domains, answer.query):
        try:
            truth = cast("Fraction", counterfactual(model, query, exact=True).value)
        except ImpossibleEvidenceError:
            continue
        wanted = {s.variable + "'" * s.mark: value for s, value in values.items()}
        for key, found in series.items():
            cell = dict(zip(levels, key if isinstance(key, tuple) else (key,), strict=True))
            if all(wanted.get(level, value) == value for level, value in cell.items()):
                if found != truth:
                    where = str(query)
                    raise WrongEstimandError(
                        name, where, str(answer.estimand), value=Fraction(found), truth=truth
                    )
                count += 1
    return count


def compared_in_sum(model: SCM, answer: IdentifiedQuantity, *, name: str = "the model") -> int:
    """Compare a mean, or a sum, with the model: one number, none where evidence cannot be."""
    try:
        truth = counterfactual(model, answer.query, exact=True).value
    except ImpossibleEvidenceError:
        return 0
    regimes = {do for each in answer.answers for do in experiments(model, each.estimand)}
    laws = {do: model.under(do).law() for do in regimes | {Do()}}
    if (found := answer.evaluate(laws)) != truth:
        where, formula = str(answer.query), answer.formula
        raise WrongEstimandError(
            name, where, formula, value=Fraction(found), truth=cast("Fraction", truth)
        )
    return 1


def loosened(model: SCM) -> SCM:
    """The model with its tables' rows coupled independently, so that any response can be.

    Rows that are many keep their coupling.

    >>> from causal.graph import ADMG
    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> Y"), rng=1)
    >>> query = "P(Y[X=1]=0, Y[X=0]=1)"
    >>> print(counterfactual(model, query).value, counterfactual(loosened(model), query).value)
    0 11/200
    """
    mechanisms = {v: _loose(mechanism) for v, mechanism in model.mechanisms.items()}
    return SCM(model.graph, mechanisms, model.noise)


def _loose(mechanism: Mechanism) -> Mechanism:
    if not isinstance(mechanism, Table) or len(mechanism.rows) > MOST_ROWS:
        return mechanism
    rows: dict[Hashable, Row] = dict(mechanism.rows.items())
    return Table(mechanism.given, rows, values=mechanism.values, coupling=Independent())


def _settings(terms: tuple[Term, ...]) -> Iterator[str]:
    """Variables that are set to a value left open, at any depth."""
    for term in terms:
        for assignment in term.under:
            if assignment.value is None:
                yield assignment.variable
            elif isinstance(assignment.value, Term):
                yield from _settings((assignment.value,))


def _filled(term: Term, values: Values, known: Mapping[Term, Symbol]) -> Term:
    value = values.get(known[term], term.value) if term in known else term.value
    return replace(term, value=value, under=tuple(_set(a, values) for a in term.under))


def _set(assignment: Assignment, values: Values) -> Assignment:
    match assignment.value:
        case None:
            return replace(assignment, value=values[Symbol(assignment.variable)])
        case Term() as term:
            return replace(assignment, value=_filled(term, values, {}))
        case _:
            return assignment
