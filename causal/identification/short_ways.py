"""Formulas that need no kernels: the law itself observed, or adjusted for a few covariates.

Pearl (1995), theorem 3 and the back-door criterion.  Where kernels would be many, one conditional
or one sum says the same on a line, and the steps to it are a handful, however large the graph.
"""

from __future__ import annotations

from typing import Final

from causal.calculus import Derivation, bridge, grounded
from causal.expression import P, Symbols, product, total
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separators import nearest_separator
from causal.identification.back_door import BackDoor
from causal.identification.covariates import by_adjustment
from causal.identification.deciding import Plan
from causal.variables import Symbol

__all__ = ["short_way"]

MANY: Final = 12  # kernels, from which an adjustment is looked for


def short_way(graph: ADMG, plan: Plan) -> Derivation | None:
    """The derivation of a formula with few laws, where one is found.

    >>> from causal.identification.asking import effect
    >>> from causal.identification.deciding import decide
    >>> from causal.query import Query
    >>> chain = ADMG.parse("X -> Z -> Y")
    >>> print(short_way(chain, decide(chain, effect(chain, Query.parse("P(Y | do(X))")))).end)
    P(Y | X)
    """
    if not plan.chains:
        return None
    return _observed(graph, plan) or _adjusted(graph, plan)


def _observed(graph: ADMG, plan: Plan) -> Derivation | None:
    """The query as one conditional law, by the three rules alone."""
    sought = plan.sought
    seen = grounded(graph, sought.outcome, given=sought.given, do=sought.do)
    if seen is None:
        return None
    start = _law(graph, sought.outcome, given=sought.given, do=sought.do)
    end = _law(graph, sought.outcome, given=seen)
    path = bridge(graph, start, end)
    return None if path is None else Derivation(start, path, end)


def _adjusted(graph: ADMG, plan: Plan) -> Derivation | None:
    """The effect with the covariates nearest to the actions, where kernels would be many."""
    x, y = plan.sought.do, plan.sought.outcome
    if plan.sought.given or plan.needed.bit_count() <= MANY:
        return None
    door = BackDoor.of(graph, x, y)
    z = nearest_separator(door.rest, x, y, among=door.allowed)
    if z is None:
        return None
    outcome, over = _law(graph, y, given=x | z), _symbols(graph, z)
    weighed = total(over, product([outcome, P(over)])) if z else outcome
    return by_adjustment(graph, x, y, z, to=weighed)


def _law(graph: ADMG, of: int, *, given: int = 0, do: int = 0) -> P:
    return P(*(_symbols(graph, part) for part in (of, given, do)))


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
