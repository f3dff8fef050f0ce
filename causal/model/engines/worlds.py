"""Parallel worlds, hash-consed: one noise for all, and one node for what no intervention reaches.

Balke & Pearl (1994), "Probabilistic evaluation of counterfactual queries"; Shpitser & Pearl
(2007).  A variable in a world is one node; it is known by its mechanism's inputs, so that the same
variable in two worlds is the same node whenever nothing upstream of it was set differently.  Once a
node has been seen, what reads it reads its value: Y[X=1] is Y in the eyes of who has seen X=1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from causal.model.mechanism import FiniteMechanism, Mechanism, Value, private
from causal.model.scm import SCM
from causal.query import Assignment, Term
from causal.variables import Variable

__all__ = ["Node", "Slot", "Worlds"]

Slot: TypeAlias = int | str  # a node by its number, a noise by its name


class Node(NamedTuple):
    """A variable in a world, or a constant (no variable) that an intervention put there."""

    variable: Variable | None
    inputs: tuple[Slot, ...] = ()
    constant: Value = None


@dataclass(frozen=True)
class _World:
    """What is set in one world, and the nodes found in it so far."""

    here: dict[Variable, int]
    edges: dict[tuple[str, Variable], int]


@dataclass
class Worlds:
    """The nodes of all worlds that were asked about so far, numbered causes first.

    >>> from causal.graph import ADMG
    >>> from causal.model.random_models import random_scm
    >>> worlds = Worlds(random_scm(ADMG.parse("Z -> X -> Y; Z -> Y"), rng=0))
    >>> y_in_fact = worlds.node(Term("Y"))
    >>> y_had_x_been_one = worlds.node(Term("Y", under=(Assignment("X", 1),)))
    >>> [node.variable for node in worlds.nodes]    # one Z for both worlds
    ['Z', 'X', 'Y', None, 'Y']
    """

    model: SCM
    nodes: list[Node] = field(default_factory=list, init=False)
    numbers: dict[Node, int] = field(default_factory=dict, init=False)
    seen: dict[int, Value] = field(default_factory=dict, init=False)
    read_as: dict[int, int] = field(default_factory=dict, init=False)
    lent: set[int] = field(default_factory=set, init=False)  # nodes that others are set to
    made: dict[tuple[Assignment, ...], _World] = field(default_factory=dict, init=False)
    mechanisms: dict[Variable, Mechanism] = field(init=False)

    def __post_init__(self) -> None:
        """Read the mechanisms, once."""
        self.mechanisms = dict(self.model.parts)

    @cached_property
    def tables(self) -> dict[Variable, FiniteMechanism]:
        """The mechanisms as tables; raises ModelError unless the model is finite."""
        return dict(self.model.tables)

    def node(self, term: Term) -> int:
        """The number of a term's node, made with everything upstream of it unless it is there."""
        return self._at(term.variable, self._world(term.under))

    def see(self, number: int, value: Value) -> None:
        """Take note that a node has a value, which is what later nodes then read."""
        if self.nodes[number].variable is not None:
            self.seen[number] = value
            self.read_as.pop(number, None)

    def reads(self, number: int) -> tuple[Slot, ...]:
        """Everything that must be known before a node, its private noise included."""
        node = self.nodes[number]
        if node.variable is None or len(self.tables[node.variable].cells) == 1:
            return node.inputs
        return (*node.inputs, private(node.variable))

    def upstream(self, targets: Iterable[Slot]) -> list[int]:
        """The nodes that targets depend on, causes first."""
        needed: set[Slot] = set(targets)
        found = []
        for number in range(len(self.nodes) - 1, -1, -1):  # effects first, so in one pass
            if number in needed:
                found.append(number)
                needed.update(self.nodes[number].inputs)
        return found[::-1]

    def sweep(self, targets: Iterable[Slot]) -> list[int]:
        """The nodes that targets depend on, in an order of evaluation that frees noise early."""
        needed = self.upstream(targets)
        # Variable by variable where that is an order at all: then private noise is short-lived.
        place = {v: i for i, v in enumerate(self.model.graph.nodes)}
        rank: dict[int, int] = {}
        for number in needed:
            node = self.nodes[number]
            own = -1 if node.variable is None else place[node.variable]
            rank[number] = max([own, *(rank[s] for s in node.inputs if isinstance(s, int))])
        return sorted(needed, key=lambda number: (rank[number], number))

    def _world(self, under: tuple[Assignment, ...]) -> _World:
        if under not in self.made:
            settings = {a.variable: self._set(a) for a in under if a.reader is None}
            edges = {(a.variable, a.reader): self._set(a) for a in under if a.reader is not None}
            self.made[under] = _World(settings, edges)
        return self.made[under]

    def _set(self, assignment: Assignment) -> int:
        if isinstance(assignment.value, Term):
            number = self._read(self.node(assignment.value))
            self.lent.add(number)
            return number
        return self._numbered(Node(None, constant=assignment.value))

    def _at(self, variable: Variable, world: _World) -> int:
        """The node of a variable in a world, after those of its causes; no recursion."""
        waiting, here, edges, mechanisms = [variable], world.here, world.edges, self.mechanisms
        while waiting:
            v = waiting[-1]
            if v in here:
                waiting.pop()
                continue
            inputs: list[Slot] = []
            missing: list[Variable] = []
            for name in mechanisms[v].given:
                slot = edges[name, v] if edges and (name, v) in edges else here.get(name)
                if slot is not None:
                    inputs.append(self._read(slot) if slot in self.seen else slot)
                elif name in mechanisms:
                    missing.append(name)
                else:
                    inputs.append(name)
            if missing:
                waiting += reversed(missing)
            else:
                here[v] = self._numbered(Node(v, tuple(inputs)))
                waiting.pop()
        return here[variable]

    def _read(self, number: int) -> int:
        """A node as its readers know it: by its value, once that has been seen."""
        if number not in self.seen:
            return number
        if number not in self.read_as:
            self.read_as[number] = self._numbered(Node(None, constant=self.seen[number]))
        return self.read_as[number]

    def _numbered(self, node: Node) -> int:
        number = self.numbers.get(node)
        if number is None:
            number = self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return number
