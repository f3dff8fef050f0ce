"""What would have been: counterfactual probabilities of a finite model, exactly.

Pearl (2009), theorem 7.1.7: condition the noise on what was seen (abduction), change the
mechanisms (action), push the noise through (prediction).  All worlds share one noise, which is
what makes them worlds of the same unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from causal.errors import DomainError, ImpossibleEvidenceError, QueryError
from causal.model.engines.enumeration import enumerate_worlds
from causal.model.engines.worlds import Worlds
from causal.model.mechanism import Value
from causal.model.scm import SCM
from causal.query import Assignment, Query, Term, posed
from causal.variables import Variable

__all__ = ["Counterfactual", "counterfactual"]


@dataclass(frozen=True)
class Counterfactual:
    """A counterfactual probability, how it was found, and what it rests on."""

    query: Query
    value: Fraction
    engine: str
    assumptions: tuple[str, ...]
    probability_of_evidence: Fraction

    def __str__(self) -> str:
        return f"{self.query} = {self.value}"


def counterfactual(model: SCM, query: Query | str) -> Counterfactual:
    """The probability of a counterfactual event in a finite model, by enumeration over noise.

    Any number of worlds, nested ones too, with evidence in any of them; every term needs a value.
    Raises UnknownVariableError, DomainError, QueryError, or ImpossibleEvidenceError when the
    evidence cannot be.

    >>> from causal.graph import ADMG
    >>> from causal.model import Response, Table
    >>> model = SCM(
    ...     ADMG.parse("X -> Y"),
    ...     {"X": Table((), "1/2, 1/2"), "Y": Table("X", {0: "9/10, 1/10", 1: "3/5, 2/5"})},
    ... )
    >>> print(counterfactual(model, "P(Y[X=0]=0 | X=1, Y=1)"))    # was X=1 necessary for Y=1?
    P(Y[X=0]=0 | X=1, Y=1) = 3/4
    """
    asked = posed(model.graph, query)
    worlds = Worlds(model)
    outcome = [_event(worlds, term, asked.do) for term in asked.outcome]
    evidence = [_event(worlds, term, asked.do) for term in asked.given]
    seen = dict(evidence)
    joint = enumerate_worlds(worlds, tuple(dict(outcome)), seen=seen)
    if not joint.total or _at_odds(evidence):
        raise ImpossibleEvidenceError(", ".join(map(str, asked.given)))
    return Counterfactual(
        query=asked,
        value=Fraction(0)
        if _at_odds(outcome)
        else joint.probability(tuple(dict(outcome).values())),
        engine="enumeration",
        assumptions=_assumptions(worlds, [number for number, _ in outcome + evidence]),
        probability_of_evidence=Fraction(joint.total, joint.scale),
    )


def _event(worlds: Worlds, term: Term, do: tuple[Assignment, ...]) -> tuple[int, Value]:
    """The node of a term, and the value it is asked to have; do(...) is a query's only world."""
    placed = replace(term, under=do) if do else term
    _check_value(placed, placed.variable, placed.value, worlds.model)
    _check_world(placed, worlds.model)
    return worlds.node(placed), placed.value


def _check_world(term: Term, model: SCM) -> None:
    """Raise QueryError or DomainError unless a world sets each variable to what it can be."""
    for assignment in term.under:
        reader = assignment.reader
        if reader is not None and reader not in model.graph.children(assignment.variable):
            raise QueryError(
                f"{term} sets an edge {assignment.variable} -> {reader}, which is not in the graph"
            )
        if isinstance(assignment.value, Term):
            _check_world(assignment.value, model)
        else:
            _check_value(term, assignment.variable, assignment.value, model)


def _check_value(term: Term, variable: Variable, value: Value, model: SCM) -> None:
    if value is None:
        raise QueryError(
            f"{term} leaves {variable} open; a probability needs values, as in {variable}=1"
        )
    if value not in model.domains[variable]:
        raise DomainError(variable, value, model.domains[variable])


def _at_odds(events: Iterable[tuple[int, Value]]) -> bool:
    """Whether one node is asked to have two values: two worlds that no intervention tells apart."""
    values = Counter(number for number, _ in set(events))
    return any(count > 1 for count in values.values())


def _assumptions(worlds: Worlds, targets: Iterable[int]) -> tuple[str, ...]:
    """What the number rests on beyond the laws of the model: couplings, where two worlds meet."""
    copies = Counter(worlds.nodes[number].variable for number in worlds.upstream(targets))
    couplings = (
        f"{v}: {assumed}"
        for v, mechanism in worlds.model.mechanisms.items()
        if copies[v] > 1 and (assumed := mechanism.assumes)
    )
    return ("the mechanisms and their noise are as the model says", *couplings)
