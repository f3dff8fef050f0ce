"""How long do the textbook graphs take?

Formula and derivation, replayed by the checker, for the graphs of the papers in `tests/papers`; the
median over the graphs, and the slowest one. dosearch is the only other tool that derives its
formulas by the rules of do-calculus; it searches for them. "certificate" adds to our answer what a
third party needs to verify it: for a "no" two models that agree on all data.
"""

from __future__ import annotations

from statistics import median

import pandas as pd

from benchmarks.graphs import classics
from benchmarks.rivals import Absent, Race, dismiss, workers

TOOLS = ("causal", "dosearch", "causaleffect", "y0", "antecedent")


def table(quick: bool) -> pd.DataFrame:
    """A row a tool: the median graph, the slowest, and how often its verdict is ours."""
    tools = workers((*TOOLS, "causal, certificate"))
    races = []
    for graph in classics():
        races.append(Race(tools))
        races[-1].run([graph | {"task": "identify"}], repeats=1 if quick else 5)
    dismiss(tools)
    ours = [race.answers["causal"] for race in races]
    rows = []
    for tool in ("causal", "causal, certificate", *TOOLS[1:]):
        times = [race.time(tool) for race in races]
        missing = [str(time) for time in times if isinstance(time, Absent)]
        seconds = [time for time in times if not isinstance(time, Absent)]
        if not seconds:
            rows.append({"tool": tool, "median, ms": missing[0]})
            continue
        same = sum(race.answers.get(tool) == one for race, one in zip(races, ours, strict=True))
        rows.append(
            {
                "tool": tool,
                "median, ms": f"{1000 * median(seconds):.3f}",
                "slowest, ms": f"{1000 * max(seconds):.3f}",
                "derivation": {"causal": "replayed", "causal, certificate": "replayed"}.get(
                    tool, "as text" if tool == "dosearch" else "none"
                ),
                "same verdict": f"{same} of {len(races)}",
                "no answer": f"{len(missing)} ({missing[0]})" if missing else "0",
            }
        )
    return pd.DataFrame(rows).fillna("")
