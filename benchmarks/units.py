"""How long does it take to say what each unit would have been, and to draw units?

Random linear models with up to three parents a variable, one variable set to 1. "numpy" is the loop
that one would write by hand for that model, over descendants only: it copies the data first, except
where it says so. We share what cannot differ with the data, and copy nothing else. For chances of a
choice among five values, numpy draws 64 rounds of noise and keeps what fits; we are exact. DoWhy
fits its mechanisms before the clock starts. Processor time, the best of 3 turns with everybody and
of 20 more without DoWhy. More than 120 s counts as no answer.
"""

from __future__ import annotations

import random

import pandas as pd

from benchmarks.rivals import ROOT, Absent, Race, Worker, command_of

SCRIPT = ROOT / "benchmarks" / "units_worker.py"
TOOLS = ("numpy", "causal", "dowhy")
LIMIT = 120.0
MODELS = ((10, 100_000), (100, 100_000), (1000, 100_000))


def table(quick: bool) -> pd.DataFrame:
    """The best milliseconds by work and tool, and ratios taken in the same run."""
    rows = []
    for variables, units in MODELS[:2] if quick else MODELS:
        model = linear(variables, units)
        size = f"{variables} variables x {units:,} units"
        rows.append(_row(f"{size}, every variable", model | {"kind": "everything"}))
        rows.append(_row(f"{size}, numpy without a copy", model | {"kind": "nothing copied"}))
        rows.append(_row(f"{size}, one target", model | {"kind": "target"}))
    for variables in (10,) if quick else (10, 50):
        model = linear(variables, 1_000_000) | {"kind": "sample"}
        rows.append(_row(f"draw 1,000,000 units of {variables} variables", model))
    choice = linear(2, 100_000) | {"kind": "choice"}
    rows.append(_row("chances among 5 values, 100,000 units", choice))
    race = choice | {"kind": "race"}
    rows.append(_row("the same, coupled by GumbelMax", race))
    return pd.DataFrame(rows)


def linear(variables: int, units: int) -> dict[str, object]:
    """Up to three parents a variable; a third of the way down one is set, the target is below."""
    draw = random.Random(f"linear {variables}")
    parents = [draw.sample(range(i), min(i, draw.randint(1, 3))) for i in range(variables)]
    weights = [[draw.uniform(-0.6, 0.6) for _ in row] for row in parents]
    do = variables // 3
    below = {do}
    for i in range(do + 1, variables):
        if below.intersection(parents[i]):
            below.add(i)
    return {
        "parents": parents,
        "weights": weights,
        "units": units,
        "seed": variables,
        "do": do,
        "target": max(below),
    }


def _row(work: str, request: dict[str, object]) -> dict[str, object]:
    kind = request["kind"]
    asked = TOOLS if kind in ("everything", "sample") else TOOLS[:2]
    workers: dict[str, Worker | Absent] = {}
    for tool in asked:
        place = command_of("causal" if tool == "numpy" else tool)
        if isinstance(place, Absent):
            workers[tool] = place
        else:
            workers[tool] = Worker(tool, [place[0], str(SCRIPT), tool], LIMIT)
    race = Race(workers)
    race.run([request], repeats=3)
    race.tools = {tool: workers[tool] for tool in TOOLS[:2]}
    race.run([request], repeats=20)
    race.seconds = {tool: [min(seconds)] for tool, seconds in race.seconds.items()}
    for worker in workers.values():
        if isinstance(worker, Worker):
            worker.close()
    off = [abs(float(str(race.answers[tool][0]))) for tool in ("numpy", "causal")]
    assert kind in ("choice", "race") or abs(off[0] - off[1]) < 1e-9, "numpy and causal disagree"
    return {
        "work": work,
        **{f"{tool}, ms": race.milliseconds(tool) if tool in asked else "" for tool in TOOLS},
        "causal / numpy": _ratio(race, "causal", "numpy"),
        "dowhy / causal": race.ratio("dowhy", to="causal") if "dowhy" in asked else "",
    }


def _ratio(race: Race, one: str, other: str) -> str:
    ours, theirs = race.time(one), race.time(other)
    return "" if isinstance(ours, Absent) or isinstance(theirs, Absent) else f"{ours / theirs:.2f}x"
