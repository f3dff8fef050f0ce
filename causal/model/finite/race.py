"""Gumbel-max for tables: the race between the values, run in every row at once.

The value whose log-probability plus Gumbel noise is largest is the one whose exponential clock,
divided by its probability, rings first (Maddison, Tarlow & Minka 2014).  That v wins a row of
probabilities p says that clock j is at least p_j / p_v times clock v.  So a response function is a
cone of such comparisons, and its probability, an integral of exponentials, is a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from causal.errors import ModelError
from causal.model.exact import Row
from causal.model.finite.coupling import Cell

__all__ = ["GumbelMax"]

Bounds: TypeAlias = tuple[tuple[Fraction, ...], ...]  # [j][i]: clock j >= so many times clock i

MOST = 2_000  # cells of private noise, each of them an integral


@dataclass(frozen=True)
class GumbelMax:
    """The value is the largest of log-probabilities with a Gumbel noise each.

    Oberst & Sontag (2019): the coupling is stable, that is, a value gives way only to one whose
    odds against it have grown.

    >>> half, third = Fraction(1, 2), Fraction(1, 3)
    >>> for cell in GumbelMax().cells([(half, half, 0 * half), (third, third, third)]):
    ...     print(cell.weight, cell.picks)
    1/3 (0, 0)
    1/6 (0, 2)
    1/3 (1, 1)
    1/6 (1, 2)
    """

    def cells(self, rows: Sequence[Row]) -> tuple[Cell, ...]:
        """One cell for each way in which the rows can answer; raises ModelError beyond 2,000."""
        size = len(rows[0])
        nothing = tuple(tuple(Fraction(i == j) for i in range(size)) for j in range(size))
        different = {row: place for place, row in enumerate(dict.fromkeys(rows))}
        races: list[tuple[tuple[int, ...], Bounds]] = [((), nothing)]
        for row in different:
            races = [
                ((*winners, v), won)
                for winners, bounds in races
                for v, chance in enumerate(row)
                if chance and (won := _won(bounds, v, row)) is not None
            ]
            if len(races) > MOST:
                raise ModelError(
                    f"{len(rows)} rows of {size} values coupled by GumbelMax make more than "
                    f"{MOST} cells; couple them by InverseCDF, or use causal.Categorical"
                )
        clocks = dict.fromkeys(range(size), Fraction(1))
        return tuple(
            Cell(_integral(clocks, bounds), tuple(winners[different[row]] for row in rows))
            for winners, bounds in races
        )


def _won(bounds: Bounds, v: int, row: Row) -> Bounds | None:
    """The comparisons, together with those that let v win a row; None where they cannot hold."""
    found: Bounds | None = bounds
    for j, chance in enumerate(row):
        if found is not None and j != v:
            found = _tightened(found, j, v, chance / row[v])
    return found


def _tightened(bounds: Bounds, j: int, i: int, times: Fraction) -> Bounds | None:
    """The bounds and all that follows from clock j >= times clock i; None where it cannot hold."""
    if times <= bounds[j][i]:
        return bounds
    if times * bounds[i][j] >= 1:
        return None
    onward = [times * bound for bound in bounds[i]]
    return tuple(
        tuple(map(max, row, [row[j] * bound for bound in onward])) if row[j] else row
        for row in bounds
    )


def _integral(rates: dict[int, Fraction], bounds: Bounds) -> Fraction:
    """Of exp(-rates @ clocks) over all clocks within bounds, by one clock after the other.

    A clock runs from the largest of its lower bounds to the smallest of its upper ones.  Which of
    them that is, is again a comparison of clocks, so that each case is a cone with one clock less.
    """
    clock = min(rates, key=lambda j: sum(bool(bounds[i][j]) for i in rates))
    others = dict(rates)
    rate = others.pop(clock)
    if not others:
        return 1 / rate
    from_ = {i: bounds[clock][i] for i in others if bounds[clock][i]}
    until = {i: 1 / bounds[i][clock] for i in others if bounds[i][clock]}
    total = _ends(from_, others, rate, bounds) if from_ else _integral(others, bounds)
    total -= _ends({i: -end for i, end in until.items()}, others, rate, bounds)
    return total / rate


def _ends(
    ends: dict[int, Fraction], rates: dict[int, Fraction], rate: Fraction, bounds: Bounds
) -> Fraction:
    """The integral, each case with its end: the largest multiple, of which some may be negative."""
    total = Fraction(0)
    for i, end in ends.items():
        case: Bounds | None = bounds
        for other, its in ends.items():
            if case is not None and other != i:
                case = (
                    _tightened(case, i, other, its / end)
                    if end > 0
                    else _tightened(case, other, i, end / its)
                )
        if case is not None:
            total += _integral(rates | {i: rates[i] + rate * abs(end)}, case)
    return total
