"""A formula by the experiments there are: each law that it needs from one of them, or from several.

Correa, Lee & Bareinboim (2021), "Nested counterfactual identification from arbitrary surrogate
experiments": a counterfactual is a function of some regimes exactly when each of its districts is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from causal.calculus import Derivation
from causal.expression import Expression, P, canonical, replaced, simplified
from causal.graph import ADMG
from causal.identification.answers import Identified, NotIdentified
from causal.identification.reasoning import Reasoning, Remark
from causal.identification.surrogates import by_surrogates
from causal.identification.thicket import Thicket
from causal.query import Query
from causal.variables import Variables, listed

__all__ = ["by_regimes", "in_one_world"]


def by_regimes(
    graph: ADMG, answer: Identified, regimes: Sequence[Variables], *, budget: int
) -> Identified | NotIdentified:
    """The answer with laws of the given regimes only; raises TooLongError.

    >>> from causal import identify
    >>> graph = ADMG.parse("C -> X -> Y; C -> Y; W -> Y; W <-> Y")
    >>> answer = identify(graph, "P(Y[W=1, X=1]=1)")
    >>> print(by_regimes(graph, answer, [frozenset(), frozenset("W")], budget=1_000))
    P(Y[W=1, X=1]=1) = Σ_{C} P(C | do(W=1)) P(Y=1 | do(W=1), C, X=1)
    >>> print(by_regimes(graph, answer, [frozenset(), frozenset("X")], budget=1_000).hedge)
    {W, Y} around {Y}
    """
    parts: dict[Expression, Expression] = {}
    derivations: list[Derivation] = []
    for law in answer.experiments:
        plain = P.of_names(*([s.variable for s in part] for part in (law.of, law.given, law.do)))
        found = by_surrogates(graph, plain, regimes, budget=budget)
        if isinstance(found, Thicket):
            return NotIdentified(graph, answer.query, found)
        if found.end != plain:
            parts[law] = _at(found.end, law)
            derivations.append(found)
    if not parts:
        return answer
    end = canonical(simplified(replaced(answer.estimand, parts)))
    reasoning = answer.derivation
    if isinstance(reasoning, Reasoning):
        why = f"what the experiments at hand say of {listed(map(str, parts))}"
        told = (*reasoning.remarks, Remark("do-calculus", str(end), why))
        more = (*reasoning.derivations, *derivations)
        reasoning = replace(reasoning, remarks=told, derivations=more)
    return replace(answer, estimand=end, derivation=reasoning)


def in_one_world(query: Query) -> Query:
    """An effect of actions as what would be in the world of those actions.

    >>> print(in_one_world(Query.parse("P(Y=1 | do(X=1), Z=0)")))
    P(Y[X=1]=1 | Z[X=1]=0)
    """
    return Query(
        tuple(replace(term, under=query.do) for term in query.outcome),
        given=tuple(replace(term, under=query.do) for term in query.given),
    )


def _at(formula: Expression, law: P) -> Expression:
    """A formula in plain symbols, at the values that a law has."""
    values = {s.variable: s for s in law.symbols}
    return formula.renamed({s: values[s.variable] for s in formula.free if s.variable in values})
