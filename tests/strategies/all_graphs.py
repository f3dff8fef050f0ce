"""All graphs of four variables, one of each shape."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

from causal import ADMG

NODES = "ABCD"
PAIRS = tuple(itertools.combinations(range(len(NODES)), 2))
EVERY = tuple(itertools.product((0, 1), repeat=len(PAIRS)))  # ways to choose among the pairs
Edges = frozenset[tuple[int, int]]


@cache
def all_graphs() -> tuple[ADMG, ...]:
    """One of each shape: the arrows follow the alphabet."""
    subsets = [frozenset(itertools.compress(PAIRS, kept)) for kept in EVERY]
    seen, graphs = set(), []
    for arrows, hidden in itertools.product(subsets, repeat=2):
        if (arrows, hidden) not in seen:
            seen |= set(renamed(arrows, hidden))
            directed, bidirected = ([(NODES[a], NODES[b]) for a, b in e] for e in (arrows, hidden))
            graphs.append(ADMG.of(nodes=NODES, directed=directed, bidirected=bidirected))
    return tuple(graphs)


def renamed(arrows: Edges, hidden: Edges) -> Iterator[tuple[Edges, Edges]]:
    for new in itertools.permutations(range(len(NODES))):
        turned = frozenset((new[a], new[b]) for a, b in arrows)
        yield turned, frozenset((min(new[a], new[b]), max(new[a], new[b])) for a, b in hidden)
