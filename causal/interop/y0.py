"""y0: its NxMixedGraph, in which an undirected edge is a hidden cause."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from importlib import import_module
from typing import Protocol

from causal.graph import ADMG
from causal.interop.foreign import assembled

__all__ = ["from_y0", "to_y0"]


class _Half(Protocol):
    @property
    def nodes(self) -> Iterable[Hashable]: ...

    @property
    def edges(self) -> Iterable[tuple[Hashable, Hashable]]: ...


class Mixed(Protocol):
    """As much of NxMixedGraph as reading needs."""

    @property
    def directed(self) -> _Half:
        """Causes and effects."""

    @property
    def undirected(self) -> _Half:
        """Pairs with a hidden cause."""


def from_y0(graph: Mixed) -> ADMG:
    """Read an NxMixedGraph; a variable is called by its name."""
    nodes = dict.fromkeys([*graph.directed.nodes, *graph.undirected.nodes])
    return assembled(nodes, directed=graph.directed.edges, bidirected=graph.undirected.edges)


def to_y0(graph: ADMG) -> object:
    """The graph as y0's NxMixedGraph; y0 must be installed."""
    mixed, variable = import_module("y0.graph").NxMixedGraph, import_module("y0.dsl").Variable
    drawn: object = mixed.from_edges(
        nodes=[variable(name) for name in graph.nodes],
        directed=[(variable(tail), variable(head)) for tail, head in graph.directed],
        undirected=[(variable(one), variable(other)) for one, other in graph.bidirected],
    )
    return drawn
