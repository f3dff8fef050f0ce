"""m-separation the slow and plain way: hidden causes as vertices, moralise, look for a path.

Lauritzen et al. (1990): in a DAG two sets are separated by a third exactly when it cuts them in the
moral graph of their common ancestors.  Each ``<->`` edge is a hidden common cause.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import combinations, permutations

__all__ = ["Graph"]


@dataclass(frozen=True)
class Graph:
    """Vertices, ``->`` edges as (tail, head), and ``<->`` edges as unordered pairs."""

    nodes: frozenset[str]
    directed: frozenset[tuple[str, str]]
    bidirected: frozenset[frozenset[str]]

    def cut(self, *, into: Set[str] = frozenset(), out_of: Set[str] = frozenset()) -> Graph:
        """The graph without the edges into one set and out of another."""
        return Graph(
            self.nodes,
            frozenset((a, b) for a, b in self.directed if b not in into and a not in out_of),
            frozenset(edge for edge in self.bidirected if not edge & into),
        )

    def within(self, keep: Set[str]) -> Graph:
        """The graph on some of the vertices."""
        return Graph(
            self.nodes & keep,
            frozenset(edge for edge in self.directed if keep >= set(edge)),
            frozenset(edge for edge in self.bidirected if keep >= edge),
        )

    def ancestors(self, of: Set[str]) -> frozenset[str]:
        """An(of), itself included."""
        found = set(of)
        parents: dict[str, set[str]] = {}
        for a, b in self.directed:
            parents.setdefault(b, set()).add(a)
        todo = list(of)
        while todo:
            new = parents.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return frozenset(found)

    def separated(self, one: Set[str], other: Set[str], given: Set[str]) -> bool:
        """Whether ``given`` cuts every path in the moral graph of the ancestors."""
        kept = self.within(self.ancestors(one | other | given))
        parents: dict[str, set[object]] = {v: set() for v in kept.nodes}
        for tail, head in kept.directed:
            parents[head].add(tail)
        for edge in kept.bidirected:
            for v in edge:
                parents[v].add(edge)
        near: dict[object, set[object]] = {}
        for v, above in parents.items():
            for pair in (*((v, p) for p in above), *combinations(above, 2)):
                for here, there in permutations(pair):
                    near.setdefault(here, set()).add(there)
        blocked = set[object](given)
        reached = set[object](one) - blocked
        waiting = list(reached)
        while waiting:
            new = near.get(waiting.pop(), set()) - reached - blocked
            reached |= new
            waiting += new
        return reached.isdisjoint(other)
