"""Bounds proved in rational numbers: multipliers whose combination of lines is below the cost.

Weak duality: if Σ multiplier · line stays below the cost in every column, then the cost of every
law that meets the lines is at least Σ multiplier · known probability.  The solver's multipliers are
rounded to simple fractions, and what rounding broke is taken off the line "the law sums to one"; so
the bound holds exactly, whatever the solver did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.bounding.costs import Cost
from causal.model.engines.bounding.everywhere import least_everywhere
from causal.model.engines.bounding.tableau import Integers, Line, Tableau

__all__ = ["Proof", "proved", "slack"]

SMALLEST_GAP = 1e-10
DENOMINATORS = (1, 12, 720, 10**6, 10**12)

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Proof:
    """Multipliers, one a line, and the bound that they prove: cost · law >= value."""

    value: Fraction
    multipliers: tuple[Fraction, ...]


def proved(tableau: Tableau, cost: Cost, multipliers: Floats, near: float) -> Proof:
    """The best bound that simple fractions near the multipliers prove.

    ``near`` is the value that the solver found: the search ends when the proof comes that close.
    """
    unit = lcm(*(weight.denominator for weight in cost.weights.values()))
    best: Proof | None = None
    for largest in DENOMINATORS:
        rounded = [Fraction(float(m) * unit).limit_denominator(largest) / unit for m in multipliers]
        proof = _repaired(tableau, cost, rounded)
        best = proof if best is None or proof.value > best.value else best
        if float(best.value) >= near - SMALLEST_GAP * (1 + abs(near)):
            break
    return best if best is not None else Proof(Fraction(0), ())


def slack(tableau: Tableau, cost: Cost, multipliers: Sequence[Fraction]) -> list[Fraction]:
    """The least of cost minus the combination of lines, group by group: not negative in a proof.

    It is the least over all types, listed or not, in whole numbers.
    """
    weights = cost.weights.values()
    scale = lcm(*(m.denominator for m in multipliers), *(weight.denominator for weight in weights))
    whole = [int(m * scale) for m in multipliers]
    if not tableau.is_whole:
        times = Cost().plus(cost, times=Fraction(scale))
        return [Fraction(one, scale) for one in least_everywhere(tableau, times, whole)]
    costs = _small([int(weight * scale) for weight in tableau.spread(cost)])
    left, found, start = costs - _product(_small(whole), tableau.matrix), [], 0
    for group in tableau.groups:
        found.append(Fraction(int(left[start : start + group.size].min()), scale))
        start += group.size
    return found


def value(lines: Sequence[Line], multipliers: Sequence[Fraction]) -> Fraction:
    """What the lines say, combined: each at the limit that its multiplier's sign makes safe."""
    pairs = zip(lines, multipliers, strict=True)
    parts = (m * (line.chance.low if m > 0 else line.chance.high) for line, m in pairs if m)
    return sum(parts, Fraction(0))


def _repaired(tableau: Tableau, cost: Cost, multipliers: Sequence[Fraction]) -> Proof:
    """Lower the multiplier of each group's total until no column is left negative."""
    mended = list(multipliers)
    for number, least in enumerate(slack(tableau, cost, multipliers)):
        mended[number] += least
    return Proof(value(tableau.lines, mended), tuple(mended))


def _small(numbers: Sequence[int]) -> Integers:
    small = max(map(abs, numbers), default=0) < 2**30
    return np.array(numbers, dtype=np.int64 if small else object)


def _product(row: Integers, matrix: Integers) -> Integers:
    """A row times a matrix in integers, in machine words where they surely suffice."""
    if row.dtype == np.int64 and matrix.dtype == np.int64:
        most = int(np.abs(matrix).max(initial=0)) * int(np.abs(row).sum())
        if most < 2**62:
            return np.asarray(row @ matrix)
    return np.asarray(row.astype(object) @ matrix.astype(object))
