"""A number in every bootstrap draw at once: arithmetic on a whole column of laws.

A formula is evaluated cell by cell with ordinary operators, so an array that behaves like a number
takes it through hundreds of resampled laws in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.expression.law import Number

__all__ = ["Draws", "Replicates"]

Draws: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Replicates:
    """One value a draw; NaN where a draw leaves the value undefined.

    Zero times undefined is zero, as for the formula on one law: a cell that cannot occur asks for
    no conditional probability.

    >>> empty = Replicates(np.array([0.0, 0.5]))
    >>> (empty / empty).draws, (empty * (empty / empty)).draws
    (array([nan,  1.]), array([0. , 0.5]))
    """

    draws: Draws

    def __add__(self, other: Replicates | Number) -> Replicates:
        return Replicates(self.draws + _draws(other))

    def __mul__(self, other: Replicates | Number) -> Replicates:
        factor = _draws(other)
        nothing = (self.draws == 0) | (factor == 0)
        return Replicates(np.where(nothing, 0.0, self.draws * factor))

    def __truediv__(self, other: Replicates | Number) -> Replicates:
        return Replicates(_ratio(self.draws, _draws(other)))

    def __rtruediv__(self, other: Number) -> Replicates:
        return Replicates(_ratio(_draws(other), self.draws))

    __radd__ = __add__
    __rmul__ = __mul__


def _draws(number: Replicates | Number) -> Draws:
    return number.draws if isinstance(number, Replicates) else np.asarray(float(number))


def _ratio(above: Draws, below: Draws) -> Draws:
    known = below != 0
    return np.where(known, above / np.where(known, below, 1.0), np.nan)
