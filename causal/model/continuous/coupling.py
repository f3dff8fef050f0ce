"""From one row of probabilities to another, for one unit, in closed form.

What a unit's value under probabilities p says of its value under probabilities q depends on how
the two hang together, which no data on one world can tell; so the coupling has a name.  Arrays
have one row a value, one column a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal.model.noise import Column, Floats, Form

__all__ = ["Gumbels", "at_places", "gumbel_chances", "interval_chances", "running"]

FARTHEST = 1e100  # a ratio of probabilities that stands for all beyond, infinity included
FEW = 8  # rows that exchanges sort faster than a sort of each column


@dataclass(frozen=True)
class Gumbels:
    """So many independent standard Gumbel noises for each unit, one row a noise.

    >>> Gumbels(3).form.draw(10, np.random.default_rng(0)).shape
    (3, 10)
    """

    size: int

    @property
    def form(self) -> Form:
        """The Gumbel curve of each."""
        return Form(
            draw=lambda n, rng: rng.gumbel(size=(n, self.size)).T,  # unit by unit, as streams go
            cdf=lambda at: np.exp(-np.exp(-at)),
            quantile=lambda at: -np.log(-np.log(at)),
            log_density=lambda at: -at - np.exp(-at),
            mean=float(np.euler_gamma),
            variance=float(np.pi**2 / 6),
        )

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "gumbels", "size": self.size}


def at_places(rows: Floats, places: NDArray[np.intp]) -> Floats:
    """The entry of each column at its place.

    >>> at_places(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([3., 2.])
    """
    picked: Floats = rows.ravel().take(places * rows.shape[1] + np.arange(rows.shape[1]))
    return picked


def interval_chances(low: Floats, high: Floats, limits: Iterable[Floats], size: int) -> Floats:
    """How much of [low, high] lies below the first limit, between two, and above the last.

    The noise is uniform on [low, high], what is left of [0, 1] when a value was seen; ``size`` is
    the number of values, one more than there are limits.

    >>> limits = [np.array([0.2]), np.array([0.7])]
    >>> interval_chances(np.array([0.5]), np.array([1.0]), limits, 3).round(9).ravel()
    array([0. , 0.4, 0.6])
    """
    chances = np.empty((size, low.size))
    width = high - low
    below, part = np.zeros_like(low), np.empty_like(low)  # below the last limit, and the next
    for place, limit in enumerate(limits):
        np.minimum(limit, high, out=part)
        part -= low
        np.maximum(part, 0.0, out=part)
        np.subtract(part, below, out=chances[place])
        chances[place] /= width
        below, part = part, below
    np.subtract(width, below, out=chances[-1])
    chances[-1] /= width
    return chances


def running(rows: Floats) -> Iterator[Floats]:
    """The sums of the first row, the first two, and so on, but for all; one array, reused.

    >>> [total.copy() for total in running(np.array([[0.2], [0.5], [0.3]]))]
    [array([0.2]), array([0.7])]
    """
    total = np.zeros(rows.shape[1])
    for row in rows[:-1]:
        total += row
        yield total


def gumbel_chances(before: Floats, after: Floats, chosen: Column) -> Floats:
    """The law of the largest under ``after``, given which was largest under ``before``.

    With p before and q after, and w = p / q: value i gives way to j with probability
    q_j [H(w_i) - H(w_j)]+, where H is the integral of 1 / B^2 and B(v) = sum of max(p_k, v q_k);
    B is linear between neighbouring w, so that H is a sum of (v2 - v1) / (B(v1) B(v2)).  It is the
    joint density of the two largest Gumbel sums, integrated out.

    >>> p, q = np.array([[0.5], [0.3], [0.2]]), np.array([[0.2], [0.5], [0.3]])
    >>> gumbel_chances(p, q, np.array([1])).ravel()    # its odds have grown against all others
    array([0., 1., 0.])
    """
    places = chosen.astype(np.intp)
    ratio = np.full_like(before, FARTHEST)
    np.divide(before, after, out=ratio, where=after * FARTHEST > before)
    integral = _integral(before, after, ratio)
    own = at_places(integral, places)
    chances = np.subtract(own, integral, out=integral)
    np.maximum(chances, 0.0, out=chances)
    chances *= after
    units = np.arange(places.size)
    chances[places, units] = 0.0
    chances[places, units] = np.maximum(1.0 - chances.sum(axis=0), 0.0)
    return chances


def _integral(before: Floats, after: Floats, ratio: Floats) -> Floats:
    """H at every ratio, up to a constant: the pieces below it, from one ratio to the next."""
    heights = np.zeros_like(ratio)
    low, *rest = _ranked(ratio)
    part = np.empty_like(ratio)
    start = _bound(before, after, low, part)
    for high in rest:
        end = _bound(before, after, high, part)
        piece = (high - low) / (start * end)
        np.multiply(ratio > low, piece, out=part)
        heights += part
        low, start = high, end
    return heights


def _bound(before: Floats, after: Floats, at: Floats, part: Floats) -> Floats:
    """B: the sum of max(p_k, v q_k)."""
    np.multiply(after, at, out=part)
    np.maximum(before, part, out=part)
    return np.asarray(part.sum(axis=0))


def _ranked(rows: Floats) -> list[Floats]:
    """Every column in rising order; a few rows by exchanges, whole rows at a time."""
    if len(rows) > FEW:
        return list(np.sort(rows, axis=0))
    found = list(rows)
    for end in range(len(found) - 1, 0, -1):
        for i in range(end):
            one, other = found[i], found[i + 1]
            found[i], found[i + 1] = np.minimum(one, other), np.maximum(one, other)
    return found
