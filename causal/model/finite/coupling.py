"""Couplings: how a table of probabilities becomes an equation, so that counterfactuals are defined.

A conditional table says what Y is likely to be under each setting of its parents, one row a
setting. It does not say how the rows hang together: whether the unit that has Y=1 under X=0 would
have Y=1 under X=1.  A coupling says so.  It splits the private noise of the mechanism into cells,
and each cell fixes one value for every row: a response function in the sense of Balke & Pearl
(1994).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise, product
from math import lcm, prod
from typing import Protocol

from causal.errors import ModelError
from causal.model.exact import Row

__all__ = ["Cell", "Coupling", "Independent", "InverseCDF", "Unknown"]

MOST = 10_000  # cells of private noise


@dataclass(frozen=True)
class Cell:
    """One cell of private noise: its probability, and which value each row then takes."""

    weight: Fraction
    picks: tuple[int, ...]


class Coupling(Protocol):
    """A rule that turns rows of probabilities into cells with those rows as their margins."""

    def cells(self, rows: Sequence[Row]) -> tuple[Cell, ...]:
        """The cells; those that pick value v in row r weigh ``rows[r][v]`` together."""


@dataclass(frozen=True)
class InverseCDF:
    """One uniform draw is read off against the cumulative sums of every row.

    The values count as ordered, in the order of the table; the coupling is then monotone: of two
    rows, the one with stochastically larger values never answers lower.  The noise is [0, 1] cut
    at all sums.

    >>> half, third = Fraction(1, 2), Fraction(1, 3)
    >>> for cell in InverseCDF().cells([(half, half), (third, 1 - third)]):
    ...     print(cell.weight, cell.picks)
    1/3 (0, 0)
    1/6 (0, 1)
    1/2 (1, 1)
    """

    def cells(self, rows: Sequence[Row]) -> tuple[Cell, ...]:
        """One cell for each interval between neighbouring cumulative sums."""
        scale = lcm(*(weight.denominator for row in rows for weight in row))
        sums = [
            tuple(accumulate(w.numerator * (scale // w.denominator) for w in row)) for row in rows
        ]
        cuts = sorted({0, scale}.union(*sums))
        return tuple(
            Cell(Fraction(high - low, scale), tuple(bisect_right(levels, low) for levels in sums))
            for low, high in pairwise(cuts)
        )


@dataclass(frozen=True)
class Independent:
    """Every row has a draw of its own: what happens under one setting says nothing of the others.

    The number of cells is exponential in the number of rows; raises ModelError beyond 10,000.

    >>> half = Fraction(1, 2)
    >>> len(Independent().cells([(half, half), (half, half)]))
    4
    """

    def cells(self, rows: Sequence[Row]) -> tuple[Cell, ...]:
        """One cell for each way to pick a possible value in every row."""
        possible = [[v for v, weight in enumerate(row) if weight] for row in rows]
        if (count := prod(map(len, possible))) > MOST:
            raise ModelError(
                f"{len(rows)} independent rows make {count} cells, more than {MOST}; "
                "couple them by InverseCDF"
            )
        return tuple(
            Cell(
                prod((row[v] for row, v in zip(rows, picks, strict=True)), start=Fraction(1)), picks
            )
            for picks in product(*possible)
        )


@dataclass(frozen=True)
class Unknown:
    """Nothing is said about how the rows hang together, so that counterfactuals have bounds only.

    The laws of one world need no coupling; ``bound`` of causal.model.engines.bounding gives the
    interval of a counterfactual; what needs a value, or draws units, gets a ModelError.

    >>> Unknown().cells([(Fraction(1),)])[0].picks    # one row has nothing to be coupled with
    (0,)
    """

    def cells(self, rows: Sequence[Row]) -> tuple[Cell, ...]:
        """The cells of a single row; raises ModelError for more."""
        if len(rows) > 1:
            raise ModelError(
                f"how {len(rows)} rows hang together is unknown: a counterfactual has an interval "
                "(causal.model.engines.bounding.bound), and units can be drawn once it is named"
            )
        return InverseCDF().cells(rows)
