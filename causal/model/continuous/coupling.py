"""From one row of probabilities to another, for one unit, in closed form.

What a unit's value under probabilities p says of its value under probabilities q depends on how
the two hang together, which no data on one world can tell; so the coupling has a name.  Arrays
have one row a value, one column a unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal.model.noise import Column, Floats, Form

__all__ = ["GumbelMax", "Gumbels", "at_places", "gumbel_chances", "interval_chances"]


@dataclass(frozen=True)
class GumbelMax:
    """The value is the largest of log-probabilities with a Gumbel noise each.

    Oberst & Sontag (2019): the coupling is stable, that is, a value gives way only to one whose
    odds against it have grown.
    """


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


def interval_chances(low: Floats, high: Floats, sums: Floats) -> Floats:
    """How much of [low, high] lies between neighbouring ones of 0, the rows of ``sums``, and 1.

    The noise is uniform on [low, high], what is left of [0, 1] when a value was seen.

    >>> interval_chances(np.array([0.5]), np.array([1.0]), np.array([[0.2], [0.7]])).round(9)
    array([[0. ],
           [0.4],
           [0.6]])
    """
    chances = np.empty((len(sums) + 1, low.size))
    width = high - low
    below = np.zeros_like(low)  # the part of the interval below the last sum
    for place, limit in enumerate(sums):
        part = np.minimum(limit, high)
        part -= low
        np.maximum(part, 0.0, out=part)
        np.subtract(part, below, out=chances[place])
        below = part
    np.subtract(width, below, out=chances[-1])
    chances /= width
    return chances


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
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(after > 0, before / after, np.inf)
    order = np.argsort(ratio, axis=0, kind="stable")
    limits = np.take_along_axis(ratio, order, axis=0)
    inverse = _inverses(before, after, limits)
    with np.errstate(invalid="ignore"):
        pieces = np.diff(limits, axis=0) * inverse[:-1] * inverse[1:]
    # Up to an infinite limit, the piece is what is left of the integral: 1 / (B slope).
    slope = _slopes(after, order)
    infinite = np.isinf(limits[1:]) & np.isfinite(limits[:-1])
    pieces = np.where(infinite, inverse[:-1] / slope, np.nan_to_num(pieces, nan=0.0, posinf=0.0))
    heights = np.zeros_like(before)
    np.cumsum(pieces, axis=0, out=heights[1:])
    integral = np.empty_like(before)
    np.put_along_axis(integral, order, heights, axis=0)
    chances = after * np.maximum(at_places(integral, places) - integral, 0.0)
    units = np.arange(places.size)
    chances[places, units] = 0.0
    chances[places, units] = np.maximum(1.0 - chances.sum(axis=0), 0.0)
    return chances


def _inverses(before: Floats, after: Floats, limits: Floats) -> Floats:
    """1 / B at each limit, 0 at infinity."""
    total = np.zeros_like(limits)
    with np.errstate(invalid="ignore"):
        for p, q in zip(before, after, strict=True):
            total += np.maximum(p, np.where(q > 0, limits * q, 0.0))
    inverses: Floats = 1.0 / total
    return inverses


def _slopes(after: Floats, order: NDArray[np.intp]) -> Floats:
    """The slope of B above each limit but the last: the sum of q over the limits so far."""
    sorted_after = np.take_along_axis(after, order, axis=0)
    slopes: Floats = np.cumsum(sorted_after, axis=0)[:-1]
    return slopes
