"""Adjustment sets: P(y | do(x)) as a sum over what is observed, and every set that allows it.

Perković, Textor, Kalisch & Maathuis (2018): a set is one exactly when it holds no descendant of a
vertex on a proper causal path and cuts every other proper path.  So adjustment sets are separators
of the proper back-door graph, and are listed as those are (van der Zander, Liśkiewicz & Textor
2019).  The optimal one is that of Henckel, Perković & Maathuis (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from causal.calculus import Derivation
from causal.errors import OptionError, QueryError, UnsupportedQueryError
from causal.expression import Expression, P, product, total
from causal.graph import ADMG
from causal.graph.separators import all_separators, disjoint, minimal_separators
from causal.identification.back_door import BackDoor
from causal.identification.covariates import by_adjustment
from causal.identification.objections import why_not
from causal.variables import Names, Symbol, Variables, listed

__all__ = ["AdjustmentSet", "Kind", "adjustment_sets"]

Kind: TypeAlias = Literal["minimal", "optimal", "all"]


@dataclass(frozen=True)
class AdjustmentSet:
    """Variables whose adjustment gives the effect of some variables on others; prints the formula.

    >>> graph = ADMG.parse("X -> Y; X <- Z -> Y")
    >>> print(AdjustmentSet(graph, frozenset("X"), frozenset("Y"), frozenset("Z")))
    P(Y | do(X)) = Σ_{Z} P(Y | X, Z) P(Z)
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
        """Σ_z P(y | x, z) P(z)."""
        inner = P.of_names(self.outcomes, self.actions | self.variables)
        if not self.variables:
            return inner
        over = frozenset(map(Symbol, self.variables))
        return total(over, product([inner, P.of_names(self.variables)]))

    @cached_property
    def derivation(self) -> Derivation:
        """The steps of the do-calculus from the effect to the formula.

        Raises QueryError, with the first objection, for variables that are no adjustment set.

        >>> [found] = adjustment_sets(ADMG.parse("X -> Y; X <- Z -> Y"), "X", "Y")
        >>> print(found.derivation)
        P(Y | do(X))
          = Σ_{Z} P(Y | do(X), Z) P(Z | do(X))   [marginalisation and chain rule]
          = Σ_{Z} P(Y | do(X), Z) P(Z)           [rule 3: Z ⊥ X without edges into X]
          = Σ_{Z} P(Y | X, Z) P(Z)               [rule 2: Y ⊥ X | Z without edges out of X]
        """
        graph = self.graph
        if against := why_not(graph, self.actions, self.outcomes, self.variables):
            raise QueryError(f"{{{listed(self.variables)}}} is no adjustment set: {against[0]}")
        x, y, z = map(graph.mask, (self.actions, self.outcomes, self.variables))
        return by_adjustment(graph, x, y, z, to=self.estimand)

    @cached_property
    def certificate(self) -> dict[str, object]:
        """Plain data that ``python -m causal.checker`` verifies without the solver."""
        return self.derivation.certificate(self.graph)

    def __str__(self) -> str:
        return f"{self.effect} = {self.estimand}"

    def _repr_latex_(self) -> str:
        return f"${self.effect.latex()} = {self.estimand.latex()}$"


def adjustment_sets(
    graph: ADMG,
    x: Names,
    y: Names,
    *,
    kind: Kind = "minimal",
    include: Names = (),
    exclude: Names = (),
) -> Iterator[AdjustmentSet]:
    """The adjustment sets for the effect of ``x`` on ``y``, lazily; none when there are none.

    ``"minimal"``: no variable but those of ``include`` can be left out; ``"all"``: every set;
    ``"optimal"``: the one whose estimate varies least, in graphs without hidden causes.  Between
    two sets at most polynomial time passes.  Raises UnknownVariableError, QueryError, OptionError,
    or UnsupportedQueryError for an optimal set where none is defined.

    >>> graph = ADMG.parse("A -> X -> M -> Y; A -> B -> Y; W -> Y")
    >>> for found in adjustment_sets(graph, "X", "Y"):
    ...     print(found)
    P(Y | do(X)) = Σ_{A} P(A) P(Y | A, X)
    P(Y | do(X)) = Σ_{B} P(B) P(Y | B, X)
    >>> [sorted(found.variables) for found in adjustment_sets(graph, "X", "Y", kind="optimal")]
    [['B', 'W']]
    """
    parts = disjoint(graph, x=x, y=y, include=include)
    if kind not in _KINDS:
        raise OptionError("kind", kind, f"it is one of {listed(map(repr, _KINDS))}")
    door = BackDoor.of(graph, parts["x"], parts["y"])
    found = _KINDS[kind](door, parts["include"], graph.mask(exclude))
    actions, outcomes = graph.named(door.x), graph.named(door.y)
    return (AdjustmentSet(graph, actions, outcomes, graph.named(given)) for given in found)


def _minimal(door: BackDoor, include: int, exclude: int) -> Iterator[int]:
    if include & ~door.allowed | include & exclude:
        return iter(())
    among = door.allowed & ~exclude
    return minimal_separators(door.rest, door.x, door.y, include=include, among=among)


def _all(door: BackDoor, include: int, exclude: int) -> Iterator[int]:
    if include & ~door.allowed | include & exclude:
        return iter(())
    among = door.allowed & ~exclude
    return all_separators(door.rest, door.x, door.y, include=include, among=among)


def _optimal(door: BackDoor, include: int, exclude: int) -> Iterator[int]:
    """The parents of the causal vertices that are not themselves forbidden (their theorem 3.13)."""
    if include | exclude:
        raise UnsupportedQueryError("the optimal set is one set; it takes no include or exclude")
    if any(door.rest.sibling_masks):
        raise UnsupportedQueryError(
            "with hidden common causes (<->) no set need be optimal; ask for the minimal ones"
        )
    if unmoved := door.y & ~door.causal:
        raise UnsupportedQueryError(
            f"the optimal set is defined for what is caused, and {listed(door.rest.named(unmoved))}"
            " is no effect; ask for the minimal ones"
        )
    optimal = door.rest.parents_mask(door.causal) & door.allowed
    return iter((optimal,) if door.admits(optimal) else ())


_KINDS: Mapping[str, Callable[[BackDoor, int, int], Iterator[int]]] = {
    "minimal": _minimal,
    "optimal": _optimal,
    "all": _all,
}
