"""Solving a linear program with HiGHS: the least value of a cost over all laws that meet the lines.

Huangfu & Hall (2018).  What comes back are doubles; ``proof`` turns their multipliers into a bound
in rational numbers that holds whatever rounding did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from causal.errors import CausalError
from causal.model.engines.bounding.tableau import Exact, Line, Tableau

__all__ = ["NoLawError", "Optimum", "SolverError", "least", "optimum"]

Floats: TypeAlias = NDArray[np.float64]
DENSE = 20_000  # entries below which a dense matrix is quicker to hand over

OPTIMAL, INFEASIBLE = 0, 2


class SolverError(CausalError):
    """The solver of linear programs gave up; its own words are in ``message``."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(f"the linear program was not solved: {message}")


class NoLawError(CausalError):
    """No law of response types meets all lines."""

    def __init__(self) -> None:
        super().__init__("no law of response types is compatible with what is known")


@dataclass(frozen=True, eq=False)
class Optimum:
    """The least value, a law that has it, and one multiplier a line."""

    value: float
    law: Floats
    multipliers: Floats


def least(tableau: Tableau, cost: Exact) -> Optimum | None:
    """The least of cost · law, or None when no law meets all lines; raises SolverError."""
    return optimum(tableau.matrix.astype(float), tableau.lines, cost.astype(float))


def optimum(matrix: Floats, lines: Sequence[Line], cost: Floats) -> Optimum | None:
    """The same for any columns beside the lines of a tableau."""
    low, high = (
        np.array([float(getattr(line.chance, side)) for line in lines]) for side in ("low", "high")
    )
    size = np.maximum(np.abs(matrix).max(axis=1, initial=0.0), 1e-300)
    matrix, low, high = matrix / size[:, None], low / size, high / size
    equal = np.array([line.chance.low == line.chance.high for line in lines])
    bent = ~equal
    below, above = matrix[bent], -matrix[bent]
    found = linprog(
        cost,
        A_eq=_packed(matrix[equal]),
        b_eq=low[equal],
        A_ub=_packed(np.concatenate([below, above])) if bent.any() else None,
        b_ub=np.concatenate([high[bent], -low[bent]]) if bent.any() else None,
        method="highs",
    )
    if found.status == INFEASIBLE:
        return None
    if found.status != OPTIMAL:
        raise SolverError(str(found.message))
    multipliers = np.zeros(len(equal))
    multipliers[equal] = found.eqlin.marginals
    if bent.any():
        upper, lower = np.split(found.ineqlin.marginals, 2)
        multipliers[bent] = upper - lower
    return Optimum(float(found.fun), found.x, multipliers / size)


def _packed(matrix: Floats) -> Floats | csr_array:
    return matrix if matrix.size < DENSE else csr_array(matrix)
