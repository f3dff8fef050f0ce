"""A graph against data: every equality that it implies is tested, and the tests are corrected.

Holm (1979): the family is all tests that could be done.  A graph that survives is not shown to be
right; other graphs imply the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DataError, OptionError, TooFewRowsError, UnknownVariableError
from causal.estimation.equality_tests import wald
from causal.estimation.independence_tests import (
    FisherZ,
    GSquared,
    IndependenceTest,
    Outcome,
    untestable,
)
from causal.graph import ADMG
from causal.identification import Implication, Independence, implications
from causal.identification.independences import Basis
from causal.query import Query
from causal.variables import Variable, listed, natural, nearest, quoted

__all__ = ["confront", "holm"]

FEWEST = 20  # rows below which no test is worth doing
MOST_CLASSES = 10  # values of a column of numbers that is still taken for one of classes


def confront(
    graph: ADMG,
    data: pd.DataFrame,
    query: Query | str | None = None,
    *,
    by: IndependenceTest | None = None,
    basis: Basis = "pairwise",
    alpha: float = 0.05,
    most: int = 1000,
) -> pd.DataFrame:
    """Test what a graph implies, one row an implication, in the order of ``implications``.

    ``by`` tests independences: FisherZ for columns of numbers and GSquared for classes, found by
    looking when not said.  Kernels and formulas that agree are tested on classes only.
    ``statistic`` is on the scale of chi-squared with ``df``; ``p_holm`` is corrected for all tests;
    the verdict is violated (``p_holm`` < alpha), compatible, or untestable, with a note saying why.
    Raises UnknownVariableError, DataError or OptionError.

    >>> from causal.model import random_scm
    >>> truth = ADMG.parse("A -> B -> C -> D; B <-> D")
    >>> data = random_scm(truth, rng=4).sample(3000, rng=5)
    >>> list(confront(truth, data)["verdict"])
    ['compatible', 'compatible']
    >>> list(confront(ADMG.parse("A -> B; C -> D"), data)["verdict"])
    ['compatible', 'compatible', 'violated', 'violated']
    """
    if not 0 < alpha < 1:
        raise OptionError("alpha", alpha, "it lies between 0 and 1")
    claims = tuple(implications(graph, query, basis=basis, most=most))
    columns = _columns(data, sorted(frozenset().union(*(c.variables for c in claims)), key=natural))
    by = by or _suited(columns)
    for name in columns:
        by.require(columns[name])
    outcomes = [_outcome(claim, columns, by) for claim in claims]
    return _table(claims, outcomes, len(data), alpha)


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values corrected for their number; NaN, a test that was not done, does not count.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(3)
    array([0.03, 0.06,  nan, 0.06])
    """
    corrected = np.full(len(p), np.nan)
    done = np.flatnonzero(~np.isnan(p))
    order = done[np.argsort(p[done], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return corrected


def _columns(data: pd.DataFrame, names: list[Variable]) -> pd.DataFrame:
    """The columns that the claims are about, fit to be tested."""
    known = {str(column): column for column in data.columns}
    if missing := [name for name in names if name not in known]:
        close = dict.fromkeys(hit for name in missing for hit in nearest(name, known))
        raise UnknownVariableError(missing, list(known), close, where="data")
    if len(data) < FEWEST:
        raise TooFewRowsError(len(data), FEWEST, "a test")
    columns = data[[known[name] for name in names]].set_axis(names, axis="columns")
    for name in names:
        column = columns[name]
        if gaps := int(column.isna().sum()):
            raise DataError(
                f"{quoted(name)} is missing in {gaps} of {len(data)} rows; "
                "drop or impute them first"
            )
        if column.nunique() == 1:
            raise DataError(f"{quoted(name)} is always {column.iloc[0]}; a test needs variation")
    return columns


def _suited(columns: pd.DataFrame) -> IndependenceTest:
    """The test for the kind of columns that the data have; DataError when they have two."""
    measured = [str(name) for name in columns if _is_measured(columns[name])]
    classes = [str(name) for name in columns if name not in measured]
    if measured and classes:
        raise DataError(
            f"{listed(measured)} {'looks' if len(measured) == 1 else 'look'} measured, "
            f"{listed(classes)} classified; cut the former into classes, or say by=FisherZ()"
        )
    return FisherZ() if measured else GSquared()


def _is_measured(column: pd.Series) -> bool:
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return numeric and column.nunique() > MOST_CLASSES


def _outcome(claim: Implication, columns: pd.DataFrame, by: IndependenceTest) -> Outcome:
    if isinstance(claim, Independence):
        return by.test(claim, columns)
    if isinstance(by, FisherZ):
        return untestable("Wald", "formulas are compared on classes; cut the columns into some")
    return wald(claim, columns)


def _table(
    claims: tuple[Implication, ...], outcomes: list[Outcome], n: int, alpha: float
) -> pd.DataFrame:
    p = np.array([each.p for each in outcomes], dtype=np.float64)
    corrected = holm(p)
    verdicts = np.where(corrected < alpha, "violated", "compatible")
    return pd.DataFrame(
        {
            "implication": [str(claim) for claim in claims],
            "test": [each.test for each in outcomes],
            "statistic": np.array([each.statistic for each in outcomes], dtype=np.float64),
            "df": np.array([each.df for each in outcomes], dtype=np.int64),
            "n": np.full(len(claims), n),
            "p": p,
            "p_holm": corrected,
            "verdict": np.where(np.isnan(p), "untestable", verdicts),
            "note": [each.note for each in outcomes],
        }
    )
