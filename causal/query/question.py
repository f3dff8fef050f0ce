"""P(outcome | do, given): a question, as a value.

``P(Y | do(X), Z)`` asks for an effect, ``P(Y[X=1]=1 | X=0, Y=0)`` for a counterfactual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from causal.errors import QueryError
from causal.query.places import pointed_at
from causal.query.reading import read
from causal.query.terms import Assignment, Term, Value
from causal.variables import (
    Names,
    Variable,
    Variables,
    listed,
    natural,
    quoted,
    repeated,
    variables,
)

__all__ = ["Query", "require_once"]


@dataclass(frozen=True)
class Query:
    """P(outcome | do, given).

    >>> query = Query((Term("Y"),), do=(Assignment("X"),), given=(Term("Z"),))
    >>> print(query, sorted(query.outcomes), sorted(query.actions), sorted(query.conditions))
    P(Y | do(X), Z) ['Y'] ['X'] ['Z']
    """

    outcome: tuple[Term, ...]
    do: tuple[Assignment, ...] = ()
    given: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a query; raises QuerySyntaxError or QueryInTextError, both with line:column.

        >>> print(Query.parse('P(Y[X=1, M=M[X=0]]=1 | "blood type"=A)'))
        P(Y[X=1, M=M[X=0]]=1 | "blood type"=A)
        """
        with pointed_at(text):
            outcome, do, given = read(text)
            return cls(outcome, do, given)

    @classmethod
    def of(cls, outcomes: Names, *, do: Names = (), given: Names = ()) -> Query:
        """The query for sets of names, every value left open.

        >>> print(Query.of("Y", do=["X", "T"]))
        P(Y | do(T, X))
        """
        y, x, z = (sorted(variables(part), key=natural) for part in (outcomes, do, given))
        return cls(tuple(map(Term, y)), tuple(map(Assignment, x)), tuple(map(Term, z)))

    def __post_init__(self) -> None:
        """Refuse what means nothing: a variable in two places of the same world."""
        if not self.outcome:
            raise QueryError("a query needs an outcome, as in P(Y | do(X))")
        if self.do and self.is_counterfactual:
            raise QueryError(
                f"{self} mixes do(...) with worlds in brackets; write every world in brackets",
                self.actions,
            )
        plain = [t.variable for t in (*self.outcome, *self.given) if not t.under]
        plain += [a.variable for a in self.do]
        require_once(plain, self)

    @cached_property
    def outcomes(self) -> Variables:
        """What is asked about."""
        return frozenset(term.variable for term in self.outcome)

    @cached_property
    def actions(self) -> Variables:
        """What is set."""
        return frozenset(assignment.variable for assignment in self.do)

    @cached_property
    def conditions(self) -> Variables:
        """What is seen."""
        return frozenset(term.variable for term in self.given)

    @cached_property
    def variables(self) -> Variables:
        """Every variable it mentions."""
        named = (v for term in (*self.outcome, *self.given) for v in term.variables())
        return frozenset((*named, *self.actions))

    @cached_property
    def values(self) -> dict[Variable, Value]:
        """The values that the query fixes, in the factual or the one interventional world."""
        terms = [(t.variable, t.value) for t in (*self.outcome, *self.given) if not t.under]
        sets = [(a.variable, a.value) for a in self.do if not isinstance(a.value, Term)]
        return {name: value for name, value in (*terms, *sets) if value is not None}

    @property
    def for_all_values(self) -> Query:
        """The same question with every value left open: what a formula answers.

        >>> print(Query.parse("P(Y=1 | do(X=0))").for_all_values)
        P(Y | do(X))
        """
        terms = [tuple(Term(t.variable) for t in part) for part in (self.outcome, self.given)]
        return Query(terms[0], tuple(Assignment(a.variable) for a in self.do), terms[1])

    @property
    def is_counterfactual(self) -> bool:
        """Whether some term lives in a world of its own."""
        return any(term.under for term in (*self.outcome, *self.given))

    def __str__(self) -> str:
        behind = [f"do({', '.join(map(str, self.do))})"] if self.do else []
        behind += map(str, self.given)
        bar = f" | {', '.join(behind)}" if behind else ""
        return f"P({', '.join(map(str, self.outcome))}{bar})"


def require_once(names: Iterable[Variable], whole: object) -> None:
    """Raise QueryError where a variable stands in two places of the same world.

    >>> require_once(["X", "Y"], "P(Y | X)")
    """
    if twice := repeated(names):
        stand = "stands" if len(twice) == 1 else "stand"
        problem = f"{listed(map(quoted, twice))} {stand} in two places of {whole}"
        raise QueryError(f"{problem}; each variable has one", twice)
