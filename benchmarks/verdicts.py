"""How long does it take to say whether P(y | do(x)) is identifiable, and no more?

The graphs of the table before, and larger ones. antecedent answers in compiled code and gives its
verdict with neither formula nor derivation; ananke gives a verdict. More than 5 s on any graph
counts as no answer.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.graphs import request
from benchmarks.rivals import Race, dismiss, workers

SIZES = (10, 50, 200, 1000, 5000)
TOOLS = ("causal", "antecedent", "ananke")


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds by size, the ratios, and whether the verdicts agree."""
    tools = workers(TOOLS, 5.0)
    rows = []
    for hidden in (0.3, 1.0):
        for n in SIZES[:2] if quick else SIZES:
            race = Race(tools)
            graphs = [request(n, degree=3, hidden=hidden, seed=seed) for seed in range(7)]
            race.run([graph | {"task": "verdict"} for graph in graphs], repeats=5)
            row: dict[str, object] = {"variables": n, "hidden causes": round(hidden * n)}
            row |= {f"{tool}, ms": race.milliseconds(tool) for tool in TOOLS}
            row |= {f"{tool} / causal": race.ratio(tool, to="causal") for tool in TOOLS[1:]}
            rows.append(row | {"same verdict": race.agreement()})
    dismiss(tools)
    return pd.DataFrame(rows)
