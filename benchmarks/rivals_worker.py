"""Answers timed requests for one tool, a JSON object a line; runs in that tool's environment.

A request is one graph and questions to it.  The graph is built anew for every request, and building
it is not part of the time; whatever a tool prepares on the first question is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

Request = dict[str, Any]
Answer = tuple[object, str]  # what is compared, and a formula if there is one
Task = Callable[[], Answer]


def causal_tasks(request: Request) -> Task:
    import causal

    graph = causal.ADMG.of(
        nodes=request["nodes"], directed=request["directed"], bidirected=request["bidirected"]
    )
    if request["task"] == "separated":
        questions = request["questions"]
        return lambda: ([graph.separated(x, y, given=z) for x, y, z in questions], "")
    if request["task"] == "adjust":
        x, y, first = request["x"], request["y"], request["first"]
        return lambda: (len(list(islice(causal.adjustment_sets(graph, x, y), first))), "")
    query = causal.Query.parse(f"P({request['y']} | do({request['x']}))")
    if request["task"] == "verdict":
        return lambda: (causal.identifiable(graph, query), "")

    def identify() -> Answer:
        answer = causal.identify(graph, query)
        if isinstance(answer, causal.Identified):
            return True, str(answer.estimand)
        return False, ""

    return identify


def certificate_tasks(request: Request) -> Task:
    import causal

    graph = causal.ADMG.of(
        nodes=request["nodes"], directed=request["directed"], bidirected=request["bidirected"]
    )
    query = causal.Query.parse(f"P({request['y']} | do({request['x']}))")

    def certify() -> Answer:
        answer = causal.identify(graph, query)
        causal.certificate(answer)
        return isinstance(answer, causal.Identified), ""

    return certify


def y0_tasks(request: Request) -> Task:
    from y0.algorithm.identify import identify_outcomes
    from y0.dsl import Variable
    from y0.graph import NxMixedGraph

    graph = NxMixedGraph.from_edges(
        nodes=[Variable(v) for v in request["nodes"]],
        directed=[(Variable(a), Variable(b)) for a, b in request["directed"]],
        undirected=[(Variable(a), Variable(b)) for a, b in request["bidirected"]],
    )
    x, y = Variable(request["x"]), Variable(request["y"])

    def identify() -> Answer:
        estimand = identify_outcomes(graph, treatments=x, outcomes=y)
        return estimand is not None, str(estimand or "")

    return identify


def antecedent_tasks(request: Request) -> Task:
    import antecedent

    edges = [[(a, b) for a, b in request[kind]] for kind in ("directed", "bidirected")]
    graph = antecedent.Admg.from_edges(request["nodes"], *edges)
    query = antecedent.AverageEffect(request["x"], request["y"])

    def identify() -> Answer:
        try:
            antecedent.identify(graph=graph, query=query)
        except antecedent.errors.EffectNotIdentified:
            return False, ""
        return True, ""

    return identify


def ananke_tasks(request: Request) -> Task:
    from ananke.graphs import ADMG
    from ananke.identification import OneLineID

    edges = [[(a, b) for a, b in request[kind]] for kind in ("directed", "bidirected")]
    graph = ADMG(request["nodes"], di_edges=edges[0], bi_edges=edges[1])
    x, y = [request["x"]], [request["y"]]
    return lambda: (OneLineID(graph, x, y).id(), "")


def networkx_tasks(request: Request) -> Task:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(request["nodes"])
    graph.add_edges_from(request["directed"])
    questions = [({x}, {y}, set(z)) for x, y, z in request["questions"]]
    return lambda: ([networkx.is_d_separator(graph, x, y, z) for x, y, z in questions], "")


def pgmpy_tasks(request: Request) -> Task:
    from pgmpy.base import DAG

    graph = DAG(request["directed"])
    graph.add_nodes_from(request["nodes"])
    if request["task"] == "adjust":
        from pgmpy.inference import CausalInference

        x, y, first = request["x"], request["y"], request["first"]
        ask = CausalInference(graph).get_all_backdoor_adjustment_sets
        return lambda: (min(len(ask(x, y)), first), "")
    questions = request["questions"]
    return lambda: ([not graph.is_dconnected(x, y, observed=z) for x, y, z in questions], "")


def dowhy_tasks(request: Request) -> Task:
    import networkx
    from dowhy.causal_identifier import BackdoorAdjustment
    from dowhy.causal_identifier.auto_identifier import identify_backdoor

    graph = networkx.DiGraph()
    graph.add_nodes_from(request["nodes"])
    graph.add_edges_from(request["directed"])
    x, y, first = [request["x"]], [request["y"]], request["first"]
    rest = [v for v in request["nodes"] if v not in (*x, *y)]
    way = BackdoorAdjustment.BACKDOOR_EXHAUSTIVE
    return lambda: (min(len(identify_backdoor(graph, x, y, rest, way)), first), "")


TOOLS = {
    "causal": causal_tasks,
    "causal, certificate": certificate_tasks,
    "y0": y0_tasks,
    "antecedent": antecedent_tasks,
    "ananke": ananke_tasks,
    "networkx": networkx_tasks,
    "pgmpy": pgmpy_tasks,
    "dowhy": dowhy_tasks,
}
SMALL: Request = {
    "nodes": ["X", "Y"],
    "directed": [["X", "Y"]],
    "bidirected": [],
    "x": "X",
    "y": "Y",
    "questions": [["X", "Y", []]],
    "first": 1,
}


def main() -> None:
    # The tool may print; answers have a channel of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    tool = TOOLS[sys.argv[1]]

    def say(answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        for kind in ("identify", "separated", "adjust"):
            tool(SMALL | {"task": kind})()  # imports are not what is timed
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
        return
    say({"ready": True})
    for line in sys.stdin:
        try:
            task = tool(json.loads(line))
            start = time.perf_counter()
            answer, formula = task()
            seconds = time.perf_counter() - start
            say({"seconds": seconds, "answer": answer, "formula": formula})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    # Run as a script: the root of the project, not this folder, is where imports are looked for.
    sys.path[0] = str(Path(__file__).parents[1])
    main()
