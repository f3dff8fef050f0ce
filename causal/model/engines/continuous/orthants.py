"""The probability that normal variables lie between limits, for many limits at a time.

One variable in closed form, two by Owen's T (1956), more by sequential conditioning on
quasi-random points (Genz 1992).  Variables that are multiples of each other are one variable.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import qmc

from causal.model.noise import Floats

__all__ = ["EXACT_TO", "between", "confined", "merged", "pull"]

EXACT_TO = 2  # variables for which the answer has no error but rounding
PARALLEL = 1e-12  # 1 - |correlation| of variables that are one
POINTS = 14  # a power of two
ENTRIES = 2**20  # points times units at a time


def between(lines: Floats, low: Floats, high: Floats) -> Floats:
    """The probability that each of ``lines @ standard normal`` lies between its limits.

    One row a variable, of length one; limits have one column a unit.

    >>> quarter = between(np.eye(2), np.zeros((2, 1)), np.full((2, 1), np.inf))
    >>> quarter.round(12)
    array([0.25])
    """
    lines, low, high = merged(lines, low, high)
    match len(lines):
        case 1:
            found = _interval(low[0], high[0])
        case 2:
            found = _rectangle(low, high, float(lines[0] @ lines[1]))
        case _:
            found = _box(lines, low, high)
    empty = (low > high).any(axis=0)
    return np.where(empty, 0.0, np.clip(found, 0.0, 1.0))


def pull(lines: Floats, low: Floats, high: Floats) -> Floats:
    """What at most two ``merged`` lines between their limits do to the noise they are lines on.

    Its mean there, times the probability of being there; one row a noise, one column a unit.  By
    parts, that is the density at each limit, where the other line keeps to its own (Tallis 1961).

    >>> pull(np.eye(1), np.zeros((1, 1)), np.full((1, 1), np.inf)).round(6)    # half a normal law
    array([[0.398942]])
    """
    total = np.zeros((lines.shape[1], low.shape[1]))
    for j, line in enumerate(lines):
        for end, sign in ((low[j], 1.0), (high[j], -1.0)):
            at = np.where(np.isfinite(end), end, 0.0)
            density = np.where(np.isfinite(end), np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi), 0.0)
            for i in range(len(lines)):
                if i != j:
                    along = float(line @ lines[i])
                    wide = np.sqrt((1 - along) * (1 + along))
                    density = density * _interval(
                        (low[i] - along * at) / wide, (high[i] - along * at) / wide
                    )
            total += sign * np.outer(line, density)
    return total


def confined(low: Floats, high: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Where a standard normal variable has this share of its chance between limits; that chance.

    >>> at, chance = confined(np.array([0.0, 30.0]), np.array([np.inf, np.inf]), np.full(2, 0.5))
    >>> at.round(3), float(chance[0])
    (array([ 0.674, 30.023]), 0.5)
    """
    turn, one, other = _turned(low, high)
    below, above = special.ndtr(one), special.ndtr(other)
    at = np.clip(special.ndtri(below + share * (above - below)), one, other)
    return np.where(turn, -at, at), above - below


def merged(lines: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """No two lines parallel: the limits of such are limits of one."""
    kept: list[int] = []
    low, high = low.copy(), high.copy()
    for i, line in enumerate(lines):
        for j in kept:
            along = float(line @ lines[j])
            if abs(along) > 1 - PARALLEL:
                ends = (low[i], high[i]) if along > 0 else (-high[i], -low[i])
                low[j], high[j] = np.maximum(low[j], ends[0]), np.minimum(high[j], ends[1])
                break
        else:
            kept.append(i)
    return lines[kept], low[kept], high[kept]


def _interval(low: Floats, high: Floats) -> Floats:
    _, one, other = _turned(low, high)
    return np.asarray(special.ndtr(other) - special.ndtr(one))


def _turned(low: Floats, high: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """On the side where the distribution function is small, so that tails keep their digits."""
    turn = low > 0
    return turn, np.where(turn, -high, low), np.where(turn, -low, high)


def _rectangle(low: Floats, high: Floats, correlation: float) -> Floats:
    quadrants = [_quadrant(x, y, correlation) for x in (high[0], low[0]) for y in (high[1], low[1])]
    return quadrants[0] - quadrants[1] - quadrants[2] + quadrants[3]


def _quadrant(x: Floats, y: Floats, correlation: float) -> Floats:
    """Below both, by Owen's T; limits at zero are moved by less than rounding shows."""
    x, y = (np.where(at == 0, 1e-300, np.clip(at, -40, 40)) for at in (x, y))
    wide = np.sqrt((1 - correlation) * (1 + correlation))
    with np.errstate(over="ignore"):
        slopes = (y / x - correlation) / wide, (x / y - correlation) / wide
    owen = special.owens_t(x, slopes[0]) + special.owens_t(y, slopes[1])
    apart = 0.5 * ((x < 0) != (y < 0))
    return np.asarray(0.5 * (special.ndtr(x) + special.ndtr(y)) - apart - owen)


def _box(lines: Floats, low: Floats, high: Floats) -> Floats:
    """Chances multiply, one variable after the other, each given a point for those before."""
    root = _triangular(lines)
    points = _points(len(root) - 1)
    units, found = low.shape[1], np.empty(low.shape[1])
    step = max(1, ENTRIES // points.shape[1])
    for start in range(0, units, step):
        part = slice(start, start + step)
        found[part] = _conditioned(root, low[:, part, None], high[:, part, None], points)
    return found


def _conditioned(root: Floats, low: Floats, high: Floats, points: Floats) -> Floats:
    weight: Floats = np.ones((low.shape[1], points.shape[1]))
    noise: list[Floats] = []
    for i, row in enumerate(root):
        shift = sum((row[j] * known for j, known in enumerate(noise)), np.zeros_like(weight))
        if not row[i]:
            weight = weight * ((low[i] <= shift) & (shift <= high[i]))
            noise.append(np.zeros_like(weight))
            continue
        one, other = (
            special.ndtr((low[i] - shift) / row[i]),
            special.ndtr((high[i] - shift) / row[i]),
        )
        chance = np.maximum(other - one, 0.0)
        weight = weight * chance
        if i < len(points):
            tiny = np.finfo(float).tiny
            noise.append(special.ndtri(np.clip(one + points[i] * chance, tiny, 1 - 1e-16)))
    return np.asarray(weight.mean(axis=1))


def _triangular(lines: Floats) -> Floats:
    """Rows of a lower triangle with the same products; zero on the diagonal where dependent."""
    root = np.zeros((len(lines), len(lines)))
    for i, line in enumerate(lines):
        for j in range(i):
            if root[j, j]:
                root[i, j] = (line @ lines[j] - root[i, :j] @ root[j, :j]) / root[j, j]
        rest = float(line @ line - root[i, :i] @ root[i, :i])
        root[i, i] = np.sqrt(rest) if rest > PARALLEL else 0.0
    return root


@cache
def _points(dimensions: int) -> Floats:
    """Scrambled Sobol points, the same ones for every question; one row a dimension."""
    rng = np.random.default_rng(0)
    points: Floats = qmc.Sobol(dimensions, rng=rng).random_base2(POINTS).T
    return points
