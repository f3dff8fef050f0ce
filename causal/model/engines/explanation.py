"""Why a counterfactual comes out as it does: what the evidence says, and what then differs.

All of it by further questions to the same model, with the same evidence: abduction, action and
prediction (Pearl 2009, theorem 7.1.7), one noise and one variable at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import TypeAlias

from causal.errors import ImpossibleEvidenceError, QueryError
from causal.model.engines.answers import Number
from causal.model.engines.counterfactual import EXACT_WORK, Question, posed_quantity
from causal.model.engines.coupled_tables import Sum
from causal.model.engines.evaluation import settled_evidence
from causal.model.engines.events import Happening, placed
from causal.model.engines.worlds import Slot, Worlds
from causal.model.mechanism import Value, Values, private
from causal.model.scm import SCM
from causal.query import Assignment, Event, Expectation, Probability, Term
from causal.variables import Variable

__all__ = ["Change", "Explanation", "Inferred", "explain"]

Law: TypeAlias = Mapping[Value, Number]
Part: TypeAlias = Probability | Expectation

PATHS = 5  # that are listed


@dataclass(frozen=True)
class Inferred:
    """What the evidence says about a noise: its law before, and after."""

    noise: str
    before: Law
    after: Law


@dataclass(frozen=True)
class Change:
    """A variable as it was and as it would have been, and how likely the two differ."""

    variable: Variable
    was: Law
    would_be: Law
    differs: Number


@dataclass(frozen=True)
class Explanation:
    """One counterfactual world of a question: what was seen, inferred, set, and what would differ.

    ``paths`` are the ways along which a difference can travel to what is asked about.
    """

    seen: tuple[Event, ...]
    noise: tuple[Inferred, ...]
    world: tuple[Assignment, ...]
    changes: tuple[Change, ...]
    paths: tuple[tuple[Variable, ...], ...]


def explain(model: SCM, query: Question) -> tuple[Explanation, ...]:
    """Explain every counterfactual world that a question to a finite model speaks of.

    Raises what ``counterfactual`` raises, and QueryError when no world is set.

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
    parts = [part for _, part in asked.parts if part is not None]
    found = {
        (part.given, term.under, term.variable): _explained(model, part, term)
        for part in parts
        for term in _terms(part)
        if term.under
    }
    if not found:
        raise QueryError(f"{asked} sets no world, as Y[X=0] does; there is nothing to explain")
    return tuple(found.values())


def _terms(part: Part) -> Iterator[Term]:
    """What a part asks about, in its world."""
    events = (part.term,) if isinstance(part, Expectation) else part.events
    for event in events:
        for term in (event,) if isinstance(event, Term) else event.terms:
            yield Term(term.variable, under=part.do or term.under)


def _explained(model: SCM, part: Part, term: Term) -> Explanation:
    placed(term, (), model)
    given = tuple(_in_its_world(event, part.do) for event in part.given)
    evidence = Probability((term,), given=given)
    affected = {a.reader or a.variable for a in term.under}
    between = model.graph.descendants(affected) & model.graph.ancestors(term.variable)
    sources = {a.variable for a in term.under}
    order = [v for v in model.graph.nodes if v in between | sources]
    changes = tuple(_change(model, evidence, v, term.under) for v in order)
    moved = {change.variable for change in changes if change.differs}
    return Explanation(
        seen=given,
        noise=tuple(_inferred(model, evidence)),
        world=term.under,
        changes=changes,
        paths=tuple(islice(_paths(model, term, sources, moved), PATHS)),
    )


def _in_its_world(event: Event, do: tuple[Assignment, ...]) -> Event:
    if isinstance(event, Term):
        return Term(event.variable, event.value, do or event.under)
    terms = [Term(term.variable, under=do or term.under) for term in event.terms]
    return replace(event, left=terms[0], right=terms[1] if len(terms) > 1 else event.right)


def _change(model: SCM, part: Part, variable: Variable, under: tuple[Assignment, ...]) -> Change:
    worlds = Worlds(model)
    seen = settled_evidence(part, worlds)
    nodes = (worlds.node(Term(variable)), worlds.node(Term(variable, under=under)))
    joint = _joint(worlds, seen, nodes)
    was: dict[Value, Number] = {}
    would_be: dict[Value, Number] = {}
    differs: Number = Fraction(0)
    for (before, after), weight in joint.items():
        was[before] = was.get(before, 0) + weight
        would_be[after] = would_be.get(after, 0) + weight
        if before != after:
            differs += weight
    return Change(variable, was, would_be, differs)


def _inferred(model: SCM, part: Part) -> Iterator[Inferred]:
    """The noises that the evidence says something about."""
    worlds = Worlds(model)
    seen = settled_evidence(part, worlds)
    evidence = [*seen.known, *(node for mask in seen.masks for node in mask.nodes)]
    read = dict.fromkeys(slot for n in worlds.upstream(evidence) for slot in worlds.reads(n))
    laws = {one.name: one.law for one in model.noise}
    laws |= {private(v): m.cells for v, m in model.tables.items() if private(v) in read}
    for name in (slot for slot in read if isinstance(slot, str)):
        before: dict[Value, Number] = {cell: p for cell, p in enumerate(laws[name]) if p}
        after = {value: p for (value,), p in _joint(worlds, seen, (name,)).items()}
        if after != before:
            yield Inferred(name, before, after)


def _joint(worlds: Worlds, seen: Happening, slots: tuple[Slot, ...]) -> dict[Values, Number]:
    """The joint law of some slots, given what has been seen; only what is possible."""
    known = {slot: (v,) for slot in slots if (v := _value(worlds, slot)) is not None}
    free = tuple(dict.fromkeys(slot for slot in slots if slot not in known))
    keep = Sum(worlds, seen.known, seen.masks, keep=free)
    weights = keep.total(exact=keep.work <= EXACT_WORK).weights.weights
    exact, total = weights.dtype == object, weights.sum()
    if not total:
        raise ImpossibleEvidenceError("the evidence")
    values = [_domain(worlds, slot) for slot in free]
    found: dict[Values, Number] = {}
    for setting, weight in zip(product(*values), weights.ravel(), strict=True):
        if weight:
            at = dict(zip(free, setting, strict=True)) | {s: v[0] for s, v in known.items()}
            share = Fraction(weight, total) if exact else float(weight / total)
            found[tuple(at[slot] for slot in slots)] = share
    return found


def _value(worlds: Worlds, slot: Slot) -> Value | None:
    """The value of a slot that is settled."""
    if isinstance(slot, str):
        return None
    node = worlds.nodes[slot]
    return node.constant if node.variable is None else worlds.seen.get(slot)


def _domain(worlds: Worlds, slot: Slot) -> Values:
    if isinstance(slot, int):
        variable = worlds.nodes[slot].variable
        assert variable is not None
        return worlds.model.domains[variable]
    if slot in worlds.model.domains:
        return worlds.model.domains[slot]
    cells = {private(v): len(m.cells) for v, m in worlds.tables.items()}
    return tuple(range(cells[slot]))


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
