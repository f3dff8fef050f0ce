"""Formulas that need no kernels: the law itself observed, or a sum over a few covariates.

Pearl (1995), theorem 3, the back door and the front door.  Where kernels would be many, one
conditional or one sum says the same on a line, in a handful of steps, however large the graph.
"""

from __future__ import annotations

from typing import Final

from causal.calculus import Derivation, bridge, grounded
from causal.expression import P, Symbols, fresh, product, total
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separators import nearest_separator
from causal.identification.back_door import BackDoor
from causal.identification.carriers import FrontDoor
from causal.identification.covariates import by_adjustment, by_front_door
from causal.identification.deciding import Plan
from causal.variables import Symbol

__all__ = ["short_way"]

MANY: Final = 12  # kernels, from which covariates are looked for


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
    return _observed(graph, plan) or _through_a_door(graph, plan)


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


def _through_a_door(graph: ADMG, plan: Plan) -> Derivation | None:
    """By the back door or the front door, where kernels would be many.

    The observations that rule 2 turns into actions are actions here.
    """
    sought = plan.sought
    x, y = sought.actions, sought.outcome
    if sought.given & ~sought.exchanged or plan.needed.bit_count() <= MANY:
        return None
    rest = _adjusted(graph, x, y) or _carried(graph, x, y)
    start = _law(graph, y, given=sought.given, do=sought.do)
    path = bridge(graph, start, _law(graph, y, do=x))
    if rest is None or path is None:
        return None
    return Derivation(start, (*path, *rest.steps), rest.end)


def _adjusted(graph: ADMG, x: int, y: int) -> Derivation | None:
    """Σ_z P(y | x, z) P(z), with the covariates nearest to the actions."""
    door = BackDoor.of(graph, x, y)
    z = nearest_separator(door.rest, x, y, among=door.allowed)
    if z is None:
        return None
    outcome, over = _law(graph, y, given=x | z), _symbols(graph, z)
    weighed = total(over, product([outcome, P(over)])) if z else outcome
    return by_adjustment(graph, x, y, z, to=weighed)


def _carried(graph: ADMG, x: int, y: int) -> Derivation | None:
    """Σ_z P(z | x) Σ_x' P(y | x', z) P(x'), with a smallest set that carries the effect."""
    among = graph.everything & ~(x | y)
    z = next(FrontDoor(graph, x, y).minimal_sets(0, among), None)
    if not z:
        return None
    again, through = _symbols(graph, x), _symbols(graph, z)
    inner = total(again, product([_law(graph, y, given=x | z), P(again)]))
    carried = total(through, product([_law(graph, z, given=x), inner]))
    return by_front_door(graph, x, y, z, to=fresh(carried))


def _law(graph: ADMG, of: int, *, given: int = 0, do: int = 0) -> P:
    return P(*(_symbols(graph, part) for part in (of, given, do)))


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
