"""ID and IDC line by line, as printed: the second opinion on verdicts, and a map of what was met.

Shpitser & Pearl (2006), "Identification of joint interventional distributions in recursive
semi-Markovian causal models", figure 3, and "Identification of conditional interventional
distributions", figure 3.  On plain sets of names, and with nothing of the package but the edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from causal import ADMG

Names = frozenset[str]
Edges = frozenset[tuple[str, str]]
FAIL = 5  # the line of ID that throws a hedge


@dataclass(frozen=True)
class Graph:
    """Vertices, arrows, and hidden common causes."""

    nodes: Names
    directed: Edges
    bidirected: Edges

    @classmethod
    def of(cls, graph: ADMG) -> Graph:
        return cls(*map(frozenset, (graph.nodes, graph.directed, graph.bidirected)))

    def on(self, keep: Names) -> Graph:
        inside = [
            frozenset(e for e in edges if keep.issuperset(e))
            for edges in (self.directed, self.bidirected)
        ]
        return Graph(keep, *inside)

    def cut(self, *, into: Names = frozenset(), out_of: Names = frozenset()) -> Graph:
        kept = frozenset((a, b) for a, b in self.directed if b not in into and a not in out_of)
        return Graph(self.nodes, kept, frozenset(e for e in self.bidirected if not into & {*e}))

    def ancestors(self, of: Names) -> Names:
        return closed(of, ((b, a) for a, b in self.directed))

    def components(self) -> set[Names]:
        both = [*self.bidirected, *((b, a) for a, b in self.bidirected)]
        return {closed({v}, both) for v in self.nodes}


def closed(start: Iterable[str], steps: Iterable[tuple[str, str]]) -> Names:
    found, steps = set(start), list(steps)
    while new := {b for a, b in steps if a in found} - found:
        found |= new
    return frozenset(found)


def lines_of_id(graph: Graph, y: Names, x: Names) -> Iterator[int]:
    """The lines of ID(y, x, P, G), in the order in which they are met."""
    if not x:
        yield 1
        return
    above = graph.ancestors(y)
    if above != graph.nodes:
        yield 2
        yield from lines_of_id(graph.on(above), y, x & above)
        return
    idle = graph.nodes - x - graph.cut(into=x).ancestors(y)
    if idle:
        yield 3
        yield from lines_of_id(graph, y, x | idle)
        return
    first, *others = graph.on(graph.nodes - x).components()
    if others:
        yield 4
        for part in (first, *others):
            yield from lines_of_id(graph, part, graph.nodes - part)
        return
    if graph.components() == {graph.nodes}:
        yield FAIL
    elif first in graph.components():
        yield 6
    else:
        yield 7
        (around,) = (part for part in graph.components() if first < part)
        yield from lines_of_id(graph.on(around), y, x & around)


def lines_of_idc(graph: Graph, y: Names, x: Names, z: Names) -> Iterator[int | str]:
    """The same for P(y | do(x), z): each exchange by rule 2, the ratio if one is left, and ID."""
    for v in sorted(z):
        seen, mutilated = z - {v}, graph.cut(into=x, out_of=frozenset({v}))
        if separated(mutilated, y, frozenset({v}), x | seen):
            yield "exchange"
            yield from lines_of_idc(graph, y, x | {v}, seen)
            return
    if z:
        yield "ratio"
    yield from lines_of_id(graph, y | z, x)


def separated(graph: Graph, one: Names, other: Names, given: Names) -> bool:
    """By moralising: Lauritzen et al. (1990), with a vertex for each hidden cause."""
    kept = graph.ancestors(one | other | given)
    families = {v: {v, *(a for a, b in graph.directed if b == v)} for v in kept}
    for edge in graph.bidirected:
        for v in kept.intersection(edge):
            families[v].add(" <-> ".join(edge))
    moral = [(a, b) for f in families.values() for a in f - given for b in f - given]
    return not closed(one, moral) & other
