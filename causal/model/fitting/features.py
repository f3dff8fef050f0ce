"""Which features a learner may weigh, and their columns on the rows of a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from causal.model.continuous.features import Feature, Weighted
from causal.model.fitting.task import Task
from causal.model.noise import Floats, floats

__all__ = ["bends", "design", "lines", "weighted"]

KNOTS = (8, 24)  # of a number's curve, fewest and most, its least and largest value among them


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
    """``lines``, plus bends at quantiles of each number: natural cubic splines.

    A curve goes on as a straight line where no row has been.  A number with few different values
    gets fewer bends.
    """
    found = list(lines(task))
    for name in task.given:
        if name in task.levels:
            continue
        different = np.unique(floats(task.columns[name]))
        several = min(len(different) - 1, int(np.clip(len(task) ** (1 / 3) + 4, *KNOTS)))
        places = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, max(several, 1)))  # closer at the ends
        at = np.quantile(floats(task.columns[name]), places)
        *starts, inner, last = _apart(at) if several > 2 else (0.0, 0.0)
        found += [Feature(bent=((name, (first, inner, last)),)) for first in starts]
    return tuple(found)


def _apart(knots: Floats) -> list[float]:
    """The knots that are not next to another, as half of many equal numbers would make them."""
    close = 1e-6 * float(knots[-1] - knots[0])
    kept = [float(knots[0])]
    for knot in map(float, knots[1:]):
        if knot - kept[-1] > close:
            kept.append(knot)
    return kept


def design(features: Iterable[Feature], task: Task) -> Floats:
    """One column a feature, the intercept first."""
    return np.column_stack([np.ones(len(task)), *(f.of(task.columns) for f in features)])


def weighted(features: Sequence[Feature], coefficients: Floats, task: Task) -> Weighted:
    """The curve of features and coefficients, the intercept first."""
    numbers = [float(c) for c in coefficients]
    read = {name for feature in features for name, _ in feature.levels}
    domains = tuple((name, task.levels[name]) for name in task.given if name in read)
    return Weighted(numbers[0], tuple(zip(features, numbers[1:], strict=True)), domains)
