"""Why a counterfactual comes out as it does: what evidence says, what differs, and by which way.

All of it by further questions to the same model, with the same evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, islice
from typing import TypeAlias

import numpy as np
import pandas as pd

from causal.errors import QueryError
from causal.model.engines.answers import Number
from causal.model.engines.continuous import DRAWS
from causal.model.engines.counterfactual import Question, posed_quantity, upstream
from causal.model.engines.events import placed
from causal.model.engines.explaining.by_numbers import ByNumbers
from causal.model.engines.explaining.by_tables import ByTables
from causal.model.engines.explaining.laws import Change, Inferred
from causal.model.engines.explaining.paths import Contribution, bundles, led, shares
from causal.model.engines.explaining.picture import drawn
from causal.model.engines.explaining.words import told
from causal.model.scm import SCM
from causal.model.streams import Randomness, root
from causal.query import Assignment, Event, Expectation, Probability, Quantity, Term, Value
from causal.variables import Variable

__all__ = ["Explanation", "explain"]

Part: TypeAlias = Probability | Expectation
Unit: TypeAlias = Mapping[Variable, object] | pd.Series

PATHS = 5  # that are listed


@dataclass(frozen=True)
class Explanation:
    """One counterfactual world of a question: what was seen, inferred, set, and what would differ.

    ``asked`` goes from ``before``, with this world as things were, to ``after``, which is the
    answer.  ``contributions`` split the difference between the ``paths`` along which it travels
    (Shapley shares); without paths there are none, and in a model too large they are left out.
    """

    asked: Part
    seen: tuple[Event, ...]
    noise: tuple[Inferred, ...]
    world: tuple[Assignment, ...]
    changes: tuple[Change, ...]
    paths: tuple[tuple[Variable, ...], ...]
    before: Number | None = None
    after: Number | None = None
    contributions: tuple[Contribution, ...] = ()

    @property
    def together(self) -> Number:
        """What paths do only together: the whole change less what each does alone."""
        if self.before is None or self.after is None or not self.contributions:
            return Fraction(0)
        return self.after - self.before - sum(each.alone for each in self.contributions)

    def __str__(self) -> str:
        return told(self)

    def svg(self) -> str:
        """A picture: each variable here and there, and the change path by path."""
        return drawn([self])

    def _repr_svg_(self) -> str:
        return self.svg()


def explain(
    model: SCM,
    query: Question,
    *,
    unit: Unit | None = None,
    draws: int = DRAWS,
    rng: Randomness = 0,
) -> tuple[Explanation, ...]:
    """Explain every counterfactual world that a question to a model speaks of.

    ``unit`` is what was observed of one unit, a row of a table say, to be added to the evidence;
    an empty field was not observed.  An explanation prints as text, and a notebook shows its
    picture.  Raises what ``counterfactual`` raises, and QueryError when no world is set.

    >>> from causal.model import load_model
    >>> squad = load_model({
    ...     "exogenous": {"court": [0.3, 0.7]},
    ...     "equations": {"A": "court", "B": "court", "dead": "A or B"},
    ... })
    >>> [why] = explain(squad, "P(dead[A=0]=1 | A=1)")
    >>> [(one.noise, dict(one.after)) for one in why.noise]
    [('court', {1: Fraction(1, 1)})]
    >>> [(one.variable, one.differs) for one in why.changes], why.paths
    ([('A', Fraction(1, 1)), ('dead', Fraction(0, 1))], ())
    """
    asked = posed_quantity(model, query)
    _require_world(asked)
    seen = _observed(model, unit)
    parts = [_in_worlds(part, seen) for _, part in asked.parts if part is not None]
    names = frozenset().union(*(Quantity(((Fraction(1), part),)).variables for part in parts))
    needed = upstream(model, names)
    seed = root(rng)
    found = {
        (part.given, term.under, term.variable): _explained(needed, part, term, draws, seed)
        for part in parts
        for term in _terms(part)
        if term.under
    }
    return tuple(found.values())


def _require_world(asked: Quantity) -> None:
    parts = [part for _, part in asked.parts if part is not None]
    if not any(part.do or term.under for part in parts for term in _terms(part)):
        raise QueryError(f"{asked} sets no world, as Y[X=0] does; there is nothing to explain")


def _observed(model: SCM, unit: Unit | None) -> tuple[Term, ...]:
    """The fields of a unit that have a value."""
    fields = {} if unit is None else {str(name): value for name, value in unit.items()}
    model.graph.require(fields)
    empty = pd.isna(pd.Series(fields, dtype=object))
    return tuple(Term(name, _plain(v)) for name, v in fields.items() if not empty[name])


def _plain(value: object) -> Value:
    """A value as one would write it: a row of a table may have turned 1 into 1.0."""
    value = value.item() if isinstance(value, np.generic) else value
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, str | int | float):
        return value
    raise QueryError(f"{value!r} is no number and no text, and so no value of a unit")


def _in_worlds(part: Part, seen: tuple[Term, ...]) -> Part:
    """A part whose do(...) is a world of every term, with more evidence."""
    given = (*(_in_its_world(event, part.do) for event in part.given), *seen)
    if isinstance(part, Expectation):
        return Expectation(Term(part.term.variable, under=part.do or part.term.under), given=given)
    events = tuple(_in_its_world(event, part.do) for event in part.events)
    return Probability(events, given=given)


def _in_its_world(event: Event, do: tuple[Assignment, ...]) -> Event:
    if not do:
        return event
    if isinstance(event, Term):
        return replace(event, under=do)
    right = replace(event.right, under=do) if isinstance(event.right, Term) else event.right
    return replace(event, left=replace(event.left, under=do), right=right)


def _terms(part: Part) -> Iterator[Term]:
    """What a part asks about, in its world."""
    for event in (part.term,) if isinstance(part, Expectation) else part.events:
        yield from (event,) if isinstance(event, Term) else event.terms


def _explained(model: SCM, part: Part, term: Term, draws: int, seed: int) -> Explanation:
    engine = (
        ByTables(model, part) if model.is_finite else ByNumbers(model, part, draws=draws, seed=seed)
    )
    if model.is_finite:
        placed(term, (), model)
    sources = {a.variable for a in term.under}
    affected = {a.reader or a.variable for a in term.under}
    between = model.graph.descendants(affected) & model.graph.ancestors(term.variable)
    order = [v for v in model.graph.nodes if v in between | sources]
    changes = tuple(engine.changes(order, term.under))
    moved = {change.variable for change in changes if change.differs}
    told_of = Explanation(
        asked=part,
        seen=part.given,
        noise=tuple(engine.inferred()),
        world=term.under,
        changes=changes,
        paths=tuple(islice(_paths(model, term, sources, moved), PATHS)),
    )
    return _split(told_of, model, part, term, engine)


def _split(
    whole: Explanation, model: SCM, part: Part, term: Term, engine: ByTables | ByNumbers
) -> Explanation:
    """The explanation with what each path contributes."""
    along = bundles(model.graph, term)
    if not along:
        return whole
    places = range(len(along))
    sets = [
        frozenset(some) for size in range(len(along) + 1) for some in combinations(places, size)
    ]
    parts = [_led(part, term, led(model.graph, term, [along[i] for i in sorted(s)])) for s in sets]
    values = engine.values(parts)
    if values is None:
        return whole
    found = dict(zip(sets, values, strict=True))
    before, after = found[frozenset()], found[frozenset(places)]
    return replace(whole, before=before, after=after, contributions=shares(along, found))


def _led(part: Part, term: Term, instead: Term) -> Part:
    """The part with another world for one of its terms."""

    def put(event: Event) -> Event:
        if isinstance(event, Term):
            return replace(instead, value=event.value) if _same(event, term) else event
        left, right = event.left, event.right
        if _same(left, term):
            return replace(event, left=replace(instead, value=None))
        if isinstance(right, Term) and _same(right, term):
            return replace(event, right=replace(instead, value=None))
        return event

    if isinstance(part, Expectation):
        return Expectation(replace(instead, value=None), given=part.given)
    return Probability(tuple(map(put, part.events)), given=part.given)


def _same(one: Term, other: Term) -> bool:
    return (one.variable, one.under) == (other.variable, other.under)


def _paths(
    model: SCM, term: Term, sources: Iterable[Variable], moved: set[Variable]
) -> Iterator[tuple[Variable, ...]]:
    """The ways from what is set to what is asked about, over variables that may differ."""
    edges = {(a.variable, a.reader) for a in term.under if a.reader is not None}
    held = {a.variable for a in term.under if a.reader is None}
    waiting: list[tuple[Variable, ...]] = [(source,) for source in sorted(sources)]
    while waiting:
        path = waiting.pop()
        if path[-1] == term.variable:
            yield path
            continue
        for child in sorted(model.graph.children(path[-1]), reverse=True):
            by_edge = len(path) == 1 and path[0] not in held
            if child in moved and child not in held and (not by_edge or (path[0], child) in edges):
                waiting.append((*path, child))
