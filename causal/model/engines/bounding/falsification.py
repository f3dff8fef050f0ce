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

from causal.model.engines.bounding.costs import Cost
from causal.model.engines.bounding.generating import nearly_possible, with_best
from causal.model.engines.bounding.linear import SolverError
from causal.model.engines.bounding.proof import slack, value
from causal.model.engines.bounding.tableau import Tableau

__all__ = ["Violation", "violated"]

SHORT = (1e-3, 1e-6, 1e-9)  # what an inequality pays for each probability, until one is violated
GRAIN = 24
ROUNDS = 100


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
    for price in SHORT:
        if (found := _cut(tableau, price)) is not None:
            return found
    raise SolverError("the law fits no model, but by less than rounding can show")


def _cut(tableau: Tableau, price: float) -> Violation | None:
    """An inequality for this price, among all types: those that break one are listed and heeded."""
    tableau = nearly_possible(tableau)
    for _ in range(ROUNDS):
        weights = _weights(tableau, price)
        if (found := _checked(tableau, weights)) is not None or tableau.is_whole:
            return found
        totals = [0.0] * len(tableau.groups)
        grown = with_best(tableau, Cost(), [*totals, *map(float, weights)], below=np.inf)
        if grown is None:
            return None
        tableau = grown
    return None


def _weights(tableau: Tableau, short: float) -> list[Fraction]:
    """The weights of the inequality that is violated most, less what it pays for its length."""
    totals, lines = len(tableau.groups), tableau.lines
    low, high = (
        np.array([float(getattr(line.chance, side)) for line in lines[totals:]])
        for side in ("low", "high")
    )
    columns = tableau.matrix.astype(float).T
    owed, rows = columns[:, :totals], columns[:, totals:]
    # Rows have multipliers in [0, 1]; what they need in any column, the totals must pay for.  Known
    # limits instead of a number make a difference between more of a cell and less of the others.
    both = bool((low < high).any())
    price = np.concatenate([np.ones(totals), short - low, *([short + high] if both else [])])
    needs = np.hstack([-owed, rows, *([-rows] if both else [])])
    bounds = [(None, None)] * totals + [(0, 1)] * (len(price) - totals)
    found = linprog(price, A_ub=needs, b_ub=np.zeros(len(needs)), bounds=bounds, method="highs")
    if found.status:
        raise SolverError(str(found.message))
    weights = found.x[totals : totals + rows.shape[1]]
    weights = weights - found.x[totals + rows.shape[1] :] if both else weights
    return [Fraction(float(m)).limit_denominator(GRAIN) for m in weights]


def _checked(tableau: Tableau, weights: Sequence[Fraction]) -> Violation | None:
    """The inequality with the smallest limit that all types meet, if the law violates it."""
    totals = len(tableau.groups)
    limit = -sum(slack(tableau, Cost(), [*[Fraction(0)] * totals, *weights]), Fraction(0))
    used = [
        (weight, line)
        for weight, line in zip(weights, tableau.lines[totals:], strict=True)
        if weight
    ]
    if value([line for _, line in used], [weight for weight, _ in used]) <= limit:
        return None
    unit = max(abs(weight * line.scale) for weight, line in used)
    parts = tuple((weight * line.scale / unit, line.label) for weight, line in used)
    total = sum((weight * line.chance.value for weight, line in used), Fraction(0))
    return Violation(parts, limit / unit, total / unit)
