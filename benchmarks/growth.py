"""How does the time grow with the graph?

Three edges a vertex and 0.3 n hidden common causes, up to 5,000 variables: the verdict alone, and
formula with replayed derivation. One `#` is a factor of 10^(1/8) in milliseconds, from 0.01 ms on;
a straight line of bars from row to row would be a power of n. Random graphs rarely have large
districts: the last columns are for V1 -> V2 -> ... with V1 <-> V3, V2 <-> V4, ..., where half of
all variables are one district, and the formula itself mentions n^2 / 4 names.
"""

from __future__ import annotations

from math import log10

import pandas as pd

from benchmarks.graphs import request, zigzag
from benchmarks.rivals import Absent, Race, dismiss, workers

SIZES = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
FLOOR_MS, A_DECADE = 0.01, 8
LARGEST_DISTRICT = 100


def table(quick: bool) -> pd.DataFrame:
    """A row a size: two times and their bars."""
    tools = workers(["causal"])
    rows = []
    for n in SIZES[:6] if quick else SIZES:
        graphs = [request(n, degree=3, hidden=0.3, seed=seed) for seed in range(7)]
        row: dict[str, object] = {"variables": n}
        for task, title in (("verdict", "verdict"), ("identify", "formula and derivation")):
            race = Race(tools)
            race.run([graph | {"task": task} for graph in graphs], repeats=5)
            row |= {f"{title}, ms": race.milliseconds("causal"), f"{title}": _bar(race)}
        if n <= LARGEST_DISTRICT:
            race = Race(tools)
            race.run([zigzag(n) | {"task": "identify"}], repeats=3)
            title = "the same through one district"
            row |= {f"{title}, ms": race.milliseconds("causal"), title: _bar(race)}
        rows.append(row)
    dismiss(tools)
    return pd.DataFrame(rows).fillna("")


def _bar(race: Race) -> str:
    time = race.time("causal")
    if isinstance(time, Absent):
        return ""
    return "#" * max(1, round(A_DECADE * log10(1000 * time / FLOOR_MS)))
