"""m-separation the slow and plain way: hidden causes as vertices, moralise, look for a path.

Lauritzen et al. (1990): in a DAG two sets are separated by a third exactly when it cuts them in the
moral graph of their common ancestors.  The hidden cause of X <-> Y is the vertex {X, Y}.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from graphlib import TopologicalSorter
from typing import Any, TypeAlias

from causal.checker.plain import Json, fields, items, reached, require

Vertex: TypeAlias = str | frozenset[str]
Causes: TypeAlias = Mapping[Vertex, Set[Vertex]]  # the parents of each vertex, causes first
Graph: TypeAlias = Callable[[Vertex], Set[Vertex]]  # the parents of a vertex


def drawn(data: Json) -> Causes:
    """A graph without cycles; each hidden cause stands right before the first that it causes."""
    nodes, directed, bidirected = fields(data, "nodes", "directed", "bidirected")
    causes: dict[Vertex, set[Vertex]] = {v: set() for v in items(nodes, str)}
    require(len(causes) == len(nodes), f"a vertex stands twice in {nodes!r:.60}")
    for edge in items(directed, list) + items(bidirected, list):
        require(len(edge) == 2 == len(causes.keys() & items(edge, str)), f"{edge} is no edge")
    for tail, head in directed:
        causes[head].add(tail)
    order = [*TopologicalSorter(causes).static_order()]
    for edge in bidirected:
        for v in edge:
            causes[v].add(frozenset(edge))
    return {u: causes.get(u, set()) for v in order for u in (*causes[v], v)}  # each at its first


def cut(graph: Graph, into: Set[Any], out_of: Set[Any] = frozenset()) -> Graph:
    """The graph without the edges into one set and out of another."""
    return lambda v: set() if v in into else graph(v) - out_of if out_of else graph(v)


def ancestors(graph: Graph, of: Set[str]) -> set[str]:
    """The variables from which arrows lead there, the start included."""
    return {v for v in reached(of, graph) if isinstance(v, str)}


def district(graph: Graph, v: str, within: Set[str]) -> set[str]:
    """The variables that paths of ``<->`` join to one of them."""
    return reached([v], lambda u: {w for h in graph(u) - within if {*h} <= within for w in h})


def separated(graph: Graph, one: Set[str], other: Set[str], given: Set[str]) -> bool:
    """Whether ``given`` cuts every path in the moral graph of the ancestors.

    There a vertex and its parents are all joined to each other: by way of a family.
    """
    near = defaultdict[Any, set[Any]](set)
    for v in reached(one | other | given, graph):
        near[v, "family"] = {v, *graph(v)} - given
        for u in near[v, "family"]:
            near[u].add((v, "family"))
    return reached(one - given, near.__getitem__).isdisjoint(other)
