"""Comparisons of a counterfactual variable with a value, or with itself in another world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from causal.query.terms import Term, Value, shown
from causal.variables import Variable

__all__ = ["RELATIONS", "Comparison", "Relation"]

Relation: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

RELATIONS: tuple[Relation, ...] = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Comparison:
    """An event that is no plain ``variable = value``: who was better off with X=1 than with X=0.

    >>> from causal.query import Assignment
    >>> treated, untreated = (Term("Y", under=(Assignment("X", x),)) for x in (1, 0))
    >>> print(Comparison(treated, ">", untreated), Comparison(treated, ">=", 2), sep="; ")
    Y[X=1] > Y[X=0]; Y[X=1] >= 2
    """

    left: Term
    relation: Relation
    right: Term | Value

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {shown(self.right)}"

    def variables(self) -> Iterator[Variable]:
        """Every variable it mentions, at any depth."""
        for side in (self.left, self.right):
            if isinstance(side, Term):
                yield from side.variables()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The one or two variables that are compared."""
        return tuple(side for side in (self.left, self.right) if isinstance(side, Term))
