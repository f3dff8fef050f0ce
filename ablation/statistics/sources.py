"""Where the spread between seeds comes from: each crossed stream's share of the variance.

Variance components of a balanced crossed layout by the method of moments (Searle, Casella &
McCulloch 1992, "Variance components", 4.3), pooled over conditions. Bouthillier et al. (2021) find
that the split of the data often brings more of it than the initial weights.
"""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ablation.errors import StudyError, UnknownNameError
from ablation.trials import Trials, require_trials

REST = "everything else"


def variance_sources(trials: Trials, metric: str | None = None) -> pd.DataFrame:
    """Say how much of a metric's variance each crossed stream brings, and how much the rest.

    The study has to cross two streams or more, as `seeds = {"split": 3, "init": 5}`; every other
    stream, and how the crossed ones act together, is the rest. Conditions in which a run is lacking
    are left out; `conditions` counts the others. A share below zero, which chance can bring, is 0.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trial
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("loss")], {"split": 2, "init": 2}, config={"mlp": True})
    >>> trials = Trials(study, [Trial(study="toy", condition="baseline", component=None, seed=seed,
    ...     status="done", metrics={"loss": value}) for seed, value in enumerate([1., 1., 3., 3.])])
    >>> variance_sources(trials)[["stream", "levels", "variance", "share"]]
                stream  levels  variance  share
    0            split       2       2.0    1.0
    1             init       2       0.0    0.0
    2  everything else       1       0.0    0.0
    """
    require_trials(trials)
    crossed = trials.study.streams.crossed
    if len(crossed) < 2:
        raise StudyError(
            f"the study {trials.study.name!r} crosses {len(crossed) or 'no'} streams, so their "
            "shares cannot be told apart: state seeds as a table, { split = 3, init = 5 }."
        )
    known = [each.name for each in trials.study.metrics]
    if metric is not None and metric not in known:
        raise UnknownNameError("metric", metric, known)
    rows = [
        row
        for name in ([metric] if metric is not None else known)
        for row in _rows(name, [*_complete(trials, name)], dict(crossed))
    ]
    return pd.DataFrame(rows)


def _complete(trials: Trials, metric: str) -> Iterator[NDArray[np.float64]]:
    """Lay out each condition by the levels of its streams, if no run of it is lacking."""
    study = trials.study
    shape = tuple(study.streams.crossed.values())
    runs = trials.ordered
    found = runs.metric(metric)
    values = runs.by_seed(found, ~np.isnan(found))
    for by_seed in values.values():
        if by_seed.keys() >= {*study.seeds}:
            yield np.array([by_seed[seed] for seed in study.seeds]).reshape(shape)


def _rows(
    metric: str, tables: list[NDArray[np.float64]], crossed: dict[str, int]
) -> Iterator[dict[str, object]]:
    squares, total = np.zeros(len(crossed)), 0.0
    for table in tables:
        centred = table - table.mean()
        total += float((centred**2).sum())
        for axis in range(len(crossed)):
            others = tuple(other for other in range(len(crossed)) if other != axis)
            means = centred.mean(axis=others)
            squares[axis] += float((means**2).sum()) * table.size / table.shape[axis]
    blocks, levels = math.prod(crossed.values()), np.array([*crossed.values()])
    free = (blocks - 1 - (levels - 1).sum()) * len(tables)
    rest = max(total - float(squares.sum()), 0.0) / free if tables else math.nan
    means = squares / ((levels - 1) * max(len(tables), 1))
    components = [
        max(float(mean) - rest, 0.0) / (blocks / level)
        for mean, level in zip(means, levels, strict=True)
    ]
    found = [*components, rest] if tables else [math.nan] * (len(crossed) + 1)
    whole = math.fsum(found)
    for name, level, variance in zip([*crossed, REST], [*levels, 1], found, strict=True):
        yield {
            "metric": metric,
            "stream": name,
            "levels": int(level),
            "variance": variance,
            "sd": math.sqrt(variance),
            "share": variance / whole if whole else math.nan,
            "conditions": len(tables),
        }
