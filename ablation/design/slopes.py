"""Least squares over the runs of a block: how much every run counts in every component's slope.

Gauss and Jordan (Golub & Van Loan 2013, "Matrix computations", 3.4), a row at a time in numpy. Sums
are taken run by run, and not as BLAS would: the same bits on every machine.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ablation.errors import StudyError

Floats = NDArray[np.float64]


def slopes(masks: Sequence[int], shares: Sequence[float]) -> list[list[float]]:
    """Weight every run in the slope of every component: (C'C)^-1 C' with C centred.

    `shares` says in which part of the runs each component is off.

    >>> slopes([0b00, 0b01, 0b10, 0b11], [0.5, 0.5])
    [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]
    """
    off = [[mask >> k & 1 for mask in masks] for k in range(len(shares))]
    centred = np.array(off, dtype=np.float64) - np.array(shares)[:, None]
    moments = np.zeros((len(shares), len(shares)))
    for run in centred.T:  # one by one, and not as BLAS would: the same bits on every machine
        moments += run[:, None] * run
    weights: list[list[float]] = _solved(moments, centred).tolist()
    return weights


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve by Gauss and Jordan with the largest pivot."""
    rows = np.hstack([matrix, right])
    size = len(rows)
    for k in range(size):
        best = k + int(np.abs(rows[k:, k]).argmax())
        if abs(rows[best, k]) < 1e-9:
            raise StudyError(
                "the runs of a block cannot tell the components apart: draw more masks."
            )
        rows[[k, best]] = rows[[best, k]]
        pivot = rows[k] / rows[k, k]
        rows -= rows[:, k, None] * pivot
        rows[k] = pivot
    return rows[:, size:]
