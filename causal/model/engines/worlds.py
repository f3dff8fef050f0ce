"""Parallel worlds, hash-consed: one noise for all, and one node for what no intervention reaches.

Balke & Pearl (1994), "Probabilistic evaluation of counterfactual queries"; Shpitser & Pearl
(2007).  A variable in a world is one node; it is known by its mechanism's inputs, so that the same
variable in two worlds is the same node whenever nothing upstream of it was set differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from causal.model.mechanism import Value, private
from causal.model.scm import SCM
from causal.query import Assignment, Term
from causal.variables import Variable

__all__ = ["Node", "Slot", "Worlds"]

Slot: TypeAlias = int | str  # a node by its number, a noise by its name


@dataclass(frozen=True)
class Node:
    """A variable in a world, or a constant (no variable) that an intervention put there."""

    variable: Variable | None
    inputs: tuple[Slot, ...] = ()
    constant: Value = None
    noise: str | None = None

    @property
    def reads(self) -> tuple[Slot, ...]:
        """Everything that must be known before it, its private noise included."""
        return self.inputs if self.noise is None else (*self.inputs, self.noise)


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
    nodes: list[Node] = field(default_factory=list)
    numbers: dict[Node, int] = field(default_factory=dict)

    def node(self, term: Term) -> int:
        """The number of a term's node, made with everything upstream of it unless it is there."""
        world = {a.variable: a for a in term.under if a.reader is None}
        edges = {(a.variable, a.reader): self._set(a) for a in term.under if a.reader is not None}
        upstream = self.model.graph.ancestors(term.variable)
        here: dict[str, int] = {}
        for v in self.model.graph.nodes:
            if v in world:
                here[v] = self._set(world[v])
            elif v in upstream:
                here[v] = self._respond(v, here, edges)
        return here[term.variable]

    def upstream(self, targets: Iterable[Slot]) -> list[int]:
        """The nodes that targets depend on, in an order of evaluation that frees noise early."""
        needed: set[int] = set()
        waiting = [slot for slot in targets if isinstance(slot, int)]
        while waiting:
            if (number := waiting.pop()) not in needed:
                needed.add(number)
                waiting += [slot for slot in self.nodes[number].inputs if isinstance(slot, int)]
        # Variable by variable where that is an order at all: then private noise is short-lived.
        place = {v: i for i, v in enumerate(self.model.graph.nodes)}
        rank: dict[int, int] = {}
        for number in sorted(needed):
            node = self.nodes[number]
            own = -1 if node.variable is None else place[node.variable]
            rank[number] = max([own, *(rank[s] for s in node.inputs if isinstance(s, int))])
        return sorted(needed, key=lambda number: (rank[number], number))

    def _set(self, assignment: Assignment) -> int:
        if isinstance(assignment.value, Term):
            return self.node(assignment.value)
        return self._numbered(Node(None, constant=assignment.value))

    def _respond(
        self, v: Variable, here: dict[str, int], edges: dict[tuple[Variable, Variable], int]
    ) -> int:
        mechanism = self.model.tables[v]
        inputs = tuple(edges.get((name, v), here.get(name, name)) for name in mechanism.given)
        noise = private(v) if len(mechanism.cells) > 1 else None
        return self._numbered(Node(v, inputs, noise=noise))

    def _numbered(self, node: Node) -> int:
        if node not in self.numbers:
            self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self.numbers[node]
