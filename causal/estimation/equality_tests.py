"""Wald tests of equalities between formulas: a kernel that ignores a variable, two that agree.

The covariance is that of the influence of each cell on the formula (Jaeckel 1972, the infinitesimal
jackknife), so the test draws nothing at random.  Half a row is added to every cell (Agresti 2013,
section 3.1), without which an almost empty stratum looks certain of what it shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from math import prod
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.estimation.independence_tests import ROWS_A_FREEDOM, Outcome, scored, untestable
from causal.estimation.replicates import Replicates
from causal.expression.law import Cell, Law, Number, read
from causal.expression.table import Table
from causal.identification import Agreement, KernelConstraint
from causal.variables import Symbol

__all__ = ["STEP", "differences", "nudged", "wald"]

Equality: TypeAlias = KernelConstraint | Agreement
Numbers: TypeAlias = NDArray[np.float64]
Point: TypeAlias = Mapping[Symbol, object]
ADDED = 0.5  # rows, to every cell
STEP = 1e-5  # of the law, towards one cell: how its influence is measured
SMALL = 1e-7  # of the largest variance: a direction in which no law varies


def wald(claim: Equality, data: pd.DataFrame) -> Outcome:
    """Test an equality of formulas on data of classes.

    Raises DataError for missing values.

    >>> from causal import ADMG, implications
    >>> from causal.model import random_scm
    >>> verma = ADMG.parse("A -> B -> C -> D; B <-> D")
    >>> (kernel,) = implications(verma).kernels
    >>> found = wald(kernel, random_scm(verma, rng=1).sample(2000, rng=2))
    >>> found.df, found.p > 0.05
    (2, True)
    """
    observed = read(data, claim.variables)
    size = prod(map(len, observed.domains.values()))
    if len(data) < ROWS_A_FREEDOM * size:
        return untestable("Wald", f"{len(data)} rows for {size} cells")
    grid = tuple(itertools.product(*(observed.domains[v] for v in observed.variables)))
    rows = np.array([float(observed.cells.get(cell, 0)) * len(data) for cell in grid])
    weights = (rows + ADDED) / (rows + ADDED).sum()
    law = nudged(Law(observed.variables, dict.fromkeys(grid, 0.0)), weights)
    values = np.array(list(differences(claim, law, size)))
    influence = (values[:, 1:] - values[:, :1]) / STEP
    covariance = influence @ (weights[:, None] * influence.T) / len(data)
    return scored("Wald", *_distance(values[:, 0], covariance))


def nudged(law: Law, weights: Numbers) -> Law:
    """The law with these weights, and moved a step towards each of its cells, all at once.

    >>> coin = nudged(Law(("X",), {(0,): 0.0, (1,): 0.0}), np.array([0.5, 0.5]))
    >>> [chance.draws.round(3).tolist() for chance in coin.cells.values()]
    [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
    """
    moved = weights[:, None] * (1 - STEP) + np.eye(len(weights)) * STEP
    columns = np.hstack([weights[:, None], moved])
    cells = dict(zip(law.cells, map(Replicates, columns), strict=True))
    # Replicates is a number to the formula's arithmetic, though not to the type of a law.
    return Law(law.variables, cast("dict[Cell, Number]", cells))


def differences(claim: Equality, law: Law, size: int) -> Iterator[Numbers]:
    """What the equality says is zero, in each of the laws nudged from one of ``size`` cells.

    >>> from causal.expression import P
    >>> grid = dict.fromkeys(itertools.product((0, 1), repeat=2), 0.0)
    >>> law = nudged(Law(("X", "Y"), grid), np.array([0.1, 0.4, 0.2, 0.3]))
    >>> claim = KernelConstraint(P.of_names("Y", "X"), frozenset("X"))
    >>> [round(float(each[0]), 3) for each in differences(claim, law, size=4)]
    [0.2, -0.2]
    """
    match claim:
        case KernelConstraint(formula, free_of):
            idle = frozenset(s for s in formula.free if s.variable in free_of)
            one = other = formula.table(law)
        case Agreement(_, first, second):
            idle = first.free ^ second.free
            one, other = first.table(law), second.table(law)
    held = sorted((frozenset(one.symbols) | frozenset(other.symbols)) - idle)
    for at in _points(held, law):
        points = [at | beside for beside in _points(sorted(idle), law)]
        reference = _draws(other, points[0], size)
        for point in points[1:] if one is other else points:
            yield _draws(one, point, size) - reference


def _points(symbols: list[Symbol], law: Law) -> Iterator[dict[Symbol, object]]:
    for values in itertools.product(*(law.domains[s.variable] for s in symbols)):
        yield dict(zip(symbols, values, strict=True))


def _draws(table: Table, point: Point, size: int) -> Numbers:
    """One value of a formula in each of the laws; no cell of theirs is empty."""
    entry: object = table.cells[tuple(point[s] for s in table.symbols)]
    if isinstance(entry, Replicates):
        return entry.draws
    return np.full(size + 1, float(cast("Number", entry)))


def _distance(difference: Numbers, covariance: Numbers) -> tuple[float, int]:
    """How far a difference is from zero in its own spread, and in how many directions it varies.

    Probabilities sum to one, so some differences are the others' sums: they add no direction.
    """
    spread = np.sqrt(np.diag(covariance))
    size, direction = np.linalg.eigh(covariance / np.outer(spread, spread))
    kept = size > SMALL * size.max()
    along = direction.T @ (difference / spread)
    return float((along[kept] ** 2 / size[kept]).sum()), int(kept.sum())
