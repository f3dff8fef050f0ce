"""What would help a counterfactual that no experiment answers: a hidden cause less, or one seen.

All experiments are granted already.  What they leave open is who two worlds have in common; so what
helps is to rule out that two variables share a hidden cause, or to measure what they share.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from causal.graph import ADMG
from causal.identification.counterfactual.solving import has_formula
from causal.query import Query
from causal.variables import Variable, Variables

__all__ = ["causes_to_measure", "causes_to_rule_out"]

Edge = tuple[Variable, Variable]


def causes_to_rule_out(
    graph: ADMG, query: Query, *, limit: int, budget: int
) -> tuple[list[frozenset[Edge]], bool]:
    """The smallest sets of ``<->`` edges without which there is a formula; whether all are there.

    Sets are tried by size; no edge between variables that the query does not depend on matters.
    """
    found: list[frozenset[Edge]] = []
    for looked, edges in enumerate(_by_size(_near(graph, query))):
        if found and len(edges) > len(found[0]):
            return found, True
        if looked == budget or len(found) == limit:
            return found, False
        if has_formula(_without(graph, edges), query):
            found.append(edges)
    return found, True


def causes_to_measure(
    graph: ADMG, query: Query, hidden: Variables, *, budget: int
) -> tuple[list[Edge], bool]:
    """The ``<->`` edges whose cause would give a formula were it seen, and whether these are all.

    ``hidden`` variables of the graph are not measured.  To see a cause can only help where to rule
    it out would, which is looked at first.
    """
    near = _near(graph, query)
    helping = [
        edge
        for edge in near[:budget]
        if has_formula(_seen(_without(graph, frozenset((edge,))), hidden), query)
        and has_formula(_seen(_measured(graph, edge), hidden), query)
    ]
    return helping, len(near) <= budget


def _seen(graph: ADMG, hidden: Variables) -> ADMG:
    return graph.hide(hidden) if hidden else graph


def _near(graph: ADMG, query: Query) -> list[Edge]:
    """The ``<->`` edges among what the query depends on."""
    upstream = graph.ancestors(query.variables)
    return [edge for edge in graph.bidirected if upstream.issuperset(edge)]


def _by_size(edges: list[Edge]) -> Iterator[frozenset[Edge]]:
    for size in range(len(edges) + 1):
        yield from map(frozenset, combinations(edges, size))


def _without(graph: ADMG, edges: frozenset[Edge]) -> ADMG:
    left = [edge for edge in graph.bidirected if edge not in edges]
    return ADMG.of(nodes=graph.nodes, directed=graph.directed, bidirected=left)


def _measured(graph: ADMG, edge: Edge) -> ADMG:
    """The hidden common cause of one edge as a variable of the data."""
    cause = "hidden"
    while cause in graph.index:
        cause += "'"
    left = [each for each in graph.bidirected if each != edge]
    directed = [*graph.directed, *((cause, end) for end in edge)]
    return ADMG.of(nodes=(*graph.nodes, cause), directed=directed, bidirected=left)
