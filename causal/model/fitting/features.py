"""Which features a learner may weigh, and their columns on the rows of a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from causal.model.continuous.features import Feature, Weighted
from causal.model.fitting.task import Task
from causal.model.noise import Floats, floats

__all__ = ["bends", "design", "lines", "weighted"]

KNOTS = 5  # bends a number, at most


def lines(task: Task) -> tuple[Feature, ...]:
    """Each number as itself, each value of a categorical parent but the first as an indicator."""
    found: list[Feature] = []
    for name in task.given:
        if values := task.levels.get(name):
            found += [Feature(levels=((name, value),)) for value in values[1:]]
        else:
            found.append(Feature((name,)))
    return tuple(found)


def bends(task: Task) -> tuple[Feature, ...]:
    """``lines``, plus squares, cubes and bends at quantiles of each number: cubic splines.

    A number with few different values gets fewer bends.
    """
    found = list(lines(task))
    for name in task.given:
        if name in task.levels:
            continue
        column = floats(task.columns[name])
        inner = np.quantile(column, np.linspace(0, 1, KNOTS + 2)[1:-1])
        knots = [float(k) for k in np.unique(inner) if column.min() < k < column.max()]
        kept = knots[: max(0, len(np.unique(column)) - 4)]
        found += [Feature((name, name)), Feature((name, name, name))]
        found += [Feature(bent=((name, knot),)) for knot in kept]
    return tuple(found)


def design(features: Iterable[Feature], task: Task) -> Floats:
    """One column a feature, the intercept first."""
    return np.column_stack([np.ones(len(task)), *(f.of(task.columns) for f in features)])


def weighted(features: Sequence[Feature], coefficients: Floats, task: Task) -> Weighted:
    """The curve of features and coefficients, the intercept first."""
    numbers = [float(c) for c in coefficients]
    read = {name for feature in features for name, _ in feature.levels}
    domains = tuple((name, task.levels[name]) for name in task.given if name in read)
    return Weighted(numbers[0], tuple(zip(features, numbers[1:], strict=True)), domains)
