"""How long do long logs take: to plan 100,000 trials, to read 1,000,000 as a table?

Rows as the runner writes them: 700 characters with configuration, covariates and checksum. A table
comes from blocks that are kept by column, each bound to the chain of the rows; `verify` makes every
checksum of every row again, in as many processes as there are cores, at most four. "processor" is
the sum over the processes: beside other work it says more than the clock. "short rows" are as many
without keys and covariates. Plans are of 99 components: left out one by one, and in masks of their
own in every block.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import pandas as pd

from ablation import LeaveOneOut, Metric, RandomMasks, Study, Trial, effects, frame, load
from ablation.canonical import Json
from ablation.component import Component
from ablation.design import Design
from ablation.plan import plan
from ablation.store import Store, verify
from ablation.store.progress import progress
from benchmarks.store import PARTS, no_op_study

COVARIATES: dict[str, Json] = {
    "code": "2a9ec1775a09c2ee",
    "commit": "219e8c445cc466ff890bdbdf75da6926f8a308e6",
    "device": "cpu",
    "host": "localhost",
    "packages": {"numpy": "2.4.6", "pandas": "3.1.1"},
    "platform": "Linux-6.18.44-x86_64-with-glibc2.36",
    "processes": 1,
    "python": "3.11.7",
    "threads": 1,
    "uncommitted": False,
}


def table(quick: bool) -> pd.DataFrame:
    """Median seconds on the clock and of the processor."""
    trials, repeats = (10_000, 2) if quick else (1_000_000, 5)
    seeds = trials // 1000
    with TemporaryDirectory() as folder:
        long, short = Path(folder, "long.db"), Path(folder, "short.db")
        _fill(long, trials, COVARIATES)
        _fill(short, trials, {})
        hundred, masked = _study(LeaveOneOut(), seeds), _study(RandomMasks(99), seeds)
        works: list[tuple[str, int, Callable[[], object]]] = [
            ("plan, the same conditions in every block", 100 * seeds, lambda: plan(hundred)),
            ("plan, other conditions in every block", 100 * seeds, lambda: plan(masked)),
            ("ablation.frame", trials, lambda: frame(long)),
            ("ablation.frame, one core", trials, lambda: _on_one_core(lambda: frame(long))),
            ("ablation.frame, short rows", trials, lambda: frame(short)),
            ("ablation.load and effects", trials, lambda: effects(load(long))),
            ("ablation status", trials, lambda: progress(long)),
            ("ablation verify", trials, lambda: verify(long)),
        ]
        return pd.DataFrame(
            {"work": work, "trials": many, **_timed(each, repeats)} for work, many, each in works
        )


def _study(design: Design, seeds: int) -> Study:
    parts = [f"part{index}" for index in range(99)]
    return Study(
        "large", "store:no_op", [Component(each, switch=each) for each in parts], design,
        [Metric("accuracy")], seeds, config=dict.fromkeys(parts, True),
    )  # fmt: skip


def _fill(path: Path, trials: int, covariates: dict[str, Json]) -> None:
    """Write rows some thousands to a transaction; durable one by one would take minutes."""
    study = no_op_study(trials)
    made = _made(study, trials, covariates)
    with Store.open(path) as store:
        store.register(study)
        while some := [*islice(made, 4096)]:
            store.append_all(some)


def _made(study: Study, trials: int, covariates: dict[str, Json]) -> Iterator[Trial]:
    rng, conditions = random.Random(0), study.conditions
    for number in range(1, trials + 1):
        seed, place = divmod(number - 1, len(conditions))
        condition = conditions[place]
        yield Trial(
            study=study.name,
            condition=condition.name,
            component=condition.component,
            seed=seed,
            status="done",
            metrics={"accuracy": rng.random()},
            config={part: part != condition.component for part in PARTS},
            key=hashlib.sha256(b"%d" % number).hexdigest() if covariates else "",
            wall_s=rng.random(),
            cpu_s=rng.random(),
            environment=covariates and {**covariates, "order": number, "peak_memory": number},
        )


def _on_one_core(work: Callable[[], object]) -> object:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return work()
    finally:
        os.sched_setaffinity(0, cores)


def _timed(work: Callable[[], object], repeats: int) -> dict[str, float]:
    walls, processors = [], []
    for _ in range(repeats):
        wall, processor = perf_counter(), _used()
        work()
        walls.append(perf_counter() - wall)
        processors.append(_used() - processor)
    return {"seconds": round(median(walls), 2), "processor, s": round(median(processors), 2)}


def _used() -> float:
    """Processor seconds of this process, and of those that it started and that ended."""
    both = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)
