"""Two choices made with the same noise: the exact law of what is chosen in both worlds.

A label is drawn by a race of exponentials, which is the argmax of logits plus Gumbel noise; given
what was chosen, the noise is a truncated Gumbel (Maddison, Tarlow & Minka 2014; Oberst & Sontag
2019). Its posterior is integrated here in closed form, so nothing has to be drawn.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = NDArray[np.float64]
Chosen: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pair:
    """Chances that an event holds in both worlds, in one, in neither."""

    both: float
    only_on: float
    only_off: float
    neither: float


def pair(on: Weights, off: Weights, chosen: Chosen) -> Pair:
    """The law of "the label is one of these" in two worlds that share the noise of the race.

    >>> law = pair(np.array([3.0, 1.0]), np.array([1.0, 3.0]), np.array([True, False]))
    >>> law.both, law.only_on, law.only_off  # chances 3/4 and 1/4: the race is as close as can be
    (0.25, 0.5, 0.0)
    """
    on, off = on / on.sum(), off / off.sum()
    p, q = float(on[chosen].sum()), float(off[chosen].sum())
    if 2 * int(chosen.sum()) > len(chosen):
        none = sum_of_pairs(on, off, ~chosen)
        both = p + q - 1 + none
    else:
        both = sum_of_pairs(on, off, chosen)
    both = min(max(both, 0.0, p + q - 1), p, q)
    return Pair(both, p - both, q - both, max(0.0, 1 - p - q + both))


def sum_of_pairs(on: Weights, off: Weights, chosen: Chosen) -> float:
    """P(the first world chooses one of these, and so does the second).

    >>> equal = np.array([0.2, 0.8])
    >>> round(sum_of_pairs(equal, equal, np.array([True, False])), 12)
    0.2
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = np.where((on > 0) | (off > 0), on / off, np.inf)  # where one weight overtakes
    order = np.argsort(turns, kind="stable")
    race = _Race(on, off, turns[order], np.cumsum(off[order]), np.cumsum(on[order][::-1])[::-1])
    names: list[int] = np.flatnonzero(chosen & ((on > 0) | (off > 0))).tolist()
    return sum([race.joint(a, b) for a in names for b in names], 0.0)


@dataclass(frozen=True, slots=True)
class _Race:
    """Weights of both worlds, and their sums in the order in which the second overtakes."""

    on: Weights
    off: Weights
    turns: Weights
    below: Weights
    above: Weights

    def joint(self, a: int, b: int) -> float:
        """P(the first world chooses a, the second b).

        With exponential times x of a and r x of b, the density of r is 1 / S(r)^2, where S sums
        for every label the larger of the rates that the two worlds ask of it.
        """
        u, v = self.on[a], self.off[b]
        if not u or not v:
            return 0.0
        if a == b:
            return float(1 / np.maximum(self.on / u, self.off / v).sum())
        low, high = self.on[b] / u, v / self.off[a] if self.off[a] else np.inf
        if low >= high:
            return 0.0
        turns = self.turns * v / u
        first, last = np.searchsorted(turns, [low, high], side="right")
        ends = np.concatenate([[low], turns[first:last], [high]])
        finite = ends[np.isfinite(ends)]
        sums = self._sums(finite, turns, u, v)
        pieces = float((np.diff(finite) / (sums[:-1] * sums[1:])).sum())
        rate = float(self.below[np.isfinite(self.turns)][-1]) / v if np.isinf(high) else 0.0
        return pieces + (1 / (rate * sums[-1]) if rate else 0.0)

    def _sums(self, at: Weights, turns: Weights, u: float, v: float) -> Weights:
        passed = np.searchsorted(turns, at, side="right")
        below = np.concatenate([[0.0], self.below])[passed]
        above = np.concatenate([self.above, [0.0]])[passed]
        return np.asarray(above / u + at * below / v)
