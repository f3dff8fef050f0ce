"""causal-learn: a GeneralGraph whose edges all end in tails and arrowheads, and what holds one.

A circle, or a tail at both ends, leaves open what causes what, so such a graph is not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol

from causal.errors import ForeignGraphError
from causal.graph import ADMG
from causal.interop.foreign import assembled

__all__ = ["from_causallearn", "to_causallearn"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Node(Protocol):
    def get_name(self) -> str: ...
    def get_node_type(self) -> _Named: ...


class _Edge(Protocol):
    def get_node1(self) -> _Node: ...
    def get_node2(self) -> _Node: ...
    def get_endpoint1(self) -> _Named: ...
    def get_endpoint2(self) -> _Named: ...


class General(Protocol):
    """As much of GeneralGraph as reading needs."""

    def get_nodes(self) -> Iterable[_Node]:
        """The nodes."""

    def get_graph_edges(self) -> Iterable[_Edge]:
        """The edges, each with the marks at its two ends."""


_MARKS = {"TAIL": ("-", "-"), "ARROW": ("<", ">"), "CIRCLE": ("o", "o"), "STAR": ("*", "*")}


def from_causallearn(found: General) -> ADMG:
    """Read a GeneralGraph or Dag, or the graph that a search has returned (its ``G``)."""
    graph: General = getattr(found, "G", found)
    directed, bidirected = [], []
    for edge in graph.get_graph_edges():
        one, other = edge.get_node1().get_name(), edge.get_node2().get_name()
        ends = edge.get_endpoint1().name, edge.get_endpoint2().name
        if ends == ("TAIL", "ARROW"):
            directed.append((one, other))
        elif ends == ("ARROW", "TAIL"):
            directed.append((other, one))
        elif ends == ("ARROW", "ARROW"):
            bidirected.append((one, other))
        else:
            arrow = _MARKS.get(ends[0], "??")[0] + "-" + _MARKS.get(ends[1], "??")[1]
            problem = f"{one} {arrow} {other} does not say what causes what"
            raise ForeignGraphError(f"{problem}; choose one member of this class of graphs")
    nodes = {node.get_name(): node.get_node_type().name for node in graph.get_nodes()}
    latent = [name for name, kind in nodes.items() if kind == "LATENT"]
    return assembled(nodes, directed=directed, bidirected=bidirected, latent=latent)


def to_causallearn(graph: ADMG) -> object:
    """The graph as causal-learn's GeneralGraph; causal-learn must be installed."""
    general, node, edge, endpoint = (
        getattr(import_module(f"causallearn.graph.{module}"), module)
        for module in ("GeneralGraph", "GraphNode", "Edge", "Endpoint")
    )
    nodes = {name: node(name) for name in graph.nodes}
    drawn: object = general(list(nodes.values()))
    for tails, pairs in ((endpoint.TAIL, graph.directed), (endpoint.ARROW, graph.bidirected)):
        for one, other in pairs:
            general.add_edge(drawn, edge(nodes[one], nodes[other], tails, endpoint.ARROW))
    return drawn
