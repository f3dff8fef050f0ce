"""The law of types at a vertex, in fractions: the solver says which types, algebra says how many.

At a vertex of a linear program the types that occur are independent columns (Dantzig), so the
equations determine their probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy.linalg import qr

from causal.errors import ModelError
from causal.model.engines.bounding.linear import Floats
from causal.model.engines.bounding.tableau import Tableau

__all__ = ["exact_law", "solved"]

NONE_AT_ALL = 1e-9


def exact_law(tableau: Tableau, law: Floats) -> dict[int, Fraction]:
    """The probability of each type that occurs; ModelError unless every line holds exactly."""
    support = [int(i) for i in np.flatnonzero(law > NONE_AT_ALL)]
    columns = tableau.matrix[:, support]
    right = [line.chance.value for line in tableau.lines]
    _, triangle, order = qr(columns.astype(float).T, mode="economic", pivoting=True)
    strength = np.abs(np.diagonal(triangle))
    rank = int((strength > 1e-9 * max(1.0, float(strength[0]))).sum())
    if rank < len(support):
        raise ModelError("the solver's law of response types is no vertex; no exact law was found")
    chosen = [int(i) for i in order[:rank]]
    shares = solved(
        [[Fraction(int(one)) for one in columns[i]] for i in chosen], [right[i] for i in chosen]
    )
    found = dict(zip(support, shares, strict=True))
    _check(tableau, found)
    return {i: share for i, share in found.items() if share}


def solved(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """The solution of a regular system, by elimination in fractions.

    >>> two, one = Fraction(2), Fraction(1)
    >>> [str(x) for x in solved([[two, one], [one, one]], [two, two])]
    ['0', '2']
    """
    rows = [[*row, end] for row, end in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next(j for j in range(i, len(rows)) if rows[j][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [one / rows[i][i] for one in rows[i]]
        for j, row in enumerate(rows):
            if j != i and (factor := row[i]):
                rows[j] = [a - factor * b if b else a for a, b in zip(row, rows[i], strict=True)]
    return [row[-1] for row in rows]


def _check(tableau: Tableau, law: dict[int, Fraction]) -> None:
    if any(share < 0 for share in law.values()):
        raise ModelError("the solver's law of response types is negative when computed exactly")
    for line in tableau.lines:
        total = sum((share * int(line.coefficients[i]) for i, share in law.items()), Fraction(0))
        if total != line.chance.value:
            raise ModelError(f"{line.label} is {line.chance.value}, but comes out as {total}")
