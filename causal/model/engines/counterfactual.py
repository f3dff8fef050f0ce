"""What would have been: the one door for counterfactual questions to a model.

Pearl (2009), theorem 7.1.7.  All worlds share one noise, which is what makes them worlds of the
same unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias, overload

import numpy as np
import pandas as pd

from causal.errors import ModelError, OptionError, QueryError
from causal.model.continuous import LinearSystem
from causal.model.engines.answers import Counterfactual, UnitCounterfactuals
from causal.model.engines.bounding.unknown_coupling import bound
from causal.model.engines.continuous import DRAWS, UNIT_DRAWS, answered, unit_answers
from causal.model.engines.evaluation import Evaluation, evaluation
from causal.model.engines.feedback import laid_out
from causal.model.engines.unit_batches import batches, couplings_of, values
from causal.model.engines.units.evidence import Evidence, Units
from causal.model.exposed import exposed, hidden_in
from causal.model.finite.coupling import Unknown
from causal.model.finite.table import Table
from causal.model.scm import SCM
from causal.model.streams import Randomness
from causal.query import Quantity, Query, require
from causal.variables import Variable

__all__ = ["Question", "counterfactual", "posed_quantity", "upstream"]

Question: TypeAlias = Quantity | Query | str

EXACT_WORK = 5_000  # multiplications of whole numbers, about a millisecond

EXACT = "coupled tables, exact"
FLOATS = "coupled tables, float64"
BOUNDS = "linear program over couplings"


@overload
def counterfactual(
    model: SCM | LinearSystem,
    query: Question,
    *,
    units: None = None,
    exact: bool | None = None,
    draws: int | None = None,
    rng: Randomness = 0,
) -> Counterfactual: ...


@overload
def counterfactual(
    model: SCM | LinearSystem,
    query: Question,
    *,
    units: Units,
    exact: bool | None = None,
    draws: int | None = None,
    rng: Randomness = 0,
) -> UnitCounterfactuals: ...


def counterfactual(
    model: SCM | LinearSystem,
    query: Question,
    *,
    units: Units | None = None,
    exact: bool | None = None,
    draws: int | None = None,
    rng: Randomness = 0,
) -> Counterfactual | UnitCounterfactuals:
    """The value of a counterfactual probability, expectation, or sum of them, in a model.

    Any number of worlds, nested ones too, with evidence in any of them.  The value is a Fraction
    where that takes a moment, else a float; ``exact`` decides otherwise, and ``engine`` says which
    it was.  Where the question is one about an ``Unknown()`` coupling, there is an interval in its
    place.

    ``units``, a table with a row for each, makes what was observed of a unit part of its evidence,
    and asks for one value a unit; an empty field was not observed.

    Where the question leads to real numbers, linear models with normal noise are answered exactly,
    with or without finite noise beside it, and so is evidence that pins all noise; anything else by
    weighted ``draws``, with a standard error.

    A named noise is asked about by its name, as in ``P(U=1 | Y=1)``.  A ``LinearSystem`` is asked
    in the same words; every world of it is an equilibrium.

    Raises UnknownVariableError, DomainError, QueryError; ImpossibleEvidenceError when the evidence
    cannot be, UnusableEvidenceError when no engine can use it, and TooFewDrawsError when too few
    draws agree with it.

    >>> from causal.graph import ADMG
    >>> from causal.model import Response, Table
    >>> model = SCM(
    ...     ADMG.parse("X -> Y"),
    ...     {"X": Table((), "1/2, 1/2"), "Y": Table("X", {0: "9/10, 1/10", 1: "3/5, 2/5"})},
    ... )
    >>> print(counterfactual(model, "P(Y[X=0]=0 | X=1, Y=1)"))    # was X=1 necessary for Y=1?
    P(Y[X=0]=0 | X=1, Y=1) = 3/4
    >>> print(counterfactual(model, "E(Y[X=1]) - E(Y[X=0])"))
    E(Y[X=1]) - E(Y[X=0]) = 3/10
    >>> seen = {"X": [1, 1, 0], "Y": [0, 1, 0]}
    >>> counterfactual(model, "P(Y[X=0]=1)", units=seen).value.round(3).tolist()
    [0.0, 0.25, 0.0]
    """
    if draws is not None and draws < 1:
        raise OptionError("draws", draws, "it is at least 1")
    asked = _read(query)
    if isinstance(model, LinearSystem):
        return _in_equilibrium(model, asked, units, exact=exact, draws=draws, rng=rng)
    if not isinstance(model, SCM):
        raise ModelError(f"a model is an SCM, not a {type(model).__name__}; load_model reads one")
    seen = None if units is None else Evidence.of(units)
    names = [] if seen is None else list(map(str, seen.names))
    if hidden := hidden_in(model, {*asked.variables, *names}):
        model = exposed(model, hidden)
    require(model.graph, asked.variables, text=query if isinstance(query, str) else None)
    if seen is not None:
        model.graph.require(names)
        part = upstream(model, {*asked.variables, *names})
        if part.is_finite:
            return _unit_by_unit(part, asked, seen, exact=bool(exact))
        return unit_answers(part, asked, seen, draws=draws or UNIT_DRAWS, rng=rng)
    part = upstream(model, asked.variables)
    if part.is_finite:
        return _by_tables(part, asked, exact=exact)
    return answered(part, asked, draws=draws or DRAWS, rng=rng)


def _in_equilibrium(
    system: LinearSystem,
    asked: Quantity,
    units: Units | None,
    *,
    exact: bool | None,
    draws: int | None,
    rng: Randomness,
) -> Counterfactual | UnitCounterfactuals:
    """The same of a system that feeds back: of the equilibria of all its worlds, side by side."""
    if units is None:
        model, question = laid_out(system, asked)
        alone = counterfactual(model, question, exact=exact, draws=draws, rng=rng)
        return replace(alone, query=asked)
    model, question = laid_out(system, asked, Evidence.of(units).names)
    found = counterfactual(model, question, units=units, exact=exact, draws=draws, rng=rng)
    return replace(found, query=asked, value=found.value.rename(str(asked)))


def _by_tables(model: SCM, asked: Quantity, *, exact: bool | None) -> Counterfactual:
    constant = sum((factor for factor, part in asked.parts if part is None), start=Fraction(0))
    parts = [(factor, evaluation(model, part)) for factor, part in asked.parts if part is not None]
    plans = [plan for _, plan in parts]
    if any(map(_is_open, plans)):
        return _bounded(model, asked, plans)
    if exact is None:
        exact = sum(plan.work for plan in plans) <= EXACT_WORK
    known = _assumptions(model, _together(plan.couplings for plan in plans))
    measured = [(factor, plan.measure(exact=exact)) for factor, plan in parts]
    value = sum((factor * found.value for factor, found in measured), start=constant)
    seen = min((found.probability_of_evidence for _, found in measured), default=Fraction(1))
    return Counterfactual(asked, value, EXACT if exact else FLOATS, known, seen)


def _unit_by_unit(
    model: SCM, asked: Quantity, units: Evidence, *, exact: bool
) -> UnitCounterfactuals:
    found = np.zeros(len(units), dtype=object if exact else np.float64)
    couplings: dict[Variable, str] = {}
    for batch in batches(model, units):
        for factor, part in asked.parts:
            weight = factor if exact else float(factor)
            if part is None:
                found[batch.rows] += weight
            else:
                found[batch.rows] += weight * values(model, part, batch, exact=exact)
                couplings |= couplings_of(model, part, batch)
    series = pd.Series(found, index=units.index, name=str(asked))
    engine = EXACT if exact else FLOATS
    return UnitCounterfactuals(asked, series, engine, _assumptions(model, couplings))


def posed_quantity(model: SCM, query: Question) -> Quantity:
    """A question as a quantity about a model; raises UnknownVariableError, pointing into text.

    >>> from causal.model import random_scm
    >>> from causal.graph import ADMG
    >>> model = random_scm(ADMG.parse("X -> Y"), rng=0)
    >>> print(posed_quantity(model, Query.parse("P(Y=1 | do(X=1))")))
    P(Y=1 | do(X=1))
    """
    asked = _read(query)
    require(model.graph, asked.variables, text=query if isinstance(query, str) else None)
    return asked


def _read(query: Question) -> Quantity:
    match query:
        case str():
            return Quantity.parse(query)
        case Query():
            return Quantity.of(query)
        case Quantity():
            return query
    raise QueryError(f"a question is text, as in 'P(Y[X=0]=1 | X=1)', not {query!r}")


def _assumptions(model: SCM, couplings: Mapping[Variable, str]) -> tuple[str, ...]:
    """What a number rests on beyond the laws of the model: couplings, where two worlds meet."""
    return (
        "the mechanisms and their noise are as the model says",
        *(f"{v}: {couplings[v]}" for v in model.graph.nodes if v in couplings),
    )


def _together(couplings: Iterable[Mapping[Variable, str]]) -> dict[Variable, str]:
    return {v: text for each in couplings for v, text in each.items()}


def upstream(model: SCM, names: Iterable[Variable]) -> SCM:
    """The part of a model that a question can depend on; the model itself when it is finite."""
    if model.is_finite:
        return model
    needed = model.graph.ancestors(names)
    mechanisms = {v: mechanism for v, mechanism in model.parts if v in needed}
    read = frozenset().union(*(m.reads for m in mechanisms.values()))
    return SCM.of(mechanisms, [one for one in model.noise if one.name in read])


def _is_open(plan: Evaluation) -> bool:
    """Whether several worlds meet in a table that does not say how its rows hang together."""
    return any(
        isinstance(table, Table) and isinstance(table.coupling, Unknown)
        for each in plan.sums
        for table in each.coupled.values()
    )


def _bounded(model: SCM, asked: Quantity, plans: Sequence[Evaluation]) -> Counterfactual:
    found = bound(model, asked)
    assumed = _assumptions(model, _together(plan.couplings for plan in plans))
    seen = None if any(plan.part.given for plan in plans) else Fraction(1)
    if found.lower == found.upper:
        return Counterfactual(asked, found.lower, BOUNDS, assumed, seen)
    loose = (f"the ends might not be reached: {why}" for why in found.loose)
    return Counterfactual(asked, None, BOUNDS, (*assumed, *loose), seen, (found.lower, found.upper))
