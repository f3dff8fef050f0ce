"""What does it cost to run trials that do nothing, beside other tools that run many?

Each tool keeps its results as it does by default: we one durable, checked row a trial, Optuna rows
in SQLite, Ray Tune and Hydra a folder a trial. Two workers; the start of everything is included in
the seconds. "a trial" is what one more costs: the difference to a sweep of a quarter of the trials,
divided by the trials between. The rivals run fewer trials where they take long; what a tool did not
keep is not counted as run, and more than five minutes for a sweep counts as no answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import pandas as pd

from ablation.runner.family import end
from benchmarks.rivals import FOLDER, Absent, rivals_python

OURS = "ablation run"
TRIALS = {OURS: 10_000, "Optuna, SQLite": 400, "Ray Tune": 40, "Hydra, joblib": 80}
WORKERS = 2
LIMIT_S = 300.0


def table(quick: bool) -> pd.DataFrame:
    """Seconds, trials a second, what one more costs, and how many times that is ours."""
    sizes = {tool: trials // (5 if quick else 1) for tool, trials in TRIALS.items()}
    took: dict[tuple[str, int], list[float]] = defaultdict(list)
    absent: dict[str, Absent] = {}
    for _ in range(2 if quick else 5):  # everybody in turns
        for tool, trials in sizes.items():
            for size in (trials // 4, trials):
                seconds = absent.get(tool) or _sweep(tool, size)
                if isinstance(seconds, Absent):
                    absent[tool] = seconds
                else:
                    took[tool, size].append(seconds)
    table = pd.DataFrame(_row(tool, sizes[tool], took, absent.get(tool)) for tool in sizes)
    more = pd.to_numeric(table["a trial, ms"], errors="coerce")
    table["times ours"] = (more / more.iloc[0]).round(1)
    return table.round({"seconds": 1, "trials/s": 1, "a trial, ms": 2}).fillna("")


def _row(
    tool: str, trials: int, took: Mapping[tuple[str, int], list[float]], absent: Absent | None
) -> dict[str, object]:
    if absent is not None:
        return {"tool": f"{tool} ({absent})", "trials": trials, "a trial, ms": None}
    few, many = (median(took[tool, size]) for size in (trials // 4, trials))
    return {
        "tool": tool,
        "trials": trials,
        "seconds": many,
        "trials/s": trials / many,
        "a trial, ms": 1000 * (many - few) / (trials - trials // 4),
    }


def _sweep(tool: str, trials: int) -> float | Absent:
    """Seconds of one sweep, in a process of its own that is ended with all that it started."""
    python = Path(sys.executable) if tool == OURS else rivals_python("rivals-runners")
    if isinstance(python, Absent):
        return python
    asked = [str(python), str(FOLDER / "runners_worker.py"), tool, str(trials), str(WORKERS)]
    with subprocess.Popen(
        asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as sweep:
        try:
            said, complaint = sweep.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            end(sweep.pid)
            return Absent(f"{trials} trials took more than {LIMIT_S:g} s")
    if sweep.returncode:
        return Absent((complaint.strip().splitlines() or ["it failed"])[-1][:80])
    wall: float = json.loads(said.splitlines()[-1])["wall"]
    return wall
