"""m-separation the slow and plain way: hidden causes as vertices, moralise, look for a path.

Lauritzen et al. (1990): in a DAG two sets are separated by a third exactly when it cuts them in the
moral graph of their common ancestors.  The hidden cause of X <-> Y is the vertex {X, Y}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from causal.checker.reading import CheckError

__all__ = ["Graph", "Vertex", "ancestors", "district", "drawn", "mutilated", "separated", "within"]

Vertex: TypeAlias = str | frozenset[str]
Graph: TypeAlias = Mapping[Vertex, Set[Vertex]]  # the parents of each vertex, causes first


def drawn(data: Mapping[str, Any]) -> Graph:
    """The graph in a certificate; a hidden cause comes right before the first that it causes."""
    parents: dict[Vertex, set[Vertex]] = {v: set() for v in data["nodes"]}
    for edge in [*data["directed"], *data["bidirected"]]:
        if len(edge) != 2 or len(parents.keys() & set(edge)) != 2:
            raise CheckError(f"the edge {edge} does not join two vertices")
    for tail, head in data["directed"]:
        parents[head].add(tail)
    try:
        order = list(TopologicalSorter(parents).static_order())
    except CycleError as error:
        raise CheckError(f"the graph has a directed cycle: {error.args[1]}") from error
    for edge in data["bidirected"]:
        for v in edge:
            parents[v].add(frozenset(edge))
    return {u: parents.get(u, set()) for v in order for u in (*_hidden(parents[v]), v)}


def mutilated(graph: Graph, *, into: Iterable[str] = (), out_of: Iterable[str] = ()) -> Graph:
    """The graph without the edges into one set and out of another."""
    into, out_of = set(into), set(out_of)
    return {v: set() if v in into else above - out_of for v, above in graph.items()}


def within(graph: Graph, keep: Set[Vertex]) -> Graph:
    """The graph on some of the variables."""
    inside = {v for v in graph if ({v} if isinstance(v, str) else v) <= keep}
    return {v: above & inside for v, above in graph.items() if v in inside}


def ancestors(graph: Graph, of: Iterable[Vertex]) -> set[Vertex]:
    """The vertices from which arrows lead there, the start and hidden causes included."""
    return _reached(of, graph)


def district(graph: Graph, v: str) -> set[Vertex]:
    """The variables that paths of ``<->`` join to one of them."""
    near = {u: _hidden(above) if isinstance(u, str) else u for u, above in graph.items()}
    return {u for u in _reached([v], near) if isinstance(u, str)}


def separated(graph: Graph, one: Set[str], other: Set[str], given: Set[str]) -> bool:
    """Whether ``given`` cuts every path in the moral graph of the ancestors."""
    kept = ancestors(graph, one | other | given)
    near: dict[Vertex, set[Vertex]] = {}
    for v in kept:  # a vertex and its parents are all joined to each other
        for u in (v, *graph[v]):
            near.setdefault(u, set()).update({v, *graph[v]} - given)
    return _reached(one - given, near).isdisjoint(other)


def _hidden(vertices: Set[Vertex]) -> Set[Vertex]:
    return {v for v in vertices if not isinstance(v, str)}


def _reached(start: Iterable[Vertex], near: Mapping[Vertex, Set[Vertex]]) -> set[Vertex]:
    found = set(start)
    waiting = list(found)
    while waiting:
        new = near[waiting.pop()] - found
        found |= new
        waiting += new
    return found
