"""Why not, and what would help: the smallest changes that make a query identifiable.

Which assumption: the smallest sets of hidden common causes to rule out.  Every such set meets every
hedge, so the search branches on the ``<->`` edges of a hedge and misses none.  Which experiment: a
variable to randomise; each district kernel may then come from either regime (Lee, Correa &
Bareinboim 2019).  Which measurement: one hidden common cause to observe.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.errors import UnsupportedQueryError
from causal.graph import ADMG
from causal.identification.asking import effect
from causal.identification.deciding import decide
from causal.identification.shrinking import Blocked, Chain, shrink
from causal.query import Query, posed
from causal.variables import Variable

__all__ = ["Edge", "Remedies", "remedies"]

Edge = tuple[Variable, Variable]


@dataclass(frozen=True)
class Remedies:
    """What would make a query identifiable; empty parts mean that nothing single of that kind does.

    ``without`` holds the smallest sets of ``<->`` edges to rule out, ``randomise`` the single
    variables outside the query to experiment on, ``measure`` the hidden common causes to observe,
    each as its ``<->`` edge.  ``complete`` is False when the search for edges stopped early.
    """

    without: tuple[frozenset[Edge], ...]
    randomise: tuple[Variable, ...]
    measure: tuple[Edge, ...]
    complete: bool = True


def remedies(graph: ADMG, query: Query | str, *, limit: int = 20, budget: int = 20_000) -> Remedies:
    """The smallest changes after which a query is identified.

    At most ``limit`` sets of edges are listed, and at most ``budget`` graphs are looked at.
    Raises QuerySyntaxError, UnknownVariableError, or UnsupportedQueryError for a counterfactual.

    >>> found = remedies(ADMG.parse("Z -> X -> Y; Z <-> X; Z <-> Y"), "P(Y | do(X))")
    >>> [sorted(edges) for edges in found.without]
    [[('Z', 'X')], [('Z', 'Y')]]
    >>> found.randomise, found.measure
    (('Z',), (('Z', 'X'), ('Z', 'Y')))
    """
    query = posed(graph, query)
    if query.is_counterfactual:
        raise UnsupportedQueryError(f"{query} is a counterfactual; remedies are for effects so far")
    others = [v for v in graph.nodes if v not in query.variables]
    edges, complete = _fewest_edges(graph, query, limit, budget)
    return Remedies(
        without=tuple(edges),
        randomise=tuple(v for v in others if _by_experiment(graph, query, v)),
        measure=tuple(e for e in graph.bidirected if _identified(_measured(graph, e), query)),
        complete=complete,
    )


def _identified(graph: ADMG, query: Query) -> bool:
    return not isinstance(decide(graph, effect(graph, query)), Blocked)


def _fewest_edges(
    graph: ADMG, query: Query, limit: int, budget: int
) -> tuple[list[frozenset[Edge]], bool]:
    """All smallest sets of edges without which there is no hedge, by breadth-first branching."""
    level: dict[frozenset[Edge], None] = {frozenset(): None}
    found: list[frozenset[Edge]] = []
    while level and not found:
        following: dict[frozenset[Edge], None] = {}
        for removed in level:
            if budget == 0 or len(found) == limit:
                return found, False
            budget -= 1
            smaller = _without(graph, removed)
            verdict = decide(smaller, effect(smaller, query))
            if not isinstance(verdict, Blocked):
                found.append(removed)
                continue
            inside = graph.named(verdict.outer)
            for edge in graph.bidirected:
                if edge not in removed and inside.issuperset(edge):
                    following[removed | {edge}] = None
        level = following
    return found, True


def _without(graph: ADMG, removed: frozenset[Edge]) -> ADMG:
    kept = [edge for edge in graph.bidirected if edge not in removed]
    return ADMG.of(nodes=graph.nodes, directed=graph.directed, bidirected=kept)


def _measured(graph: ADMG, edge: Edge) -> ADMG:
    """The hidden common cause of one edge as a variable of the data."""
    cause = "hidden"
    while cause in graph.index:
        cause += "'"
    smaller = _without(graph, frozenset((edge,)))
    directed = [*smaller.directed, *((cause, end) for end in edge)]
    return ADMG.of(nodes=smaller.nodes, directed=directed, bidirected=smaller.bidirected)


def _by_experiment(graph: ADMG, query: Query, variable: Variable) -> bool:
    """Whether each district kernel can be had from the data or from an experiment on a variable."""
    randomised = graph.mask(variable)
    regimes = (graph.everything, graph.everything & ~randomised)
    return all(
        any(_within_reach(graph, regime, district) for regime in regimes)
        for district in graph.districts_mask(effect(graph, query).needed(graph))
    )


def _within_reach(graph: ADMG, regime: int, district: int) -> bool:
    """Q[district] from the law of the regime's variables, when the others have been set."""
    if district & ~regime:
        return False
    scope = graph.ancestors_mask(district, within=regime)
    return isinstance(shrink(graph, scope, to=district), Chain)
