"""The least of a graph in which a counterfactual still has no formula.

A model of a graph with fewer arrows is a model of the whole graph, which ignores the others; so two
models that tell a query apart are looked for where they are small.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from causal.errors import CausalError
from causal.graph import ADMG
from causal.identification import NotIdentified, identify
from causal.query import Query, Term
from causal.variables import Variables

__all__ = ["essential"]


def essential(graph: ADMG, query: Query, regimes: Collection[Variables] | None = None) -> ADMG:
    """A graph without any arrow or ``<->`` that the "no" can spare, on what the query depends on.

    >>> whole = ADMG.parse("A -> X -> Y; A -> Y; X <-> Y; A <-> X; Y -> B")
    >>> print(essential(whole, Query.parse("P(Y[X=1]=1 | X=0)")))
    X -> Y; X <-> Y
    """
    upstream = graph.ancestors(query.variables)
    graph = graph.induced(v for v in graph.nodes if v in upstream)
    offered = None if regimes is None else {frozenset(regime & upstream) for regime in regimes}
    named = set(_edges((*query.outcome, *query.given)))
    for smaller in _each_edge(graph):
        if smaller.edge in named:
            continue
        candidate = smaller(graph)
        if _is_open(candidate, query, offered):
            graph = candidate
    joined = {v for edge in (*graph.directed, *graph.bidirected) for v in edge}
    return graph.induced(v for v in graph.nodes if v in joined | query.variables)


class _Without:
    """The same graph less one edge."""

    def __init__(self, edge: tuple[str, str], *, directed: bool) -> None:
        self.edge, self.directed = edge, directed

    def __call__(self, graph: ADMG) -> ADMG:
        """The graph without the edge."""
        directed = [e for e in graph.directed if not (self.directed and e == self.edge)]
        bidirected = [e for e in graph.bidirected if self.directed or e != self.edge]
        return ADMG.of(nodes=graph.nodes, directed=directed, bidirected=bidirected)


def _each_edge(graph: ADMG) -> Iterator[_Without]:
    """The edges, those without cause first."""
    yield from (_Without(edge, directed=False) for edge in graph.bidirected)
    yield from (_Without(edge, directed=True) for edge in graph.directed)


def _edges(terms: Iterable[Term]) -> Iterator[tuple[str, str]]:
    """The arrows that some terms set, at any depth."""
    for term in terms:
        for assignment in term.under:
            if assignment.reader is not None:
                yield assignment.variable, assignment.reader
            if isinstance(assignment.value, Term):
                yield from _edges([assignment.value])


def _is_open(graph: ADMG, query: Query, regimes: Collection[Variables] | None) -> bool:
    """Whether the query means something in a graph, and has no formula there."""
    try:
        return isinstance(identify(graph, query, regimes=regimes), NotIdentified)
    except CausalError:
        return False
