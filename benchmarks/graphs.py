"""Random graphs for the benchmarks, the same for everybody: plain lists of names and pairs."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

from causal import ADMG


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


def zigzag(n: int) -> dict[str, object]:
    """A chain of n variables in which every second two share a hidden cause."""
    names = [f"V{i}" for i in range(n)]
    edges = {"directed": pairwise(names), "bidirected": zip(names, names[2:], strict=False)}
    plain = {kind: [list(pair) for pair in pairs] for kind, pairs in edges.items()}
    return {"nodes": names, "x": names[0], "y": names[-1], "questions": []} | plain


def _question(draw: random.Random, names: list[str]) -> tuple[str, str, list[str]]:
    """Two variables, and up to five others that are given."""
    x, y, *others = draw.sample(names, min(len(names), 2 + draw.randint(0, 5)))
    return x, y, others


# Treatment X, outcome Y; after Pearl (1995, 2009), Tian & Pearl (2002), Shpitser & Pearl (2006).
CLASSICS = (
    "X -> Y; X <-> Y",
    "Z -> X -> Y; Z -> Y",
    "X -> Z -> Y; X <-> Y",
    "Z -> X -> Y; X <-> Y",
    "W -> Z -> X -> Y; W <-> X; W <-> Y",
    "X -> Z -> Y; X <-> Z",
    "X -> Z -> Y; X <-> Y; X <-> Z",
    "X -> Z -> Y; X <-> Y; Z <-> Y",
    "X -> Z -> Y; X <-> Z; Z <-> Y",
    "X -> Y; X -> Z -> Y; X <-> Z",
    "X -> Y; X <-> Z; Z <-> Y",
    "X -> Z1 -> Z2 -> Y; X <-> Z2; Z1 <-> Y",
    "X -> M -> Y; Z -> X; Z -> Y; X <-> Z; M <-> Y",
    "X -> Z2; X -> Y; Z1 -> Z2 -> Z3 -> Y; Z2 -> Y; X <-> Z1; X <-> Z3; Z1 <-> Z3",
    "X -> A -> B -> Y; X <-> B; A <-> Y; X <-> Y",
    "W1 -> X -> Y; W1 <-> Y; W2 -> Y; W1 <-> W2; X <-> W2",
    "X -> V1 -> Y; W3 -> W4; W3 -> W5; W4 -> X; W5 -> X; W1 -> W3; W2 -> W5; W1 -> W4; X <-> V1",
    "Z1 -> X; Z1 -> Z3 -> Y; Z2 -> Z3; Z2 -> Y; Z3 -> X; X -> Z6 -> Y",
    "A -> X -> M -> Y; B -> Y; A <-> B; X <-> Y; B -> M",
    "X -> Y; W -> X; W <-> Y; W <-> X; V -> W; V <-> Y",
)


def classics() -> list[dict[str, object]]:
    """The textbook graphs as requests."""
    found = []
    for text in CLASSICS:
        graph = ADMG.parse(text)
        edges = {
            kind: [list(pair) for pair in getattr(graph, kind)]
            for kind in ("directed", "bidirected")
        }
        found.append({"nodes": list(graph.nodes), "x": "X", "y": "Y", "questions": []} | edges)
    return found
