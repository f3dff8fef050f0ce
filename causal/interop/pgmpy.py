"""pgmpy: its DAG with ``latents``, every Bayesian network, and its ADMG."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Protocol

import pgmpy.base

from causal.errors import ForeignGraphError
from causal.graph import ADMG
from causal.interop.networkx import Digraph, from_networkx

__all__ = ["from_pgmpy", "to_pgmpy"]


class Networked(Digraph, Protocol):
    """A graph of pgmpy: one of networkx, and the set of its latent nodes."""

    @property
    def latents(self) -> Collection[Hashable]:
        """The nodes that are not observed."""


def from_pgmpy(graph: Networked) -> ADMG:
    """Read a DAG, Bayesian network or ADMG; a PDAG only when all of its edges are directed.

    >>> from_pgmpy(pgmpy.base.DAG([("U", "X"), ("U", "Y")], latents={"U"}))
    ADMG.parse('X <-> Y')
    """
    if getattr(graph, "undirected_edges", ()):
        problem = "this graph has undirected edges, which do not say what causes what"
        raise ForeignGraphError(f"{problem}; choose one of its DAGs")
    return from_networkx(graph, latent=frozenset(graph.latents))


def to_pgmpy(graph: ADMG) -> pgmpy.base.ADMG:
    """The graph as pgmpy's ADMG.

    >>> drawn = to_pgmpy(ADMG.parse("X -> Y; X <-> Y; Z"))
    >>> sorted(drawn.nodes), drawn.get_district("X") == {"X", "Y"}
    (['X', 'Y', 'Z'], True)
    """
    drawn = pgmpy.base.ADMG(
        directed_ebunch=list(graph.directed), bidirected_ebunch=list(graph.bidirected)
    )
    drawn.add_nodes_from(graph.nodes)
    return drawn
