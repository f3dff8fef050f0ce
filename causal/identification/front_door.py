"""Front-door sets: an effect read off what carries it, although cause and outcome are confounded.

Pearl (1995), theorem 2, for sets of actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from causal.calculus import Derivation
from causal.errors import OptionError, QueryError
from causal.expression import Expression, P, Sum, product, total
from causal.graph import ADMG
from causal.graph.separators import disjoint
from causal.identification.carriers import FrontDoor
from causal.identification.covariates import by_front_door
from causal.identification.front_door_objections import why_no_front_door
from causal.variables import Names, Symbol, Variables, listed

__all__ = ["FrontDoorKind", "FrontDoorSet", "front_door_sets"]

FrontDoorKind: TypeAlias = Literal["minimal", "all"]


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
            against = why_no_front_door(graph, self.actions, self.outcomes, self.variables)
            why = "; ".join(map(str, against))
            raise QueryError(f"{{{listed(self.variables)}}} is no front-door set: {why}")
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
    graph: ADMG,
    x: Names,
    y: Names,
    *,
    kind: FrontDoorKind = "minimal",
    include: Names = (),
    exclude: Names = (),
) -> Iterator[FrontDoorSet]:
    """The front-door sets for the effect of ``x`` on ``y``, lazily; none when there are none.

    ``"minimal"``: no variable but those of ``include`` can be left out; ``"all"``: every set.
    Between two sets at most polynomial time passes.  Raises UnknownVariableError, QueryError or
    OptionError.

    >>> graph = ADMG.parse("X -> A -> B -> Y; X <-> Y")
    >>> [sorted(found.variables) for found in front_door_sets(graph, "X", "Y")]
    [['B'], ['A']]
    >>> [sorted(found.variables) for found in front_door_sets(graph, "X", "Y", kind="all")]
    [['B'], ['A'], ['A', 'B']]
    >>> list(front_door_sets(ADMG.parse("X -> Z -> Y; X <-> Z"), "X", "Y"))
    []
    """
    parts = disjoint(graph, x=x, y=y, include=include)
    if kind not in ("minimal", "all"):
        raise OptionError("kind", kind, "it is one of 'all' and 'minimal'")
    door = FrontDoor(graph, parts["x"], parts["y"])
    usable = graph.everything & ~(door.x | door.y | graph.mask(exclude))
    lists = {"minimal": door.minimal_sets, "all": door.sets}
    found = lists[kind](parts["include"], usable) if not parts["include"] & ~usable else iter(())
    actions, outcomes = graph.named(door.x), graph.named(door.y)
    return (FrontDoorSet(graph, actions, outcomes, graph.named(each)) for each in found)
