"""The law nearest to what was seen that some model has: samples stray outside by chance alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from causal.model.engines.bounding.generating import nearly_possible
from causal.model.engines.bounding.linear import SolverError
from causal.model.engines.bounding.patterns import Chance
from causal.model.engines.bounding.program import Program
from causal.model.engines.bounding.tableau import Tableau, tableaux

__all__ = ["nearest_program"]

GRAIN = 10**9


def nearest_program(program: Program) -> Program:
    """The program whose rows were moved, by the least total amount, to where a model exists."""
    main, rest, _ = tableaux(program)
    moved: dict[tuple[str, str], Chance] = {}
    for tableau in (main, *rest):
        if tableau.columns:
            moved |= _moved(nearly_possible(tableau))
    rows = tuple(
        replace(row, chance=moved.get((row.family, row.label), row.chance)) for row in program.rows
    )
    return replace(program, rows=rows)


def _moved(tableau: Tableau) -> dict[tuple[str, str], Chance]:
    totals, count = len(tableau.groups), len(tableau.lines)
    matrix = tableau.matrix.astype(float)
    known = np.array([float(line.chance.value) for line in tableau.lines])
    stray = np.eye(count)[:, totals:]
    cost = np.concatenate([np.zeros(tableau.columns), np.ones(2 * (count - totals))])
    found = linprog(cost, A_eq=np.hstack([matrix, stray, -stray]), b_eq=known, method="highs")
    if found.status:
        raise SolverError(str(found.message))
    fitted = matrix @ found.x[: tableau.columns]
    return {
        (line.family, line.label): Chance(*[_near(one / line.scale)] * 3)
        for line, one in zip(tableau.lines[totals:], fitted[totals:], strict=True)
    }


def _near(share: float) -> Fraction:
    return Fraction(min(max(share, 0.0), 1.0)).limit_denominator(GRAIN)
