"""Answers timed requests about units for one tool; runs in that tool's environment.

A request is a linear model (parents and weights of each variable, causes first), a number of units
and something to do with them. Model, data and whatever a tool fits are made once and not timed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Request = dict[str, Any]
Task = Callable[[], float]  # returns a number by which answers are compared


def data(request: Request) -> np.ndarray:
    """One row a variable, one column a unit."""
    rng = np.random.default_rng(request["seed"])
    x = np.empty((len(request["parents"]), request["units"]))
    for i, parents in enumerate(request["parents"]):
        x[i] = rng.standard_normal(request["units"])
        for p, w in zip(parents, request["weights"][i], strict=True):
            x[i] += w * x[p]
    return x


def odds(request: Request) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two laws of five values for each unit, and the value seen under the first."""
    rng = np.random.default_rng(request["seed"])
    before, after = (rng.dirichlet(np.full(5, 0.5), request["units"]).T.copy() for _ in range(2))
    seen = (rng.random(request["units"]) > before.cumsum(axis=0)[:-1]).sum(axis=0)
    return before, after, seen


def numpy_tasks(request: Request) -> Task:
    """The floor: the loop that one would write by hand, over descendants only."""
    parents, weights, k = request["parents"], request["weights"], request["do"]
    n, kind = request["units"], request["kind"]
    if kind in ("choice", "race"):
        again = rejected if kind == "choice" else raced
        drawn = odds(request)
        return lambda: again(*drawn)
    moved = {k}
    for i in range(k + 1, len(parents)):
        if moved.intersection(parents[i]):
            moved.add(i)
    order = sorted(moved - {k})
    if kind == "sample":

        def sample() -> float:
            rng = np.random.default_rng(1)
            y = np.empty((len(parents), n))
            for i in range(len(parents)):
                if i == k:
                    y[i] = 1.0
                    continue
                y[i] = rng.standard_normal(n)
                for p, w in zip(parents[i], weights[i], strict=True):
                    y[i] += w * y[p]
            return 0.0

        return sample
    x = data(request)

    def everything(copied: bool) -> float:
        y: Any = x.copy() if copied else dict(enumerate(x))
        if copied:
            y[k] = 1.0
        else:
            y[k] = np.full(n, 1.0)
        for i in order:
            if not copied:
                y[i] = x[i].copy()
            for p, w in zip(parents[i], weights[i], strict=True):
                if p in moved:
                    y[i] += w * (y[p] - x[p])
        return float(y[request["target"]].mean())

    need, waiting = {request["target"]}, [request["target"]]
    while waiting:
        new = [p for p in parents[waiting.pop()] if p in moved and p not in need]
        need.update(new)
        waiting += new

    def target() -> float:
        d = {k: 1.0 - x[k]}
        for i in order:
            if i in need:
                pairs = zip(parents[i], weights[i], strict=True)
                d[i] = sum(w * d[p] for p, w in pairs if p in need)
        return float((x[request["target"]] + d[request["target"]]).mean())

    return {
        "everything": lambda: everything(True),
        "nothing copied": lambda: everything(False),
        "target": target,
    }[kind]


def rejected(before: np.ndarray, after: np.ndarray, seen: np.ndarray) -> float:
    """Chances by drawing noise 64 times and keeping what gives the value that was seen."""
    rng = np.random.default_rng(0)
    was, now = before.cumsum(axis=0).T, after.cumsum(axis=0).T
    counts = np.zeros(was.shape, int)
    kept = np.zeros(len(was), int)
    for _ in range(64):
        noise = rng.random((len(was), 1))
        fits = (noise > was[:, :-1]).sum(axis=1) == seen
        there = (noise > now[:, :-1]).sum(axis=1)
        counts[np.flatnonzero(fits), there[fits]] += 1
        kept += fits
    return float((counts / np.maximum(kept, 1)[:, None])[:, 0].mean())


def raced(before: np.ndarray, after: np.ndarray, seen: np.ndarray) -> float:
    """The same for the largest of log-probabilities with a Gumbel noise each."""
    rng = np.random.default_rng(0)
    with np.errstate(divide="ignore"):
        was, now = np.log(before.T), np.log(after.T)
    counts = np.zeros(was.shape, int)
    kept = np.zeros(len(was), int)
    for _ in range(64):
        noise = rng.gumbel(size=was.shape)
        fits = (was + noise).argmax(axis=1) == seen
        there = (now + noise).argmax(axis=1)
        counts[np.flatnonzero(fits), there[fits]] += 1
        kept += fits
    return float((counts / np.maximum(kept, 1)[:, None])[:, 0].mean())


def causal_tasks(request: Request) -> Task:
    import pandas as pd

    import causal

    kind, k = request["kind"], request["do"]
    names = [f"V{i}" for i in range(len(request["parents"]))]
    if kind in ("choice", "race"):
        before, after, seen = odds(request)
        coupling = causal.InverseCDF() if kind == "choice" else causal.GumbelMax()
        rows = causal.FreeOdds(
            ("unit", "X"),
            lambda unit, x: (after if x[0] else before)[:, int(unit[0]) : int(unit[-1]) + 1],
        )
        model = causal.SCM.of(
            {
                "unit": causal.Linear(),
                "X": causal.Linear(),
                "Y": causal.Categorical(rows, range(5), coupling=coupling),
            }
        )
        units = {"unit": np.arange(len(seen)), "X": np.zeros(len(seen)), "Y": seen}
        frame = pd.DataFrame(units)
        ask = causal.outcome_probabilities
        return lambda: float(ask(model, frame, causal.Do(X=1), target="Y")[0].mean())
    model = causal.SCM.of(
        {
            v: causal.Linear({names[p]: w for p, w in zip(*row, strict=True)})
            for v, *row in zip(names, request["parents"], request["weights"], strict=True)
        }
    )
    if kind == "sample":
        done = model.under(causal.Do({names[k]: 1.0}))
        return lambda: 0.0 * len(done.sample(request["units"], rng=1))
    frame = pd.DataFrame(dict(zip(names, data(request), strict=True)))
    target = names[request["target"]]
    asked = {"targets": target} if kind == "target" else {}

    def outcomes() -> float:
        there = causal.potential_outcomes(model, frame, causal.Do({names[k]: 1.0}), **asked)
        return float(there[target].to_numpy().mean())

    return outcomes


def dowhy_tasks(request: Request) -> Task:
    import networkx
    import pandas as pd
    from dowhy import gcm

    gcm.config.disable_progress_bars()
    names = [f"V{i}" for i in range(len(request["parents"]))]
    graph = networkx.DiGraph()
    graph.add_nodes_from(names)
    for v, parents in zip(names, request["parents"], strict=True):
        graph.add_edges_from((names[p], v) for p in parents)
    kind, do = request["kind"], {names[request["do"]]: np.ones_like}
    model = gcm.InvertibleStructuralCausalModel(graph)
    for v, parents in zip(names, request["parents"], strict=True):
        mechanism = (
            gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
            if parents
            else gcm.EmpiricalDistribution()
        )
        model.set_causal_mechanism(v, mechanism)
    fitted = min(request["units"], 100_000)
    frame = pd.DataFrame(dict(zip(names, data(request | {"units": fitted}), strict=True)))
    gcm.fit(model, frame)
    if kind == "sample":
        n = request["units"]
        return lambda: 0.0 * len(gcm.interventional_samples(model, do, num_samples_to_draw=n))
    target = names[request["target"]]

    def outcomes() -> float:
        there = gcm.counterfactual_samples(model, do, observed_data=frame)
        return float(there[target].to_numpy().mean())

    return outcomes


TOOLS = {"causal": causal_tasks, "numpy": numpy_tasks, "dowhy": dowhy_tasks}
SMALL: Request = {
    "parents": [[], [0]],
    "weights": [[], [0.5]],
    "units": 100,
    "seed": 0,
    "do": 0,
    "target": 1,
}


def main() -> None:
    # The tool may print; answers have a channel of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    tool = TOOLS[sys.argv[1]]
    known: dict[str, Task] = {}

    def say(answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        for kind in ("everything", "sample"):
            tool(SMALL | {"kind": kind})()  # imports are not what is timed
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
        return
    say({"ready": True})
    for line in sys.stdin:
        try:
            if line not in known:
                known.clear()
                known[line] = tool(json.loads(line))
                known[line]()  # nor is the first call
            start = time.process_time()
            answer = known[line]()
            say({"seconds": time.process_time() - start, "answer": answer})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    # Run as a script: the root of the project, not this folder, is where imports are looked for.
    sys.path[0] = str(Path(__file__).parents[1])
    main()
