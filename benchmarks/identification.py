"""How long does it take to identify P(y | do(x)), formula included?

Random graphs with three edges a vertex, few (0.3 n) or many (1.0 n) hidden common causes, and a
treatment that is an ancestor of the outcome. Our time includes a derivation that has been replayed
by the independent checker; the others give a formula alone. "simplified" is causaleffect with
simplification switched on. More than 20 s on any graph counts as no answer.
"""

from __future__ import annotations

from statistics import median

import pandas as pd

from benchmarks.graphs import request
from benchmarks.rivals import Race, dismiss, workers

SIZES = (5, 10, 20, 50, 100, 200)
TOOLS = ("causal", "y0", "causaleffect", "causaleffect, simplified")


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds by size, the ratio, and whether the verdicts agree."""
    tools = workers(TOOLS)
    rows = []
    for hidden in (0.3, 1.0):
        for n in SIZES[:3] if quick else SIZES:
            race = Race(tools)
            graphs = [
                request(n, degree=3, hidden=hidden, seed=seed) for seed in range(3 if quick else 7)
            ]
            race.run([graph | {"task": "identify"} for graph in graphs], repeats=5)
            rows.append({"variables": n, "hidden causes": round(hidden * n)} | _row(race))
    dismiss(tools)
    return pd.DataFrame(rows)


def _row(race: Race) -> dict[str, object]:
    return {
        "causal, ms": race.milliseconds("causal"),
        "y0, ms": race.milliseconds("y0"),
        "y0 / causal": race.ratio("y0", to="causal"),
        "causaleffect, ms": race.milliseconds("causaleffect"),
        "simplified, ms": race.milliseconds("causaleffect, simplified"),
        "same verdict": race.agreement(),
        "causal, characters": _length(race, "causal"),
        "y0, characters": _length(race, "y0"),
        "causaleffect, characters": _length(race, "causaleffect"),
    }


def _length(race: Race, tool: str) -> str:
    lengths = race.lengths.get(tool)
    return f"{median(lengths):.0f}" if lengths else ""
