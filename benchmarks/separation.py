"""How long do ten questions "are these two separated?" to one graph take?

Random acyclic graphs with four edges a vertex; up to five other variables are given.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.graphs import request
from benchmarks.rivals import Race, dismiss, workers

SIZES = (10, 100, 1000)
TOOLS = ("causal", "networkx", "pgmpy")


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds for ten questions by size and tool, and the ratio to ours."""
    tools = workers(TOOLS)
    rows: list[dict[str, object]] = []
    for n in SIZES[:2] if quick else SIZES:
        race = Race(tools)
        graphs = [request(n, degree=4, hidden=0, seed=seed) for seed in range(5 if quick else 15)]
        race.run([graph | {"task": "separated"} for graph in graphs], repeats=5)
        rows.append({"variables": n} | _row(race))
    dismiss(tools)
    return pd.DataFrame(rows)


def _row(race: Race) -> dict[str, object]:
    row: dict[str, object] = {f"{tool}, ms": race.milliseconds(tool) for tool in TOOLS}
    row |= {f"{tool} / causal": race.ratio(tool, to="causal") for tool in TOOLS[1:]}
    return row | {"same verdict": race.agreement()}
