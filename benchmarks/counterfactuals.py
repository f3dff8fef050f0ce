"""How long does an exact counterfactual take?

P(Y[X=x'] = 1 | evidence) in binary models, windowed random graphs (parents among the four nodes
before); a third of the nodes is observed, or X and Y alone. "tables": rows of probabilities,
coupled by one uniform noise; "responses": one noise with a value for each response function, 256
for three parents. pgmpy eliminates variables on the twin network with its noise explicit (Balke &
Pearl 1994). "first" is the first question to a fresh model, everything included but the reading of
its tables ("model"); "both" is model and first question one after the other. Milliseconds of
processor time, the best of 25 turns; for "both" the best of 200 without others between them, and
their median. What the modules of pgmpy hold is set aside from garbage collection, as it would be in
a process of their own, so that it slows neither.
"""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product
from statistics import median

import numpy as np
import pandas as pd

import causal
from causal.model import SCM, Noise, Response, Table
from causal.model.mechanism import private

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

SIZES = ((10, 2, "tables", "a third"), (20, 2, "tables", "a third"), (50, 2, "tables", "a third"),
         (50, 3, "tables", "a third"), (50, 3, "tables", "X and Y"),
         (20, 2, "responses", "a third"), (50, 2, "responses", "a third"),
         (20, 3, "responses", "a third"))  # fmt: skip


def table(quick: bool) -> pd.DataFrame:
    """The best milliseconds, ours and pgmpy's on the same question."""
    sizes = SIZES[:2] if quick else SIZES
    gc.collect()
    gc.freeze()
    return pd.DataFrame([_row(*size, repeats=3 if quick else 25) for size in sizes])


def _row(nodes: int, parents: int, kind: str, observed: str, *, repeats: int) -> dict[str, object]:
    make = _model_maker(nodes, parents, kind)
    model = make()
    cause, effect = nodes // 4, nodes - 1
    unit = model.sample(1, rng=3).iloc[0]
    among = range(0, nodes, 3) if observed == "a third" else ()
    seen = {f"V{i}": int(unit[f"V{i}"]) for i in sorted({cause, effect, *among})}
    other = 1 - seen[f"V{cause}"]
    evidence = ", ".join(f"{v}={x}" for v, x in seen.items())
    query = f"P(V{effect}[V{cause}={other}]=1 | {evidence})"
    ours: dict[str, list[float]] = {"model": [], "first": [], "both": [], "next": [], "exact": []}
    theirs: dict[str, list[float]] = {"build": [], "query": []}
    for _ in range(repeats):
        fresh = _timed(ours["model"], make)
        answer = _timed(ours["first"], lambda m=fresh: causal.counterfactual(m, query, exact=False))
        _timed(ours["next"], lambda m=fresh: causal.counterfactual(m, query, exact=False))
        _timed(ours["exact"], lambda m=fresh: causal.counterfactual(m, query, exact=True))
        twins = _timed(theirs["build"], lambda m=fresh: _twins(m, f"V{cause}", other))
        found = _timed(
            theirs["query"],
            lambda t=twins: VariableElimination(t).query(
                [f"W{effect}"], evidence=seen, show_progress=False
            ),
        )
    for _ in range(8 * repeats):
        _timed(ours["both"], lambda: causal.counterfactual(make(), query, exact=False))
    times = {name: 1000 * min(each) for name, each in (ours | theirs).items()}
    return {
        "nodes": nodes,
        "parents": parents,
        "noise": kind,
        "observed": observed,
        "model": f"{times['model']:.1f}",
        "first": f"{times['first']:.1f}",
        "both": f"{times['both']:.1f}",
        "median": f"{1000 * median(ours['both']):.1f}",
        "next": f"{times['next']:.1f}",
        "in fractions": f"{times['exact']:.1f}",
        "pgmpy, build": f"{times['build']:.1f}",
        "pgmpy, query": f"{times['query']:.1f}",
        "query / next": f"{times['query'] / times['next']:.1f}x",
        "off by": f"{abs(float(found.values[1]) - answer.value):.0e}",
    }


def _timed(seconds: list[float], work: Callable[[], object]) -> object:
    start = time.process_time()
    result = work()
    seconds.append(time.process_time() - start)
    return result


def _graph(nodes: int, parents: int) -> list[list[int]]:
    rng = np.random.default_rng(0)
    found = []
    for i in range(nodes):
        before = range(max(0, i - 4), i)
        chosen = rng.choice(before, min(parents, len(before)), replace=False) if before else []
        found.append(sorted(int(p) for p in chosen))
    return found


def _model_maker(nodes: int, parents: int, kind: str) -> Callable[[], SCM]:
    """A model anew at each call, from parts that are made once."""
    graph, rng = _graph(nodes, parents), np.random.default_rng(1)
    parts = {}
    noise = []
    for i, of in enumerate(graph):
        given = tuple(f"V{p}" for p in of)
        settings = list(product((0, 1), repeat=len(of)))
        if kind == "tables":
            ones = [Fraction(int(k), 20) for k in rng.integers(1, 20, len(settings))]
            rows = dict(zip(settings, [(1 - p, p) for p in ones], strict=True))
            parts[f"V{i}"] = lambda given=given, rows=rows: Table(given, rows)
            continue
        counts = rng.integers(1, 10, 2 ** len(settings))
        noise.append(Noise(f"U{i}", [Fraction(int(c), int(counts.sum())) for c in counts]))
        answers = {
            (*setting, u): (u >> j) & 1
            for j, setting in enumerate(settings)
            for u in range(len(counts))
        }
        parts[f"V{i}"] = lambda i=i, given=given, answers=answers: Response(
            (*given, f"U{i}"), answers
        )
    return lambda: SCM.of({v: part() for v, part in parts.items()}, noise)


def _twins(model: SCM, cause: str, value: int) -> DiscreteBayesianNetwork:
    """The twin network: W for the variables of the other world, the noise of both explicit."""
    network = DiscreteBayesianNetwork()
    for v, mechanism in model.tables.items():
        named = [name for name in mechanism.given if name in model.domains and name[0] == "U"]
        noise = named[0] if named else private(v)
        law = next((one.law for one in model.noise if one.name == noise), mechanism.cells)
        network.add_node(noise)
        network.add_cpds(TabularCPD(noise, len(law), [[float(p)] for p in law]))
        causes = [name for name in mechanism.given if name != noise]
        ones = [
            [
                float(
                    mechanism.respond((*setting, u), 0) if named else mechanism.respond(setting, u)
                )
                for u in range(len(law))
            ]
            for setting in product((0, 1), repeat=len(causes))
        ]
        for world in ("V", "W"):
            held = value if world == "W" and v == cause else None
            _add(network, v, world, causes, noise, np.array(ones), held)
    return network


def _add(
    network: DiscreteBayesianNetwork,
    v: str,
    world: str,
    causes: Iterable[str],
    noise: str,
    ones: np.ndarray,
    value: int | None,
) -> None:
    name = world + v[1:]
    network.add_node(name)
    if value is not None:
        network.add_cpds(TabularCPD(name, 2, [[1.0 - value], [float(value)]]))
        return
    given = [*(world + cause[1:] for cause in causes), noise]
    network.add_edges_from([(parent, name) for parent in given])
    flat = ones.reshape(-1)
    sizes = [*[2] * (len(given) - 1), ones.shape[1]]
    network.add_cpds(TabularCPD(name, 2, [1 - flat, flat], evidence=given, evidence_card=sizes))
