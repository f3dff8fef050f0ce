"""Why no model fits: an inequality that every model of the graph meets and the law violates.

Farkas' lemma: when no law of types meets all lines, some combination of the lines is nowhere
positive, column by column, and yet positive for what was seen.  Pearl's (1995) instrumental
inequality is the first of them.  Among all such combinations a short one is looked for, and it is
checked in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from causal.model.engines.bounding.linear import SolverError
from causal.model.engines.bounding.tableau import Line, Tableau

__all__ = ["Violation", "violated"]

SHORT = 1e-3  # what an inequality pays for each probability it mentions
GRAIN = 24


@dataclass(frozen=True)
class Violation:
    """Σ weight * probability <= limit in every model of the graph; in the law it is ``found``."""

    parts: tuple[tuple[Fraction, str], ...]
    limit: Fraction
    found: Fraction

    @property
    def inequality(self) -> str:
        """The inequality that all models meet.

        >>> half = Fraction(1, 2)
        >>> Violation(((Fraction(1), "P(A)"), (half, "P(B)")), Fraction(1), Fraction(2)).inequality
        'P(A) + 1/2 P(B) <= 1'
        """
        return f"{summed(self.parts)} <= {self.limit}"

    def __str__(self) -> str:
        return f"{self.inequality}, but the left side is {float(self.found):.6g}"


def summed(parts: Sequence[tuple[Fraction, str]]) -> str:
    """A weighted sum as text.

    >>> summed([(Fraction(-1), "P(A)"), (Fraction(2), "P(B)"), (Fraction(-1, 2), "")])
    '-P(A) + 2 P(B) - 1/2'
    """
    text = ""
    for weight, name in parts:
        size = abs(weight)
        one = name if size == 1 and name else f"{size} {name}".rstrip()
        sign = "-" if weight < 0 else "+"
        text += f" {sign} {one}" if text else f"{'-' if weight < 0 else ''}{one}"
    return text or "0"


def violated(tableau: Tableau) -> Violation:
    """A short inequality that rules the law out; raises SolverError when rounding hides it."""
    lines = tableau.lines
    totals = len(tableau.groups)
    value = np.array([float(line.chance.value) for line in lines])
    spread = np.array([float(line.chance.high - line.chance.low) for line in lines])
    rows = tableau.matrix.astype(float).T
    # Multipliers of rows lie in [0, 1]; what they need in every column the totals pay for.
    price = -value + SHORT + spread
    price[:totals] = -value[:totals]
    limits = [(None, None)] * totals + [(0, 1)] * (len(lines) - totals)
    found = linprog(price, A_ub=rows, b_ub=np.zeros(len(rows)), bounds=limits, method="highs")
    if found.status:
        raise SolverError(str(found.message))
    weights = [Fraction(float(m)).limit_denominator(GRAIN) for m in found.x]
    return _checked(tableau, lines, weights, totals)


def _checked(
    tableau: Tableau, lines: Sequence[Line], weights: list[Fraction], totals: int
) -> Violation:
    """The inequality with the smallest limit that all types meet, verified in fractions."""
    limit, start = Fraction(0), 0
    for group in tableau.groups:
        stop = start + group.size
        columns = tableau.matrix[totals:, start:stop].astype(object)
        needed = sum(
            (w * column for w, column in zip(weights[totals:], columns, strict=True) if w),
            np.full(group.size, Fraction(0), dtype=object),
        )
        limit += max(needed)
        start = stop
    named = [
        (weight * line.scale, line.label, line.chance.value / line.scale)
        for weight, line in zip(weights[totals:], lines[totals:], strict=True)
        if weight
    ]
    total = sum((weight * one for weight, _, one in named), Fraction(0))
    if total <= limit:
        raise SolverError("the law fits no model, but by less than rounding can show")
    common = max((abs(w) for w, _, _ in named), default=Fraction(1))
    parts = tuple((w / common, label) for w, label, _ in named)
    return Violation(parts, limit / common, total / common)
