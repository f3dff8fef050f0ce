"""What a graph says about data: independences, kernels that ignore a variable, formulas that agree.

A graph is refuted by data in which one of these fails, and supported by none.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from causal.errors import OptionError
from causal.expression import Expression, Quotient
from causal.graph import ADMG
from causal.identification.alternatives import estimands
from causal.identification.independences import Basis, Independence, independences
from causal.identification.verma import (
    KernelConstraint,
    can_be_screened,
    follows_from_independences,
    kernel_constraints,
)
from causal.query import Query, posed
from causal.variables import Variables

__all__ = ["Agreement", "Implication", "Implications", "agreements", "implications"]

_Found = TypeVar("_Found")

MOST_LAWS: Final = 200  # equal to a query, whose formulas are compared
OF_QUERY: Final = "equalities of the query's formulas"


@dataclass(frozen=True)
class Agreement:
    """Two formulas for one query: on every law of the graph they have the same value.

    ``screened`` is False when it was too costly to say whether the independences imply it.
    """

    query: Query
    one: Expression
    other: Expression
    screened: bool = field(default=True, compare=False)

    @property
    def variables(self) -> Variables:
        """Everything it mentions."""
        return self.one.variables | self.other.variables

    def __str__(self) -> str:
        return f"{self.one} = {self.other}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        formulas = {"one": str(self.one), "other": str(self.other)}
        return {"query": str(self.query), **formulas, "screened": self.screened}


Implication: TypeAlias = Independence | KernelConstraint | Agreement


@dataclass(frozen=True)
class Implications:
    """What a graph implies; ``left_out`` says what a list lacks and why, one phrase a reason."""

    graph: ADMG
    independences: tuple[Independence, ...]
    kernels: tuple[KernelConstraint, ...]
    agreements: tuple[Agreement, ...]
    left_out: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every list goes to its end."""
        return not self.left_out

    def __iter__(self) -> Iterator[Implication]:
        yield from self.independences
        yield from self.kernels
        yield from self.agreements

    def __len__(self) -> int:
        return len(self.independences) + len(self.kernels) + len(self.agreements)

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no equality that data could violate"


def implications(
    graph: ADMG, query: Query | str | None = None, *, basis: Basis = "local", most: int = 1000
) -> Implications:
    """The equalities that every law of a graph obeys; at most ``most`` of each kind.

    ``basis`` is that of the independences: ``local``, from which all others follow in every law, or
    ``pairwise``, which ``confront`` tests.  With a query, its formulas' agreement is listed too: it
    says nothing new, but is what an estimate of this query rests on.  What would take too long is
    left out, and ``left_out`` says what and why.  Raises OptionError.

    >>> print(implications(ADMG.parse("A -> B -> C -> D; B <-> D")))
    C ⊥ A | B
    Σ_{B} P(B | A) P(D | A, B, C) does not depend on A
    """
    if most < 1:
        raise OptionError("most", most, "it is at least 1")
    found, cut = _first(independences(graph, basis), most, "independences")
    kernels, shortened = _first(kernel_constraints(graph), most, "Verma constraints")
    of_query = agreements(graph, query) if query else iter(())
    compared, stopped = _first(of_query, most, OF_QUERY)
    known = {(each.formula, each.free_of) for each in kernels}
    idle = [each for each in compared if isinstance(each, KernelConstraint)]
    idle = [each for each in idle if (each.formula, each.free_of) not in known]
    return Implications(
        graph,
        independences=found,
        kernels=(*kernels, *idle),
        agreements=tuple(each for each in compared if isinstance(each, Agreement)),
        left_out=(*cut, *shortened, *stopped),
    )


def agreements(
    graph: ADMG, query: Query | str
) -> Generator[KernelConstraint | Agreement, None, tuple[str, ...]]:
    """What the formulas of a query must agree on: a free variable's values, and one another.

    Nothing comes for a query that is not identified.  The formulas are those of the first laws that
    are equal to the query and mention its causes alone; the generator returns what that leaves out.

    >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    >>> print(next(agreements(napkin, "P(Y | do(X))")))
    (Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z)) does not depend on Z
    """
    query = posed(graph, query)
    first = None
    found = estimands(graph.induced(graph.ancestors(query.variables)), query, budget=MOST_LAWS)
    while True:
        try:
            answer = next(found)
        except StopIteration as end:
            return () if end.value else (f"{OF_QUERY} on other than the first {MOST_LAWS} laws",)
        formula, free = answer.estimand, answer.free
        if free and not follows_from_independences(graph, formula, free):
            yield KernelConstraint(formula, free, screened=can_be_screened(graph, formula))
        first = formula if first is None else first
        # A constant ratio of two laws is one: where independences make it so, that is no news.
        ratio = Quotient(first, formula)
        mentioned = frozenset(s.variable for s in ratio.free)
        if formula != first and not follows_from_independences(graph, ratio, mentioned):
            screened = can_be_screened(graph, ratio)
            yield Agreement(answer.query, first, formula, screened)


def _first(
    found: Iterator[_Found], most: int, what: str
) -> tuple[tuple[_Found, ...], tuple[str, ...]]:
    """The first of some things, and what is left out: a search may return that itself."""
    several: list[_Found] = []
    while True:
        try:
            following = next(found)
        except StopIteration as end:
            return tuple(several), end.value or ()
        if len(several) == most:
            return tuple(several), (f"{what} after the first {most}",)
        several.append(following)
