"""How long does a reader wait before the first line of work?

Each row is a whole process; "python" is the floor under all of them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks.rivals import Absent, rivals_python

NAPKIN = ("W -> Z -> X -> Y; W <-> X; W <-> Y", "P(Y | do(X))")
OURS = {
    "python": ["-c", "pass"],
    "import causal": ["-c", "import causal"],
    "import ablation": ["-c", "import ablation"],
    "causal --help": ["-m", "causal", "--help"],
    "causal identify (napkin)": ["-m", "causal", "identify", *NAPKIN],
}
THEIRS = {
    "y0: import identify_outcomes": "from y0.algorithm.identify import identify_outcomes",
    "networkx: import": "import networkx",
    "pgmpy: import DAG": "from pgmpy.base import DAG",
    "dowhy: import CausalModel": "from dowhy import CausalModel",
}
REFERENCE = "causal identify (napkin)"


def table(quick: bool) -> pd.DataFrame:
    """Median and best milliseconds of each start, and the ratio to a whole answer of ours."""
    theirs = rivals_python()
    commands: dict[str, list[str] | Absent] = {
        what: [sys.executable, *rest] for what, rest in OURS.items()
    }
    for what, code in THEIRS.items():
        commands[what] = theirs if isinstance(theirs, Absent) else [str(theirs), "-c", code]
    times: dict[str, list[float]] = {what: [] for what in commands}
    for turn in range(-1, 5 if quick else 9):  # the first round warms the disk and is not counted
        for what in commands if turn % 2 else reversed(commands):
            measured = _seconds(commands[what])
            if isinstance(measured, Absent):
                commands[what] = measured
            elif turn >= 0:
                times[what].append(measured)
    rows = []
    for what, command in commands.items():
        if isinstance(command, Absent):
            rows.append({"start": what, "median, ms": str(command), "best, ms": "", "ratio": ""})
        else:
            ratio = median(times[what]) / median(times[REFERENCE])
            milliseconds = [1000 * f(times[what]) for f in (median, min)]
            rows.append(
                {"start": what, "median, ms": f"{milliseconds[0]:.0f}",
                 "best, ms": f"{milliseconds[1]:.0f}", "ratio": f"{ratio:.1f}x"}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _seconds(command: list[str] | Absent) -> float | Absent:
    if isinstance(command, Absent):
        return command
    start = time.perf_counter()
    ending = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )
    elapsed = time.perf_counter() - start
    if ending.returncode:
        return Absent((ending.stderr.strip().splitlines() or ["failed"])[-1])
    return elapsed
