"""Unfolding an event of many worlds into patterns: what every mechanism would have to answer.

Balke & Pearl (1994); the worlds are hash-consed as in Shpitser & Pearl (2007): a variable in two
worlds is one node whenever nothing upstream of it was set differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from causal.errors import DomainError, QueryError
from causal.model.engines.bounding.patterns import Slot, Value, Values
from causal.model.engines.bounding.refusals import TooLargeError
from causal.query import Assignment
from causal.query import Term as Asked
from causal.variables import Variable

__all__ = ["Event", "Unfolding", "Wiring"]

MOST_LEAVES = 500_000

Possible: TypeAlias = Callable[[Slot], Values]


@dataclass(frozen=True)
class Wiring:
    """Names causes first, what each reads, and what each can be."""

    order: tuple[Variable, ...]
    given: Mapping[Variable, tuple[Variable, ...]]
    domains: Mapping[Variable, Values]

    def upstream(self, variable: Variable) -> frozenset[Variable]:
        """A variable and everything that it depends on."""
        found, waiting = {variable}, [variable]
        while waiting:
            new = [name for name in self.given[waiting.pop()] if name not in found]
            found.update(new)
            waiting += new
        return frozenset(found)


@dataclass(frozen=True)
class Event:
    """Some variables, each in its world, and the values that they may have together."""

    terms: tuple[Asked, ...]
    allowed: frozenset[Values]


@dataclass(frozen=True)
class _Node:
    """A variable in a world, or a constant (no variable) that was put there."""

    variable: Variable | None
    inputs: tuple[int, ...] = ()
    constant: Value = None


@dataclass
class Unfolding:
    """The nodes of the worlds that an event speaks of.

    >>> wiring = Wiring(("X", "Y"), {"X": (), "Y": ("X",)}, {"X": (0, 1), "Y": (0, 1)})
    >>> event = Event((Asked("Y"), Asked("X")), frozenset({(1, 0)}))
    >>> [leaf] = Unfolding(wiring).leaves([event])
    >>> leaf == {Slot("X", ()): 0, Slot("Y", (0,)): 1}
    True
    """

    wiring: Wiring
    nodes: list[_Node] = field(default_factory=list)
    numbers: dict[_Node, int] = field(default_factory=dict)

    def leaves(
        self, events: Iterable[Event], possible: Possible | None = None
    ) -> Iterator[dict[Slot, Value]]:
        """The patterns, excluding one another, that make up a conjunction of events.

        ``possible`` says which answers a slot can have; all of the domain unless given.
        """
        checks = [(tuple(self.node(term) for term in e.terms), e.allowed) for e in events]
        needed = self._needed(number for places, _ in checks for number in places)
        due: dict[int, list[tuple[tuple[int, ...], frozenset[Values]]]] = {}
        for places, allowed in checks:
            due.setdefault(max(places), []).append((places, allowed))
        for count, leaf in enumerate(self._grown(needed, due, possible or self._whole)):
            if count > MOST_LEAVES:
                raise TooLargeError(count, "ways in which the event can come about", MOST_LEAVES)
            yield leaf

    def node(self, term: Asked) -> int:
        """The number of a term's node, made with everything upstream of it unless it is there."""
        world = {a.variable: a for a in term.under if a.reader is None}
        edges = {self._edge(term, a): self._set(term, a) for a in term.under if a.reader}
        upstream = self.wiring.upstream(term.variable)
        here: dict[Variable, int] = {}
        for v in self.wiring.order:
            if v in world and v in upstream:
                here[v] = self._set(term, world[v])
            elif v in upstream:
                inputs = (edges.get((name, v), here[name]) for name in self.wiring.given[v])
                here[v] = self._numbered(_Node(v, tuple(inputs)))
        return here[term.variable]

    def _edge(self, term: Asked, assignment: Assignment) -> tuple[Variable, Variable]:
        tail, head = assignment.variable, str(assignment.reader)
        if tail not in self.wiring.given.get(head, ()):
            raise QueryError(f"{term} sets an edge {tail} -> {head}, which is not in the graph")
        return tail, head

    def _set(self, term: Asked, assignment: Assignment) -> int:
        variable, value = assignment.variable, assignment.value
        if isinstance(value, Asked):
            return self.node(value)
        if value is None:
            raise QueryError(f"{term} leaves {variable} open; bounds need values: {variable}=1")
        if value not in self.wiring.domains[variable]:
            raise DomainError(variable, value, self.wiring.domains[variable])
        return self._numbered(_Node(None, constant=value))

    def _numbered(self, node: _Node) -> int:
        if node not in self.numbers:
            self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self.numbers[node]

    def _needed(self, targets: Iterable[int]) -> list[int]:
        found: set[int] = set()
        waiting = list(targets)
        while waiting:
            if (number := waiting.pop()) not in found:
                found.add(number)
                waiting += self.nodes[number].inputs
        return sorted(found)  # inputs are numbered before what reads them

    def _whole(self, slot: Slot) -> Values:
        return self.wiring.domains[slot.variable]

    def _grown(
        self,
        needed: Sequence[int],
        due: Mapping[int, Sequence[tuple[tuple[int, ...], frozenset[Values]]]],
        possible: Possible,
    ) -> Iterator[dict[Slot, Value]]:
        """Depth first: give every node, in turn, each value that what is settled allows."""
        values: dict[int, Value] = {}
        pattern: dict[Slot, Value] = {}

        def holds(number: int) -> bool:
            return all(
                tuple(values[place] for place in places) in allowed
                for places, allowed in due.get(number, ())
            )

        def grow(step: int) -> Iterator[dict[Slot, Value]]:
            if step == len(needed):
                yield dict(pattern)
                return
            number = needed[step]
            node = self.nodes[number]
            slot = None
            if node.variable is None:
                answers: Values = (node.constant,)
            else:
                slot = Slot(node.variable, tuple(values[i] for i in node.inputs))
                answers = (pattern[slot],) if slot in pattern else possible(slot)
            fresh = slot is not None and slot not in pattern
            for answer in answers:
                values[number] = answer
                if not holds(number):
                    continue
                if fresh and slot is not None:
                    pattern[slot] = answer
                yield from grow(step + 1)
            if fresh and slot is not None:
                pattern.pop(slot, None)

        return grow(0)
