"""How long does it take to list the first hundred minimal adjustment sets?

Random acyclic graphs with eight edges a vertex, and graphs whose cause and effect share twenty
roots, each over a path of its own, so that there are 5 to the power of 20 minimal sets. The rivals
list back-door sets; none can be asked for the first hundred only. More than 4 s on any graph
counts as no answer.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.graphs import request
from benchmarks.rivals import Race, dismiss, workers

SIZES = (10, 100, 1000)
TOOLS = ("causal", "pgmpy", "dowhy")
FIRST, LIMIT = 100, 4.0


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds by graph and tool, the ratio to ours, and how many sets we listed."""
    tools = workers(TOOLS, LIMIT)
    rows: list[dict[str, object]] = []
    for n in SIZES[:2] if quick else SIZES:
        graphs = [request(n, degree=8, hidden=0, seed=seed) for seed in range(3 if quick else 9)]
        rows.append({"graph": "random", "variables": n} | _row(tools, graphs))
    rows.append({"graph": "twenty back doors", "variables": 102} | _row(tools, [back_doors(20, 5)]))
    dismiss(tools)
    return pd.DataFrame(rows)


def back_doors(paths: int, length: int) -> dict[str, object]:
    """X -> Y, and paths X <- ... <- root -> ... -> Y of some length, root in the middle."""
    directed = [["X", "Y"]]
    nodes = ["X", "Y"]
    for i in range(paths):
        way = ["X", *(f"V{i}_{j}" for j in range(length)), "Y"]
        root = (length + 1) // 2
        nodes += way[1:-1]
        directed += [[way[j + 1], way[j]] for j in range(root)]
        directed += [[way[j], way[j + 1]] for j in range(root, length + 1)]
    return {
        "nodes": nodes,
        "directed": directed,
        "bidirected": [],
        "x": "X",
        "y": "Y",
        "questions": [],
    }


def _row(tools: dict[str, object], graphs: list[dict[str, object]]) -> dict[str, object]:
    race = Race(dict(tools))
    for graph in graphs:
        race.run([graph | {"task": "adjust", "first": FIRST}], repeats=5)
    row: dict[str, object] = {f"{tool}, ms": race.milliseconds(tool) for tool in TOOLS}
    row |= {f"{tool} / causal": race.ratio(tool, to="causal") for tool in TOOLS[1:]}
    return row | {"sets listed": sum(int(str(count)) for count in race.answers.get("causal", []))}
