"""From experiments to observation: every law of an experiment by the do-calculus, where it can be.

Correa, Lee & Bareinboim (2021), theorem 4: the counterfactual is a function of the observed law
exactly when each of its districts is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from causal.calculus import Derivation
from causal.expression import Expression, P, laws, replaced
from causal.graph import ADMG
from causal.identification.asking import effect
from causal.identification.checked import checked_no, checked_yes
from causal.identification.deciding import decide
from causal.identification.hedge import Hedge
from causal.identification.proof import derive
from causal.identification.shrinking import Blocked
from causal.query import Query
from causal.variables import Symbol, Variable

__all__ = ["Observed", "observed"]


@dataclass(frozen=True)
class Observed:
    """A formula with as few experiments as can be, and why each is needed or not."""

    formula: Expression
    derivations: tuple[Derivation, ...] = ()
    hedges: tuple[tuple[P, Hedge], ...] = field(default=())


def observed(graph: ADMG, formula: Expression, known: Mapping[Variable, Symbol]) -> Observed:
    """The same formula, its laws of experiments written by observation where that can be done.

    ``known`` has a value for variables whose value a law may mention without depending on it.

    >>> from causal.expression import parse
    >>> front_door = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(observed(front_door, parse("P(Y, X=0 | do(Z))"), {}).formula)
    P(X=0) P(Y | X=0, Z)
    """
    parts: dict[Expression, Expression] = {}
    derivations: list[Derivation] = []
    hedges: list[tuple[P, Hedge]] = []
    for law in sorted(laws(formula), key=str):
        found = _derived(graph, law)
        if isinstance(found, Hedge):
            hedges.append((law, found))
        elif found is not None:
            derivations.append(found)
            parts[law] = _at(found.end, law.symbols, known)
    return Observed(replaced(formula, parts), tuple(derivations), tuple(hedges))


def _derived(graph: ADMG, law: P) -> Derivation | Hedge | None:
    """How a law follows from observation; None for one that is observed."""
    if not law.do:
        return None
    of, given, do = ([s.variable for s in part] for part in (law.of, law.given, law.do))
    query = Query.of(of, given=given, do=do)
    plan = decide(graph, effect(graph, query))
    if isinstance(plan, Blocked):
        hedge = Hedge(outer=graph.named(plan.outer), inner=graph.named(plan.inner))
        return checked_no(graph, query, hedge)
    return checked_yes(graph, query, derive(graph, plan))


def _at(
    formula: Expression, symbols: Iterable[Symbol], known: Mapping[Variable, Symbol]
) -> Expression:
    """A formula in plain symbols, at the values that a law has."""
    values = {**known, **{s.variable: s for s in symbols}}
    return formula.renamed({s: values[s.variable] for s in formula.free if s.variable in values})
