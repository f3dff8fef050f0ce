"""Weighted features: linear predictors and splines as data, and their exponentials.

A number enters as itself, as a product of numbers, or as a bend between knots that is straight
outside of them; a value of a categorical parent enters as an indicator.  Natural cubic splines:
Hastie, Tibshirani & Friedman (2009), section 5.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from causal.errors import DataError
from causal.model.mechanism import Column, Columns, Value, Values
from causal.model.noise import Floats, floats
from causal.variables import Variable, natural

__all__ = ["Exp", "Feature", "Knots", "Weighted", "check_levels"]

Knots: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class Feature:
    """A product of factors: numbers, indicators and bends.

    A bend has three knots: it is zero up to the first, and a straight line from the last one on.

    >>> bend = Feature(bent=(("X", (0.0, 1.0, 2.0)),))
    >>> bend.of({"X": np.array([-9.0, 0.0, 2.0, 3.0, 4.0])})
    array([0. , 0. , 1.5, 3. , 4.5])
    """

    numbers: tuple[Variable, ...] = ()
    levels: tuple[tuple[Variable, Value], ...] = ()
    bent: tuple[tuple[Variable, Knots], ...] = ()

    def of(self, columns: Mapping[Variable, Column]) -> Floats:
        """The feature of each unit."""
        parts = [floats(columns[name]) for name in self.numbers]
        parts += [floats(columns[name] == value) for name, value in self.levels]
        parts += [_bend(floats(columns[name]), knots) for name, knots in self.bent]
        product: Floats = np.multiply.reduce(parts)
        return product

    @property
    def names(self) -> tuple[Variable, ...]:
        """What it reads."""
        pairs = (*self.levels, *self.bent)
        return (*self.numbers, *(name for name, _ in pairs))

    def to_dict(self) -> dict[str, object]:
        """The factors as plain data."""
        return {
            "numbers": list(self.numbers),
            "levels": [list(pair) for pair in self.levels],
            "bent": [[name, list(knots)] for name, knots in self.bent],
        }


@dataclass(frozen=True)
class Weighted:
    """A curve: an intercept, and features times weights.

    ``domains`` are the values that a categorical parent may have; any other is refused, because
    all of its indicators would be zero, which means the first value.

    >>> Weighted(1.0, ((Feature(("X",)), 2.0),)).at([np.array([0.0, 3.0])], 2)
    array([1., 7.])
    """

    intercept: float
    terms: tuple[tuple[Feature, float], ...]
    domains: tuple[tuple[Variable, Values], ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """What the features read."""
        return tuple(sorted({name for f, _ in self.terms for name in f.names}, key=natural))

    def at(self, given: Columns, units: int) -> Floats:
        """The predictor of each unit; raises DataError for a value that was never learned."""
        columns = dict(zip(self.given, given, strict=True))
        for name, values in self.domains:
            check_levels(name, columns[name], values)
        total = np.full(units, self.intercept)
        for feature, weight in self.terms:
            total += weight * feature.of(columns)
        return total

    def to_dict(self) -> dict[str, object]:
        """Features and weights as plain data."""
        return {
            "kind": "weighted",
            "intercept": self.intercept,
            "terms": [[feature.to_dict(), weight] for feature, weight in self.terms],
            "domains": [[name, list(values)] for name, values in self.domains],
        }


@dataclass(frozen=True)
class Exp:
    """A curve that is positive: the exponential of another one, kept within a range.

    The range is that of the rows from which the curve was learned, so that a unit far outside does
    not get a scale of zero or of millions.

    >>> Exp(Weighted(0.0, ()), -1.0, 1.0).at([], 2)
    array([1., 1.])
    """

    log: Weighted
    low: float
    high: float

    @property
    def given(self) -> tuple[str, ...]:
        """What the other curve reads."""
        return self.log.given

    def at(self, given: Columns, units: int) -> Floats:
        """The exponential for each unit."""
        return np.exp(np.clip(self.log.at(given, units), self.low, self.high))

    def to_dict(self) -> dict[str, object]:
        """The other curve and its range as plain data."""
        return {"kind": "exp", "log": self.log.to_dict(), "low": self.low, "high": self.high}


def check_levels(name: Variable, column: Column, values: Values) -> None:
    """Raise DataError for a value that was never learned."""
    strange = [value for value in dict.fromkeys(column.tolist()) if value not in values]
    if strange:
        raise DataError(f"{name} is {strange[0]!r} somewhere; the mechanism has learned {values}")


def _bend(column: Floats, knots: Knots) -> Floats:
    """A bend of the natural cubic spline: cubes beyond the knots that cancel but for a line.

    Lengths are in units of the knots' distance, so that neither place nor unit of a column matters.
    """
    first, inner, last = knots
    width = last - first
    at, middle = (column - first) / width, (inner - first) / width
    cubes = np.maximum(at, 0.0) ** 3
    cubes -= np.maximum(at - middle, 0.0) ** 3 / (1 - middle)
    cubes += np.maximum(at - 1, 0.0) ** 3 * (middle / (1 - middle))
    line = middle * (3 * at - 1 - middle)
    return width * np.where(at > 1, line, cubes)
