"""How many trials a second are recorded durably, and what does the runner cost?

The system does nothing, so what is timed is everything else. Each row is on disk before the next
is begun (`synchronous = FULL`): the disk sets the pace. Process start is part of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import pandas as pd

from ablation import Component, LeaveOneOut, Metric, Study, Trial, load, run
from ablation.plan import plan
from ablation.store import Store

PARTS = [f"part{index}" for index in range(9)]


def no_op(_config: object, seeds: dict[str, int]) -> dict[str, float]:
    """The system that is studied."""
    return {"accuracy": seeds["init"] % 1000}


def table(quick: bool) -> pd.DataFrame:
    """Median rates of the store and the runner, and the runner's own processor time."""
    trials, repeats = (200, 3) if quick else (2000, 5)
    with TemporaryDirectory() as folder:
        study, stores = no_op_study(trials), Path(folder)
        filled = stores / "filled.db"
        append(study, filled)
        works: dict[str, Callable[[Path], object]] = {
            "append, each row durable": lambda path: append(study, path),
            "read, every checksum checked": lambda _: load(filled).frame(),
            "plan": lambda _: plan(study),
            "run in this process": lambda path: run(study, path, workers=0),
            "run with 1 worker": lambda path: run(study, path, workers=1),
            "run with 2 workers": lambda path: run(study, path, workers=2),
        }
        return pd.DataFrame(
            {"work": name, "trials": trials} | _timed(work, name, stores, trials, repeats)
            for name, work in works.items()
        )


def no_op_study(trials: int) -> Study:
    """So many trials, of nine components, that do nothing."""
    return Study(
        "no-op",
        f"{Path(__file__).stem}:no_op",
        [Component(name, switch=name) for name in PARTS],
        LeaveOneOut(),
        [Metric("accuracy")],
        seeds=trials // (len(PARTS) + 1),
        config=dict.fromkeys(PARTS, True),
        folder=Path(__file__).parent,
    )


def append(study: Study, path: Path) -> None:
    """Fill a store with made-up results, row by row."""
    with Store.open(path) as store:
        store.register(study)
        for each in plan(study).trials:
            store.append(
                Trial(
                    study=study.name,
                    condition=each.condition,
                    component=each.component,
                    seed=each.seed,
                    status="done",
                    metrics={"accuracy": 0.5},
                    config=each.config,
                    key=each.key,
                )
            )


def _timed(
    work: Callable[[Path], object], name: str, stores: Path, trials: int, repeats: int
) -> dict[str, object]:
    walls, processors = [], []
    for repeat in range(repeats):
        wall, processor = perf_counter(), process_time()
        work(stores / f"{name}{repeat}.db")
        walls.append(perf_counter() - wall)
        processors.append(process_time() - processor)
    return {
        "trials/s": round(trials / median(walls)),
        "this process, ms a trial": round(1000 * median(processors) / trials, 3),
    }
