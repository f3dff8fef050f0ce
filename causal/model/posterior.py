"""What evidence says about the noise of each unit: the answer to abduction.

Pearl (2009), theorem 7.1.7, step 1.  An invertible mechanism pins the noise (Point); a threshold
confines it (Interval); a choice among scores orders it (TruncatedGumbel); a table leaves some of
its cells (Cells); partial evidence on a linear model gives a Gaussian; anything else, weighted
draws (Particles).  Every field is an array with one entry, or one column, a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal.model.noise import Column, Floats, Law

__all__ = ["Cells", "Gaussian", "Interval", "Particles", "Point", "Posterior", "TruncatedGumbel"]


class Posterior(Protocol):
    """The law of the noise of each unit, given what was seen."""

    def draw(self, rng: np.random.Generator) -> Column:
        """One noise for each unit."""


@dataclass(frozen=True, eq=False)
class Point:
    """The noise is known.

    >>> Point(np.array([0.5])).draw(np.random.default_rng(0))
    array([0.5])
    """

    noise: Column

    def draw(self, rng: np.random.Generator) -> Column:  # noqa: ARG002  # a posterior's face
        """The noise itself."""
        return self.noise


@dataclass(frozen=True, eq=False)
class Interval:
    """The noise follows its law, confined to an interval.

    ``low`` and ``high`` are probabilities: the law's distribution function at the two ends, so
    that the width is the probability of what was seen.
    """

    low: Floats
    high: Floats
    law: Law

    def draw(self, rng: np.random.Generator) -> Column:
        """A uniform draw between the ends, read off the law's quantiles."""
        return self.at(rng.random(self.low.shape))

    def at(self, shares: Floats) -> Column:
        """The noise that lies so far into the interval; the median where there is no interval."""
        inside = self.low + (self.high - self.low) * shares
        return self.law.form.quantile(np.where(self.high > self.low, inside, 0.5))


@dataclass(frozen=True, eq=False)
class Gaussian:
    """The noise is normal, with the moments that conditioning a Gaussian gives."""

    mean: Floats
    sd: Floats

    def draw(self, rng: np.random.Generator) -> Column:
        """A normal draw."""
        return self.mean + self.sd * rng.standard_normal(self.mean.shape)


@dataclass(frozen=True, eq=False)
class Cells:
    """The noise is one of finitely many cells: one row a cell, one column a unit.

    >>> Cells(np.array([[0.0, 1.0], [1.0, 0.0]])).draw(np.random.default_rng(0))
    array([1, 0])
    """

    weights: Floats

    def draw(self, rng: np.random.Generator) -> Column:
        """The cell into which a uniform draw falls."""
        sums = self.weights.cumsum(axis=0)
        at = rng.random(self.weights.shape[1]) * sums[-1]
        place: Column = (at >= sums[:-1]).sum(axis=0)
        return place


@dataclass(frozen=True, eq=False)
class TruncatedGumbel:
    """Standard Gumbel noises such that ``scores`` plus noise is largest at ``chosen``.

    One row of scores a value.  Maddison & Tarlow (2017): the largest of the sums is independent of
    which one is largest, and the others are Gumbel cut off there.

    >>> seen = TruncatedGumbel(np.log([[0.1], [0.9]]), np.array([0]))
    >>> sums = seen.scores + seen.draw(np.random.default_rng(0))
    >>> bool(sums[0, 0] > sums[1, 0])
    True
    """

    scores: Floats
    chosen: Column

    def draw(self, rng: np.random.Generator) -> Column:
        """The largest sum first, then the others below it, the scores taken off again."""
        count, units = self.scores.shape
        return self.at(rng.gumbel(size=(count + 1, units)))

    @property
    def chance(self) -> Floats:
        """The probability of what was chosen."""
        scores = self.scores - np.logaddexp.reduce(self.scores, axis=0)
        chance: Floats = np.exp(scores[self.chosen, np.arange(scores.shape[1])])
        return chance

    def at(self, gumbels: Floats) -> Column:
        """The noise made of standard Gumbel ones: one row a value, and one for the largest sum.

        A value that cannot be has the noise that it would have without any evidence.
        """
        units, own = np.arange(self.scores.shape[1]), gumbels[:-1]
        possible = np.isfinite(self.scores)
        scores = np.where(possible, self.scores, 0.0)
        top = np.logaddexp.reduce(self.scores, axis=0) + gumbels[-1]
        sums = -np.logaddexp(-(scores + own), -top)
        sums[self.chosen, units] = top
        noise: Column = np.where(possible, sums - scores, own)
        return noise


@dataclass(frozen=True, eq=False)
class Particles:
    """Weighted draws of the noise: one row a draw, one column a unit.

    >>> Particles(np.zeros((4, 1)), np.log([[0.5], [0.5], [1e-9], [1e-9]])).effective.round(3)
    array([2.])
    """

    noise: Column
    log_weights: Floats

    @property
    def effective(self) -> Floats:
        """The effective number of draws of each unit (Kish 1965)."""
        weights = np.exp(self.log_weights - self.log_weights.max(axis=0))
        effective: Floats = weights.sum(axis=0) ** 2 / (weights**2).sum(axis=0)
        return effective

    def draw(self, rng: np.random.Generator) -> Column:
        """One of the draws, by weight."""
        weights = np.exp(self.log_weights - self.log_weights.max(axis=0))
        place = np.asarray(Cells(weights / weights.sum(axis=0)).draw(rng))
        noise: Column = self.noise[place, np.arange(place.size)]
        return noise
