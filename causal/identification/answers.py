"""The three answers to "is this query computable from the data?", each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from causal.calculus import (
    Derivation,
    certificate_of_experiments,
    certificate_of_no,
    certificate_of_worlds,
)
from causal.errors import CertificateError
from causal.expression import Expression, P, laws, valued
from causal.graph import ADMG
from causal.identification.conflict import Conflict
from causal.identification.hedge import Hedge
from causal.identification.reasoning import Reasoning
from causal.identification.thicket import Thicket
from causal.query import Quantity, Query, Value
from causal.variables import Variable, Variables

__all__ = ["Answer", "Identified", "NotIdentified", "Undecided"]


@dataclass(frozen=True)
class Identified:
    """Yes: ``estimand`` is the query as a function of the observed law, ``derivation`` shows why.

    The estimand is a function of every value that the query mentions; ``formula`` is the estimand
    at those that it fixes, and what prints.

    >>> from causal import ADMG, identify
    >>> print(identify(ADMG.parse("Z -> X -> Y; Z -> Y"), "P(Y | do(X))").derivation)
    P(Y | do(X))
      = Σ_{Z} P(Y | do(X), Z) P(Z | do(X))   [marginalisation and chain rule]
      = Σ_{Z} P(Y | do(X), Z) P(Z)           [rule 3: Z ⊥ X without edges into X]
      = Σ_{Z} P(Y | X, Z) P(Z)               [rule 2: Y ⊥ X | Z without edges out of X]
    """

    graph: ADMG
    query: Query
    estimand: Expression
    derivation: Derivation | Reasoning = field(repr=False)

    @cached_property
    def formula(self) -> Expression:
        """The estimand at the values that the query fixes.

        >>> from causal import ADMG, identify
        >>> answer = identify(ADMG.parse("X -> Z -> Y; X <-> Y"), "P(Y=1 | do(X=0))")
        >>> print(answer.formula)
        Σ_{Z} P(Z | X=0) Σ_{X'} P(X') P(Y=1 | X', Z)
        >>> print(answer.estimand)
        Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
        """
        return valued(self.estimand, self.values)

    @property
    def values(self) -> dict[Variable, Value]:
        """What the query fixes and the estimand leaves open."""
        return {} if self.query.is_counterfactual else self.query.values

    @cached_property
    def free(self) -> Variables:
        """Variables that the formula mentions freely and its value does not depend on.

        >>> from causal import ADMG, identify
        >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
        >>> identify(napkin, "P(Y | do(X))").free
        frozenset({'Z'})
        """
        return frozenset(s.variable for s in self.estimand.free) - self.query.variables

    @cached_property
    def experiments(self) -> tuple[P, ...]:
        """The laws in the formula that only an experiment shows; none where observation will do.

        >>> from causal import ADMG, identify
        >>> bow = ADMG.parse("X -> Y; X <-> Y")
        >>> print(*identify(bow, "P(Y[X=1]=1)").experiments)
        P(Y=1 | do(X=1))
        """
        return tuple(sorted((law for law in laws(self.estimand) if law.do), key=str))

    @cached_property
    def certificate(self) -> dict[str, object]:
        """Plain data that ``python -m causal.checker`` verifies without the solver."""
        if isinstance(self.derivation, Reasoning):
            return certificate_of_worlds(self.graph, str(self.query), str(self.estimand))
        return self.derivation.certificate(self.graph)

    def __str__(self) -> str:
        return f"{self.query} = {self.formula}"

    def _repr_latex_(self) -> str:
        return f"${self.formula.latex()}$"


@dataclass(frozen=True)
class NotIdentified:
    """No: ``hedge`` shows two models with the same data and different answers to exist."""

    graph: ADMG
    query: Query
    hedge: Hedge | Conflict | Thicket

    @cached_property
    def certificate(self) -> dict[str, object]:
        """The obstacle as plain data that ``python -m causal.checker`` verifies without the solver.

        ``causal.certificate`` adds the two models that it makes.  A conflict is named by the
        checker; where something is given, and nothing but models can say that it matters, the
        checker asks for them.
        """
        if not isinstance(self.hedge, Hedge):
            thicket = self.hedge.to_dict() if isinstance(self.hedge, Thicket) else None
            return certificate_of_experiments(self.graph, str(self.query), thicket)
        asked, hedge = str(self.query.for_all_values), self.hedge
        return certificate_of_no(self.graph, asked, outer=hedge.outer, inner=hedge.inner)

    def __str__(self) -> str:
        return f"{self.query} is not identified: {self.hedge.why}"


@dataclass(frozen=True)
class Undecided:
    """Neither: what kept the procedure from an answer is ``reason``."""

    graph: ADMG
    query: Query | Expression | Quantity
    reason: str

    @property
    def certificate(self) -> dict[str, object]:
        """None: whatever a certificate holds is verified, and here nothing is claimed.

        Raises CertificateError, with the reason.

        >>> from causal import ADMG, derive
        >>> derive(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))").certificate
        Traceback (most recent call last):
        ...
        causal.errors.CertificateError: an open question has nothing to certify: P(Y | do(X)) is ...
        """
        raise CertificateError(f"an open question has nothing to certify: {self}")

    def __str__(self) -> str:
        return f"{self.query} is undecided, because {self.reason}"


Answer: TypeAlias = Identified | NotIdentified | Undecided
