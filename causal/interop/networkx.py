"""networkx: a DiGraph, where hidden causes are nodes with ``observed="no"``, or marked edges.

A hidden cause is written as a node of its own, so that what networkx computes on the result is
right; reading projects it out again.  An edge with ``bidirected=True`` is read as ``<->``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Protocol

import networkx

from causal.errors import ForeignGraphError
from causal.graph import ADMG
from causal.interop.foreign import assembled

__all__ = ["Marked", "from_networkx", "to_networkx"]

Marked = Mapping[str, object]


class _Nodes(Protocol):
    def __call__(self, *, data: bool) -> Iterator[tuple[Hashable, Marked]]: ...


class _Edges(Protocol):
    def __call__(self, *, data: bool) -> Iterator[tuple[Hashable, Hashable, Marked]]: ...


class Digraph(Protocol):
    """As much of networkx as reading needs."""

    @property
    def nodes(self) -> _Nodes:
        """The nodes, with their attributes."""

    @property
    def edges(self) -> _Edges:
        """The edges, with their attributes."""

    def is_directed(self) -> bool:
        """Whether edges have a direction."""


def from_networkx(graph: Digraph, *, latent: frozenset[Hashable] = frozenset()) -> ADMG:
    """Read a DiGraph or MultiDiGraph; raises ForeignGraphError or CycleError.

    >>> from_networkx(networkx.MultiDiGraph([("X", "Y"), ("X", "Y", {"bidirected": True})]))
    ADMG.parse('X -> Y; X <-> Y')
    """
    if not graph.is_directed():
        raise ForeignGraphError("an undirected graph does not say what causes what; use a DiGraph")
    directed: list[tuple[Hashable, Hashable]] = []
    bidirected: list[tuple[Hashable, Hashable]] = []
    for tail, head, marks in graph.edges(data=True):
        (bidirected if _both_ways(marks) else directed).append((tail, head))
    nodes = dict(graph.nodes(data=True))
    hidden = {node for node, marks in nodes.items() if _unseen(marks)} | latent
    return assembled(nodes, directed=directed, bidirected=bidirected, latent=hidden)


def _both_ways(marks: Marked) -> bool:
    kinds = {marks.get(key) for key in ("type", "kind", "dir") if isinstance(marks.get(key), str)}
    return bool(marks.get("bidirected")) or not kinds.isdisjoint({"bidirected", "both"})


def _unseen(marks: Marked) -> bool:
    observed = str(marks.get("observed", "yes")).lower()
    return bool(marks.get("latent")) or observed in ("no", "false", "0")


def to_networkx(graph: ADMG) -> networkx.DiGraph:
    """The graph with a node for every hidden cause, marked ``observed="no"``.

    >>> drawn = to_networkx(ADMG.parse("X -> Y; X <-> Y"))
    >>> sorted(drawn.edges), drawn.nodes["U_X_Y"]
    ([('U_X_Y', 'X'), ('U_X_Y', 'Y'), ('X', 'Y')], {'observed': 'no'})
    """
    drawn = networkx.DiGraph()
    drawn.add_nodes_from(graph.nodes)
    drawn.add_edges_from(graph.directed)
    for one, other in graph.bidirected:
        cause = f"U_{one}_{other}"
        while cause in drawn:
            cause = f"{cause}_"
        drawn.add_node(cause, observed="no")
        drawn.add_edges_from([(cause, one), (cause, other)])
    return drawn
