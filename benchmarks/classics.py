"""How long do the textbook graphs take?

Formula and derivation, replayed by the checker, for the graphs of the papers in `tests/papers`; the
median over the graphs, and the slowest one. dosearch is the only other tool that derives its
formulas by the rules of do-calculus; it searches for them. "certificate" adds to our answer what a
third party needs to verify it: to a "yes" the sealed derivation, to a "no" two models that agree on
all data, which are checked as well.
"""

from __future__ import annotations

from statistics import median

import pandas as pd

from benchmarks.graphs import classics
from benchmarks.rivals import Absent, Race, dismiss, workers

TOOLS = ("causal", "dosearch", "causaleffect", "y0", "antecedent")
SEALED = "causal, certificate"
DERIVED = {"causal": "replayed", SEALED: "replayed", "dosearch": "as text"}


def table(quick: bool) -> pd.DataFrame:
    """A row a tool: the median graph, the slowest, and how often its verdict is ours."""
    tools = workers((*TOOLS, SEALED))
    races = []
    for graph in classics():
        races.append(Race(tools))
        races[-1].run([graph | {"task": "identify"}], repeats=1 if quick else 5)
    dismiss(tools)
    sealed = [
        _row(SEALED, [race for race in races if race.answers["causal"] == [verdict]], word)
        for verdict, word in ((True, 'of a "yes"'), (False, 'of a "no"'))
    ]
    rows = [_row("causal", races), *sealed, *(_row(tool, races) for tool in TOOLS[1:])]
    return pd.DataFrame(rows).fillna("")


def _row(tool: str, races: list[Race], which: str = "") -> dict[str, object]:
    times = [race.time(tool) for race in races]
    missing = [str(time) for time in times if isinstance(time, Absent)]
    seconds = [time for time in times if not isinstance(time, Absent)]
    name = f"{tool} {which}".strip()
    if not seconds:
        return {"tool": name, "median, ms": missing[0]}
    same = sum(race.answers.get(tool) == race.answers["causal"] for race in races)
    return {
        "tool": name,
        "median, ms": f"{1000 * median(seconds):.3f}",
        "slowest, ms": f"{1000 * max(seconds):.3f}",
        "derivation": DERIVED.get(tool, "none"),
        "same verdict": f"{same} of {len(races)}",
        "no answer": f"{len(missing)} ({missing[0]})" if missing else "0",
    }
