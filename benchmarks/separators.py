"""How long does it take to find one set that separates, adjusts or is an instrument?

Random acyclic graphs with four edges a vertex; processor time, the best of the turns, and the
median over the graphs. Beside the minimal separator of two variables that have no edge between
them: networkx. What a front door or an instrument needs, it lists in no way, nor does anyone else
whose answer comes in polynomial time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice
from statistics import median

import networkx
import pandas as pd

import causal
from benchmarks.graphs import request

SIZES = (10, 100, 1000)


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds by question and size, and the ratio where there is a rival."""
    rows = []
    for n in SIZES[:2] if quick else SIZES:
        graphs = [_drawn(n, seed, hidden=0) for seed in range(5 if quick else 15)]
        rows.append(_beside_networkx(n, graphs))
        mixed = [_drawn(n, seed, hidden=0.2) for seed in range(5 if quick else 15)]
        rows.append(_alone("adjustment set", n, mixed, _adjusting))
        rows.append(_alone("front-door set", n, mixed, _front_door))
        rows.append(_alone("instrument of an edge", n, mixed, _instrument))
    return pd.DataFrame(rows).fillna("")


def _drawn(n: int, seed: int, *, hidden: float) -> causal.ADMG:
    drawn = request(n, degree=4, hidden=hidden, seed=seed)
    edges = {kind: [tuple(pair) for pair in drawn[kind]] for kind in ("directed", "bidirected")}
    return causal.ADMG.of(nodes=drawn["nodes"], **edges)


def _beside_networkx(n: int, graphs: Iterable[causal.ADMG]) -> dict[str, object]:
    ours, theirs = [], []
    for graph in graphs:
        x, y = _apart(graph)
        plain = networkx.DiGraph(graph.directed)
        plain.add_nodes_from(graph.nodes)
        ours.append(_best(lambda graph=graph, x=x, y=y: next(causal.separators(graph, x, y), None)))
        theirs.append(
            _best(lambda plain=plain, x=x, y=y: networkx.find_minimal_d_separator(plain, {x}, {y}))
        )
    return {
        "one": "minimal separator",
        "variables": n,
        "causal, ms": f"{1000 * median(ours):.3f}",
        "networkx, ms": f"{1000 * median(theirs):.3f}",
        "networkx / causal": f"{median(t / o for t, o in zip(theirs, ours, strict=True)):.0f}x",
    }


def _alone(
    name: str, n: int, graphs: Iterable[causal.ADMG], ask: Callable[[causal.ADMG], object]
) -> dict[str, object]:
    took = [_best(lambda graph=graph: ask(graph)) for graph in graphs]
    return {"one": name, "variables": n, "causal, ms": f"{1000 * median(took):.3f}"}


def _apart(graph: causal.ADMG) -> tuple[str, str]:
    """The last variable, and the last before it that no edge joins to it."""
    y = graph.nodes[-1]
    return next(v for v in graph.nodes[-2::-1] if v not in graph.parents(y)), y


def _adjusting(graph: causal.ADMG) -> object:
    x, y = _edge(graph)
    return next(causal.adjustment_sets(graph, x, y), None)


def _front_door(graph: causal.ADMG) -> object:
    x, y = _edge(graph)
    return next(causal.front_door_sets(graph, x, y), None)


def _instrument(graph: causal.ADMG) -> object:
    x, y = _edge(graph)
    return list(islice(causal.instruments(graph, x, y), 1))


def _edge(graph: causal.ADMG) -> tuple[str, str]:
    return graph.directed[-1]


def _best(work: Callable[[], object]) -> float:
    took = []
    for _ in range(5):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)
