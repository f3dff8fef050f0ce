"""Tests of independence: partial correlation for numbers, G² for classes.

Fisher (1924) and Anderson (2003, 4.3) for the partial correlation; Bishop, Fienberg & Holland
(1975, chapter 4) for G² and its degrees of freedom where cells are empty.  A statistic is on the
scale of chi-squared, so that all tests print alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atanh, nan
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from causal.errors import DataError
from causal.identification import Independence
from causal.variables import Variable, listed, natural, quoted

__all__ = ["FisherZ", "GSquared", "IndependenceTest", "Outcome", "scored", "untestable"]

Numbers: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]
ROWS_A_FREEDOM = 5  # rows that a degree of freedom needs before chi-squared means anything
NOTHING_LEFT = 1e-10  # of a column's variation: the rest is rounding


@dataclass(frozen=True)
class Outcome:
    """What a test found; without degrees of freedom it could not be done, and ``note`` says why."""

    test: str
    statistic: float
    df: int
    p: float
    note: str = ""


class IndependenceTest(Protocol):
    """A way to test one independence on data."""

    def require(self, column: pd.Series) -> None:
        """Refuse, with a DataError, a column that the test has no use for."""

    def test(self, claim: Independence, data: pd.DataFrame) -> Outcome:
        """Test whether the independence holds."""


def scored(test: str, statistic: float, df: int) -> Outcome:
    """The outcome of a statistic that follows chi-squared when the claim is true.

    >>> round(scored("G²", 3.841, 1).p, 3)
    0.05
    """
    return Outcome(test, float(statistic), df, float(chi2.sf(statistic, df)))


def untestable(test: str, why: str) -> Outcome:
    """A test that could not be done.

    >>> untestable("G²", "12 rows").df
    0
    """
    return Outcome(test, nan, 0, nan, why)


@dataclass(frozen=True)
class FisherZ:
    """Partial correlations, z-transformed: for columns of numbers that depend linearly.

    A set is taken one variable after the other, each given those before it; the squares of their z
    are added up.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=400)
    >>> data = pd.DataFrame({"X": x, "Y": x + rng.normal(size=400), "Z": rng.normal(size=400)})
    >>> for other in "YZ":
    ...     claim = Independence(frozenset("X"), frozenset(other))
    ...     print(round(FisherZ().test(claim, data).p, 3))
    0.0
    0.376
    """

    def require(self, column: pd.Series) -> None:
        """Refuse a column that is not of numbers."""
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            raise DataError(f"{quoted(str(column.name))} is not numeric; use by=GSquared()")

    def test(self, claim: Independence, data: pd.DataFrame) -> Outcome:
        """Test whether all partial correlations are zero."""
        total, df = 0.0, 0
        for one, other, given in _chain(claim):
            room = len(data) - len(given) - 3
            if room < 1:
                return untestable("Fisher z", f"{len(data)} rows for {len(given)} conditions")
            r = _partial_correlation(data, one, other, given)
            if r is None:
                why = f"{listed([one, *given])} determine {quoted(other)}, or the reverse"
                return untestable("Fisher z", why)
            total += room * atanh(r) ** 2
            df += 1
        return scored("Fisher z", total, df)


def _chain(claim: Independence) -> Iterator[tuple[Variable, Variable, tuple[Variable, ...]]]:
    """Pairs that are all independent exactly when the sets are (weak union and contraction)."""
    ones, others, given = (
        sorted(part, key=natural) for part in (claim.one, claim.other, claim.given)
    )
    for i, one in enumerate(ones):
        for j, other in enumerate(others):
            yield one, other, (*given, *ones[:i], *others[:j])


def _partial_correlation(
    data: pd.DataFrame, one: Variable, other: Variable, given: tuple[Variable, ...]
) -> float | None:
    """The correlation of what ``given`` leaves unexplained; None when it leaves nothing."""
    columns = data[[one, other, *given]].to_numpy(dtype=np.float64)
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    pair, fixed = columns[:, :2], columns[:, 2:]
    left = pair - fixed @ np.linalg.lstsq(fixed, pair, rcond=None)[0]
    size = np.sqrt((left**2).sum(axis=0))
    if (size < NOTHING_LEFT * np.sqrt(len(data))).any():
        return None
    r = float(left[:, 0] @ left[:, 1] / (size[0] * size[1]))
    return r if abs(r) < 1 - NOTHING_LEFT else None


@dataclass(frozen=True)
class GSquared:
    """The likelihood ratio in every stratum of the conditions: for columns of classes.

    Degrees of freedom are counted on the rows and columns that a stratum has.  A set is taken one
    variable after the other, each given those before it; the parts add up to the whole.

    >>> data = pd.DataFrame({"X": [0, 0, 1, 1] * 50, "Y": [0, 1, 0, 1] * 50})
    >>> GSquared().test(Independence(frozenset("X"), frozenset("Y")), data).p
    1.0
    """

    def require(self, column: pd.Series) -> None:
        """Refuse a column with too many classes to count."""
        classes = column.nunique()
        if classes * ROWS_A_FREEDOM > len(column):
            raise DataError(
                f"{quoted(str(column.name))} takes {classes} values in {len(column)} rows; "
                "cut it into fewer classes, or use by=FisherZ()"
            )

    def test(self, claim: Independence, data: pd.DataFrame) -> Outcome:
        """Test whether rows and columns are independent in every stratum."""
        total, df = 0.0, 0
        for one, other, given in _chain(claim):
            cell, row, column, stratum = (
                _numbered(data, [*given, *names]) for names in ([one, other], [one], [other], [])
            )
            seen, expected = _counts(cell) * _counts(stratum), _counts(row) * _counts(column)
            total += 2 * float(np.log(seen / expected).sum())
            freedom = (_distinct(row, stratum) - 1) * (_distinct(column, stratum) - 1)
            df += int(freedom.sum())
        if not df or len(data) < ROWS_A_FREEDOM * df:
            return untestable("G²", f"{len(data)} rows for {df} degrees of freedom")
        return scored("G²", max(total, 0.0), df)


def _numbered(data: pd.DataFrame, names: list[Variable]) -> Labels:
    """The combination of values in each row, numbered from zero."""
    if not names:
        return np.zeros(len(data), dtype=np.int64)
    groups = data.groupby(names, observed=True, sort=False)
    return np.asarray(groups.ngroup(), dtype=np.int64)


def _counts(labels: Labels) -> Numbers:
    """For each row, how many rows have its label."""
    return np.bincount(labels)[labels].astype(np.float64)


def _distinct(labels: Labels, stratum: Labels) -> Labels:
    """For each stratum, how many labels it has."""
    _, first = np.unique(labels, return_index=True)
    return np.asarray(np.bincount(stratum[first]), dtype=np.int64)
