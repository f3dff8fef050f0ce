"""A question to a model that no table holds, laid out: nodes of worlds, evidence, what is asked.

Parts of a quantity with the same evidence are answered together, so that what they share, their
noise above all, is shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

import numpy as np

from causal.errors import DomainError, ImpossibleEvidenceError, QueryError
from causal.model.checking import is_number
from causal.model.engines.worlds import Node, Slot, Worlds
from causal.model.mechanism import Value
from causal.model.noise import Column, Floats, floats
from causal.model.scm import SCM
from causal.query import Assignment, Comparison, Event, Expectation, Probability, Quantity, Term
from causal.query.comparison import Relation
from causal.variables import Variable, quoted

__all__ = ["Asked", "Bound", "Observed", "Posed", "holds", "posed"]

RELATIONS = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True)
class Observed:
    """The value that each unit was observed to have, as a column says; it stands in for a value."""

    variable: Variable

    def __str__(self) -> str:
        return self.variable


@dataclass(frozen=True)
class Bound:
    """A node against another one, or against a value; a value that is equal is evidence too."""

    left: int
    relation: Relation
    right: int | None = None
    value: Value = None


@dataclass(frozen=True)
class Asked:
    """One part: a factor, and the node whose mean or the events whose probability it is."""

    factor: float
    text: str
    mean: int | None
    events: tuple[Bound, ...]


@dataclass(frozen=True, eq=False)
class Posed:
    """Parts with one evidence.  ``seen`` are nodes with values, ``limits`` the other evidence."""

    worlds: Worlds
    seen: Mapping[int, Value]
    limits: tuple[Bound, ...]
    parts: tuple[Asked, ...]
    given: tuple[Event, ...]

    @property
    def evidence(self) -> str:
        """What is given, as text."""
        return ", ".join(map(str, self.given or self.seen.values()))

    def evidence_of(self, columns: Mapping[Variable, Column], unit: int) -> str:
        """What is given of one unit, as text, with the values that were observed of it."""
        seen = (f"{quoted(v)}={column[unit]}" for v, column in columns.items())
        return ", ".join([*map(str, self.given), *seen]) or self.evidence

    @property
    def nodes(self) -> list[int]:
        """All nodes that matter, causes first."""
        slots: set[Slot] = set(self.seen)
        for part in self.parts:
            slots |= {part.mean} if part.mean is not None else _ends(part.events)
        return self.worlds.upstream(slots | _ends(self.limits))

    def node(self, number: int) -> Node:
        """A node by its number."""
        return self.worlds.nodes[number]


def posed(model: SCM, asked: Quantity, observed: Collection[Variable] = ()) -> Iterator[Posed]:
    """The parts of a quantity, those with the same evidence together.

    What was ``observed`` of each unit is part of every evidence.  Raises QueryError or DomainError
    where a part means nothing in the model.
    """
    groups: dict[tuple[object, ...], list[tuple[Fraction, Probability | Expectation]]] = {}
    for factor, part in asked.parts:
        if part is not None:
            groups.setdefault((part.do, part.given), []).append((factor, part))
    for parts in groups.values():
        yield _group(model, parts, observed)


def holds(bound: Bound, values: Mapping[int, Column]) -> Floats:
    """One where an event holds, zero where it does not."""
    other = np.asarray(bound.value) if bound.right is None else values[bound.right]
    return floats(RELATIONS[bound.relation](values[bound.left], other))


def _group(
    model: SCM,
    parts: Sequence[tuple[Fraction, Probability | Expectation]],
    observed: Collection[Variable],
) -> Posed:
    first = parts[0][1]
    worlds = Worlds(model)
    seen: dict[int, Value] = {}
    # Causes first: what reads a value that was seen reads that value in every world.
    for v in (v for v in model.graph.nodes if v in observed):
        seen[worlds.node(Term(v))] = Observed(v)
        worlds.see(worlds.node(Term(v)), Observed(v))
    place = {v: i for i, v in enumerate(model.graph.nodes)}
    terms = [event for event in first.given if isinstance(event, Term)]
    for term in sorted(terms, key=lambda term: place[term.variable]):
        _see(term, first, worlds, seen)
    events = [event for event in first.given if not isinstance(event, Term)]
    limits = tuple(_bounds(events, first.do, worlds))
    known = (Bound(number, "=", value=value) for number, value in seen.items())
    if limits and _contradict((*limits, *known)):
        raise ImpossibleEvidenceError(", ".join(map(str, first.given)))
    return Posed(worlds, seen, limits, tuple(_asked(parts, worlds)), first.given)


def _see(
    term: Term, part: Probability | Expectation, worlds: Worlds, seen: dict[int, Value]
) -> None:
    """Note that a term has its value; raises ImpossibleEvidenceError where it has another one."""
    number = worlds.node(_placed(term, part.do, worlds.model))
    if term.value is None:
        raise _open(term)
    is_set = worlds.nodes[number].variable is None
    known = seen.get(number, worlds.nodes[number].constant)
    if isinstance(known, Observed):
        raise QueryError(f"{term.variable} is observed of each unit, so {part} cannot give it too")
    if (number in seen or is_set) and known != term.value:
        raise ImpossibleEvidenceError(", ".join(map(str, part.given)))
    if not is_set:
        seen[number] = term.value
        worlds.see(number, term.value)


def _asked(
    parts: Iterable[tuple[Fraction, Probability | Expectation]], worlds: Worlds
) -> Iterator[Asked]:
    for factor, part in parts:
        if isinstance(part, Expectation):
            number = worlds.node(_placed(part.term, part.do, worlds.model))
            _check_numbers(part, worlds, number)
            yield Asked(float(factor), str(part), number, ())
        else:
            events = tuple(_bounds(part.events, part.do, worlds))
            yield Asked(float(factor), str(part), None, events)


def _bounds(events: Iterable[Event], do: tuple[Assignment, ...], worlds: Worlds) -> Iterator[Bound]:
    for event in events:
        if isinstance(event, Comparison):
            _check_sides(event, worlds.model)
        match event:
            case Term():
                if event.value is None:
                    raise _open(event)
                number = worlds.node(_placed(event, do, worlds.model))
                yield Bound(number, "=", value=event.value)
            case Comparison(left, relation, Term() as right):
                ends = [worlds.node(_placed(term, do, worlds.model)) for term in (left, right)]
                yield Bound(ends[0], relation, ends[1])
            case Comparison(left, relation, value):
                yield Bound(worlds.node(_placed(left, do, worlds.model)), relation, value=value)


def _contradict(limits: Iterable[Bound]) -> bool:
    """Whether some node would have to be more than it may be."""
    low: dict[int, tuple[float, bool]] = {}  # and whether the end itself is out
    high: dict[int, tuple[float, bool]] = {}  # and whether the end itself is in
    for limit in limits:
        if limit.right is None and isinstance(limit.value, int | float | Fraction):
            end, node, strict = float(limit.value), limit.left, limit.relation in ("<", ">")
            if limit.relation in (">", ">=", "="):
                low[node] = max(low.get(node, (-inf, False)), (end, strict))
            if limit.relation in ("<", "<=", "="):
                high[node] = min(high.get(node, (inf, True)), (end, not strict))
    # Of equal ends the strict one counts: it is the greater below, and the lesser above.
    return any(
        low[n][0] > high[n][0] or (low[n][0] == high[n][0] and (low[n][1] or not high[n][1]))
        for n in low.keys() & high.keys()
    )


def _placed(term: Term, do: tuple[Assignment, ...], model: SCM) -> Term:
    """A term in its world; raises unless the model has both."""
    found = replace(term, under=do) if do else term
    if found.value is not None:
        _check_value(found.variable, found.value, model)
    for assignment in found.under:
        reader, variable = assignment.reader, assignment.variable
        if reader is not None and reader not in model.graph.children(variable):
            raise QueryError(
                f"{found} sets an edge {variable} -> {reader}, which is not in the graph"
            )
        match assignment.value:
            case None:
                raise _open(term, variable)
            case Term() as inner:
                _placed(inner, (), model)
            case value:
                _check_value(variable, value, model)
    return found


def _check_sides(event: Comparison, model: SCM) -> None:
    """Raise QueryError unless the two sides of a comparison can be compared."""
    right = event.right
    if not isinstance(right, Term) and not model.domains.get(event.left.variable):
        _check_value(event.left.variable, right, model)
    sides = [model.domains.get(term.variable) or (0.0,) for term in event.terms]
    sides += [] if isinstance(right, Term) else [(right,)]
    texts = [value for side in sides for value in side if isinstance(value, str)]
    if texts and event.relation not in ("=", "!="):
        raise QueryError(f"{event} asks which is more, but {texts[0]!r} is no number")
    if texts and len(texts) < sum(map(len, sides)):
        raise QueryError(f"{event} compares numbers with {texts[0]!r}, which is none")


def _check_value(variable: Variable, value: Value, model: SCM) -> None:
    domain = model.domains.get(variable)
    if domain:
        if value not in domain:
            raise DomainError(variable, value, domain)
    elif not is_number(value):
        hint = f"; write {value}[] for the variable as it is" if value in model.graph.nodes else ""
        raise QueryError(f"{variable} is a real number; it cannot be {value!r}{hint}")


def _check_numbers(part: Expectation, worlds: Worlds, number: int) -> None:
    node = worlds.nodes[number]
    known = (0,) if isinstance(node.constant, Observed) else (node.constant or 0,)
    values = worlds.model.domains.get(node.variable or "", known)
    if strange := [v for v in values if not isinstance(v, int | float | Fraction)]:
        raise QueryError(
            f"{part} has no value: {part.term.variable} can be {strange[0]!r}, which is no "
            "number; ask for the probability of one value"
        )


def _open(term: Term, variable: Variable | None = None) -> QueryError:
    name = variable or term.variable
    return QueryError(
        f"{term} leaves {name} open; a probability needs values, as in {quoted(name)}=1"
    )


def _ends(bounds: Iterable[Bound]) -> set[Slot]:
    return {n for b in bounds for n in (b.left, b.right) if n is not None}
