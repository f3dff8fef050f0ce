"""What does it cost to run trials that do nothing, beside other tools that run many?

Each tool keeps its results as it does by default: we one durable, checked row a trial, Optuna rows
in SQLite, Ray Tune and Hydra a folder a trial. Two workers; the start of everything is included.
The rivals run fewer trials where they take long, and rates are compared.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import pandas as pd

from ablation import Trial, frame, run
from ablation.plan import plan
from ablation.store import Store
from ablation.store.rows import row_of
from benchmarks.rivals import FOLDER, Absent, rivals_python
from benchmarks.store import PARTS, no_op_study

RIVALS = {"Optuna, SQLite": 200, "Ray Tune": 40, "Hydra, joblib": 40}
WORKERS = 2


def table(quick: bool) -> pd.DataFrame:
    """Seconds, trials a second, and how many times as long a trial takes as with us."""
    trials, repeats = (500, 2) if quick else (10_000, 5)
    with TemporaryDirectory() as folder:
        study = no_op_study(trials)
        ours = [
            _timed(lambda path: run(study, path, WORKERS), Path(folder, f"{number}.db"))
            for number in range(repeats)
        ]
        rows = [{"tool": "ablation run", "trials": trials, "seconds": median(ours)}]
        rows += [
            _rival(tool, many // (4 if quick else 1), repeats) for tool, many in RIVALS.items()
        ]
        rows += _large(Path(folder), 10_000 if quick else 1_000_000, repeats)
    table = pd.DataFrame(rows)
    rate = pd.to_numeric(table["trials"]) / pd.to_numeric(table["seconds"], errors="coerce")
    table["trials/s"] = rate.round(1 if rate.min() < 10 else 0)
    beside = table["tool"].isin(["ablation run", *RIVALS])
    table["times as long a trial"] = (rate.iloc[0] / rate).round(1).where(beside, "")
    return table.round({"seconds": 2}).fillna("")


def _rival(tool: str, trials: int, repeats: int) -> dict[str, object]:
    python = rivals_python("rivals-runners")
    if isinstance(python, Absent):
        return {"tool": f"{tool} ({python})", "trials": trials, "seconds": None}
    asked: list[str] = [
        str(python),
        str(FOLDER / "runners_worker.py"),
        tool,
        str(trials),
        str(WORKERS),
    ]
    seconds = []
    for _ in range(repeats):
        ending = subprocess.run(asked, capture_output=True, text=True, check=False)
        if ending.returncode:
            said = ending.stderr.strip().splitlines()[-1][:80]
            return {"tool": f"{tool} (not run: {said})", "trials": trials, "seconds": None}
        seconds.append(json.loads(ending.stdout.splitlines()[-1])["wall"])
    return {"tool": tool, "trials": trials, "seconds": median(seconds)}


def _large(folder: Path, trials: int, repeats: int) -> list[dict[str, object]]:
    """Planning and reading, of sizes that a long log has."""
    path = folder / "large.db"
    _fill(path, trials)
    planned = no_op_study(trials // 10)
    planning = [_timed(lambda _: plan(planned), path) for _ in range(repeats)]
    reading = [_timed(frame, path) for _ in range(repeats)]
    return [
        {"tool": "ablation plan", "trials": trials // 10, "seconds": median(planning)},
        {"tool": "ablation.frame, every row checked", "trials": trials, "seconds": median(reading)},
    ]


def _fill(path: Path, trials: int) -> None:
    """Write as many rows as that in one transaction; durable one by one would take minutes."""
    study = no_op_study(trials)
    with Store.open(path) as store:
        store.register(study)
    above, config = "", dict.fromkeys(PARTS, True)
    with closing(sqlite3.connect(path)) as connection:
        for number in range(1, trials + 1):
            seed, place = divmod(number - 1, len(study.conditions))
            condition = study.conditions[place]
            trial = Trial(
                study=study.name,
                condition=condition.name,
                component=condition.component,
                seed=seed,
                status="done",
                metrics={"accuracy": seed / trials},
                config=config,
            )
            row = row_of(trial, number, above, "")
            above = str(row[-1])
            connection.execute(f"INSERT INTO trials VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()


def _timed(work, path: Path) -> float:
    began = perf_counter()
    work(path)
    return perf_counter() - began
