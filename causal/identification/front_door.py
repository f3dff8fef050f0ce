"""Front-door sets: an effect read off what carries it, although cause and outcome are confounded.

Pearl (1995), theorem 2, for sets of actions.  Lists follow Jeong, Tian & Bareinboim (2022),
"Finding and listing front-door adjustment sets", and Wienöbst, van der Zander & Liśkiewicz (2024),
"Linear-time algorithms for front-door adjustment": sets that meet the second and the third
condition are closed under union, so that one largest candidate decides whether any set exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from causal.calculus import Derivation
from causal.errors import QueryError
from causal.expression import Expression, P, Sum, product, total
from causal.graph import ADMG
from causal.graph.bits import closure
from causal.graph.separation import reachable
from causal.graph.separators import disjoint
from causal.identification.covariates import by_front_door
from causal.variables import Names, Symbol, Variables, listed

__all__ = ["FrontDoorSet", "front_door_sets"]


@dataclass(frozen=True)
class FrontDoorSet:
    """Variables through which some variables act on others; prints the formula.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(FrontDoorSet(graph, frozenset("X"), frozenset("Y"), frozenset("Z")))
    P(Y | do(X)) = Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    """

    graph: ADMG
    actions: Variables
    outcomes: Variables
    variables: Variables

    @cached_property
    def effect(self) -> P:
        """What the formula computes."""
        return P.of_names(self.outcomes, do=self.actions)

    @cached_property
    def estimand(self) -> Expression:
        """Σ_z P(z | x) Σ_x' P(y | x', z) P(x')."""
        another = {Symbol(x): Symbol(x, 1) for x in self.actions}
        outcome = P.of_names(self.outcomes, self.actions | self.variables).renamed(another)
        average = product([outcome, P.of_names(self.actions).renamed(another)])
        if not self.variables:
            return total(frozenset(another.values()), average)
        inner = Sum(frozenset(another.values()), average)
        carried = product([P.of_names(self.variables, self.actions), inner])
        return total(frozenset(map(Symbol, self.variables)), carried)

    @cached_property
    def derivation(self) -> Derivation:
        """The steps of the do-calculus from the effect to the formula.

        Raises QueryError for variables that are no front-door set.
        """
        graph = self.graph
        x, y, z = map(graph.mask, (self.actions, self.outcomes, self.variables))
        if not FrontDoor(graph, x, y).admits(z):
            raise QueryError(f"{{{listed(self.variables)}}} is no front-door set")
        return by_front_door(graph, x, y, z, to=self.estimand)

    @cached_property
    def certificate(self) -> dict[str, object]:
        """Plain data that ``python -m causal.checker`` verifies without the solver."""
        return self.derivation.certificate(self.graph)

    def __str__(self) -> str:
        return f"{self.effect} = {self.estimand}"

    def _repr_latex_(self) -> str:
        return f"${self.effect.latex()} = {self.estimand.latex()}$"


def front_door_sets(
    graph: ADMG, x: Names, y: Names, *, include: Names = (), exclude: Names = ()
) -> Iterator[FrontDoorSet]:
    """Every front-door set for the effect of ``x`` on ``y``, lazily; the first is a minimal one.

    Between two sets at most polynomial time passes.  Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("X -> A -> B -> Y; X <-> Y")
    >>> [sorted(found.variables) for found in front_door_sets(graph, "X", "Y")]
    [['B'], ['A'], ['A', 'B']]
    >>> list(front_door_sets(ADMG.parse("X -> Z -> Y; X <-> Z"), "X", "Y"))
    []
    """
    parts = disjoint(graph, x=x, y=y, include=include)
    door = FrontDoor(graph, parts["x"], parts["y"])
    usable = graph.everything & ~(door.x | door.y | graph.mask(exclude))
    actions, outcomes = graph.named(door.x), graph.named(door.y)
    return (
        FrontDoorSet(graph, actions, outcomes, graph.named(found))
        for found in door.sets(parts["include"], usable)
    )


@dataclass(frozen=True)
class FrontDoor:
    """The criterion for one pair of sets, on masks.

    >>> graph = ADMG.parse("X -> A -> B -> Y; X <-> Y")
    >>> door = FrontDoor(graph, graph.mask("X"), graph.mask("Y"))
    >>> door.admits(graph.mask("A")), door.admits(0)
    (True, False)
    """

    graph: ADMG
    x: int
    y: int

    def admits(self, z: int) -> bool:
        """Whether a set is a front-door set."""
        return self.largest(z) == z

    @cached_property
    def unmixed(self) -> int:
        """The vertices to which no back-door path from X is open: the second condition."""
        mixed = reachable(self.graph, self.x, given=0, cut_out=self.x)
        return self.graph.everything & ~mixed

    def largest(self, among: int) -> int | None:
        """The union of all front-door sets within ``among``, itself one; None when there is none.

        A vertex with an open back-door path to the outcome in the graph of a large set has one in
        the graph of every smaller set, where fewer edges are cut.
        """
        found = among & self.unmixed
        while open_to := found & reachable(self.graph, self.y, given=self.x, cut_out=found):
            found &= ~open_to
        uncarried = closure(self.x, self.graph.child_masks, self.graph.everything & ~found)
        return None if uncarried & self.y else found

    def sets(self, include: int, among: int) -> Iterator[int]:
        """Every front-door set with all of ``include`` and the rest from ``among``.

        To leave a vertex out is tried first, so that of the first set nothing can be left out.
        """
        stack = [(include, among)]
        while stack:
            chosen, open_to = stack.pop()
            largest = self.largest(open_to)
            if largest is None or chosen & ~largest:
                continue
            if undecided := largest & ~chosen:
                v = undecided & -undecided
                stack += [(chosen | v, largest), (chosen, largest & ~v)]
            else:
                yield chosen
