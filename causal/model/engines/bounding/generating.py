"""Column generation: types that are too many to list are listed when they can better a cost.

Gilmore & Gomory (1961).  The program over the types listed so far has multipliers; the type that
they make cheapest is found without a list, and added.  Once none is cheaper than nothing, the
least value over the listed types is the least over all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from causal.model.engines.bounding.costs import Cost
from causal.model.engines.bounding.everywhere import pricing, reduced
from causal.model.engines.bounding.linear import (
    Floats,
    NoLawError,
    Optimum,
    SolverError,
    least,
    optimum,
)
from causal.model.engines.bounding.tableau import Group, Tableau

__all__ = ["nearly_possible", "solved", "with_best"]

ROUNDS = 1000
CLOSE = 1e-9


def solved(tableau: Tableau, cost: Cost) -> tuple[Optimum, Tableau]:
    """The least of a cost over all laws of types, and the types that were listed for it.

    Raises NoLawError when no law meets all lines, TooLargeError, or SolverError.
    """
    if not tableau.columns:
        return Optimum(0.0, np.zeros(0), np.zeros(0)), tableau
    grown = nearly_possible(tableau)
    for _ in range(ROUNDS):
        found = least(grown, grown.spread(cost))
        if found is None:
            raise NoLawError
        more = with_best(grown, cost, found.multipliers.tolist(), below=-CLOSE)
        if more is None:
            return found, grown
        grown = more
    raise SolverError("better response types came up without end")


def nearly_possible(tableau: Tableau) -> Tableau:
    """With types enough that no other would bring a law nearer to all lines."""
    grown = tableau
    for _ in range(ROUNDS):
        if grown.is_whole or not grown.columns:
            return grown
        found = _nearest(grown)
        more = with_best(grown, Cost(), found.multipliers.tolist(), below=-CLOSE)
        if found.value < CLOSE or more is None:
            return grown
        grown = more
    raise SolverError("better response types came up without end")


def _nearest(tableau: Tableau) -> Optimum:
    """The law that strays least from all lines, and the multipliers that show it."""
    matrix, count = tableau.matrix.astype(float), len(tableau.lines)
    stray = np.eye(count)
    price: Floats = np.concatenate([np.zeros(tableau.columns), np.ones(2 * count)])
    found = optimum(np.hstack([matrix, stray, -stray]), tableau.lines, price)
    if found is None:
        raise SolverError("no law is near to the lines")
    return found


def with_best(
    tableau: Tableau, cost: Cost, multipliers: Sequence[float], *, below: float
) -> Tableau | None:
    """With the types whose reduced cost is least, as far as it is under a limit; None if none."""
    groups, found = list(tableau.groups), False
    for number, group in enumerate(tableau.groups):
        if all(block.is_whole for block in group.blocks):
            continue
        weighted = [(one, float(w)) for one, w in reduced(tableau, number, cost, multipliers)]
        fresh = pricing(tableau, group).best(weighted, below=below)
        [block] = group.blocks
        answers = np.unique(np.concatenate([block.answers, fresh]), axis=0)
        if len(answers) > block.size:
            groups[number] = Group((replace(block, answers=answers),))
            found = True
    return Tableau(tuple(groups), tableau.rows, tableau.rules) if found else None
