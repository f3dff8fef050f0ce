"""What is known of a value: one for certain, the chances of a few, or where a number lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np

from causal.model.engines.answers import Number
from causal.model.mechanism import Value
from causal.model.noise import Column, Finite, Floats, floats
from causal.model.noise import Law as NoiseLaw
from causal.variables import Variable

__all__ = ["Chances", "Change", "Inferred", "Known", "Spread", "certain", "of_noise", "weighted"]

Chances: TypeAlias = Mapping[Value, Number]

SURE = 1e-9  # of the size of a number: a smaller spread is rounding
TAILS = np.array([0.025, 0.975])


@dataclass(frozen=True)
class Spread:
    """Where a real number lies: its mean and standard deviation, and the middle 95 % of it."""

    mean: float
    sd: float
    low: float
    high: float


Known: TypeAlias = Chances | Spread


@dataclass(frozen=True)
class Inferred:
    """What the evidence says about a noise: its law before, and after."""

    noise: str
    before: Known
    after: Known


@dataclass(frozen=True)
class Change:
    """A variable as it was and as it would have been, and how likely the two differ.

    Of a real number ``by`` says by how much, and ``usual`` where it lies when nothing is known.
    """

    variable: Variable
    was: Known
    would_be: Known
    differs: Number
    by: Known | None = None
    usual: Known | None = None


def certain(known: Known) -> Value | None:
    """The one possible value, or None where several are.

    >>> certain({3: 1.0}), certain({0: 0.5, 1: 0.5}), certain(Spread(0, 1, -2, 2))
    (3, None, None)
    """
    return next(iter(known)) if isinstance(known, Mapping) and len(known) == 1 else None


def weighted(values: Column, weights: Floats, *, finite: bool) -> Known:
    """The law of weighted draws; weights sum to one.

    >>> weighted(np.array([0, 1, 1]), np.array([0.5, 0.25, 0.25]), finite=True)
    {0: 0.5, 1: 0.5}
    """
    if finite:
        found = ((v, float(weights[values == v].sum())) for v in np.unique(values))
        return {v.item(): p for v, p in found if p}
    numbers = floats(values)[weights > 0]
    kept = weights[weights > 0]
    mean = float(kept @ numbers)
    sd = sqrt(float(kept @ (numbers - mean) ** 2))
    if sd <= SURE * max(1.0, float(np.abs(numbers).max())):
        return {mean: 1.0}
    order = np.argsort(numbers)
    ends = np.searchsorted(np.cumsum(kept[order]), TAILS)
    low, high = (float(numbers[order[min(end, len(order) - 1)]]) for end in ends)
    return Spread(mean, sd, low, high)


def of_noise(law: NoiseLaw) -> Known:
    """The law of a noise before anything was seen.

    >>> of_noise(Finite("1/4, 3/4"))
    {0: Fraction(1, 4), 1: Fraction(3, 4)}
    """
    if isinstance(law, Finite):
        return {value: p for value, p in enumerate(law.weights) if p}
    low, high = (float(end) for end in law.form.quantile(TAILS))
    return Spread(law.form.mean, sqrt(law.form.variance), low, high)
