"""Random graphs for the benchmarks, the same for everybody: plain lists of names and pairs."""

from __future__ import annotations

import random
from itertools import combinations


def request(n: int, *, degree: float, hidden: float, seed: int) -> dict[str, object]:
    """A random ADMG, and two of its variables of which the first is an ancestor of the second.

    ``degree`` edges a vertex on average, ``hidden * n`` hidden common causes.
    """
    draw = random.Random(f"{n} {degree} {hidden} {seed}")
    names = [f"V{i}" for i in range(n)]
    pairs = list(combinations(range(n), 2))
    directed = [pair for pair in pairs if draw.random() < degree / (n - 1)]
    bidirected = draw.sample(pairs, round(hidden * n))
    parents: dict[int, set[int]] = {i: set() for i in range(n)}
    above: dict[int, set[int]] = {}
    for tail, head in directed:
        parents[head].add(tail)
    for i in range(n):
        above[i] = parents[i].union(*(above[p] for p in parents[i]))
    y = draw.choice([i for i in range(n) if above[i]] or [1])
    x = draw.choice(sorted(above[y]) or [0])
    return {
        "nodes": names,
        "directed": [[names[i], names[j]] for i, j in directed],
        "bidirected": [[names[i], names[j]] for i, j in bidirected],
        "x": names[x],
        "y": names[y],
        "questions": [_question(draw, names) for _ in range(10)],
    }


def _question(draw: random.Random, names: list[str]) -> tuple[str, str, list[str]]:
    """Two variables, and up to five others that are given."""
    x, y, *others = draw.sample(names, min(len(names), 2 + draw.randint(0, 5)))
    return x, y, others
