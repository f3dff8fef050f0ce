"""Closed forms for the effect of a binary cause with a binary instrument, Z -> X -> Y; X <-> Y.

Balke & Pearl (1997), equations (14) and (15), are sharp; the natural bounds of Robins (1989) and
Manski (1990) use that the instrument is random, and not that one law of units answers both arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from causal.errors import DataError
from causal.estimation.bounding.necessity import Interval
from causal.expression.law import Number

__all__ = ["Arms", "balke_pearl", "inequalities", "natural_bounds"]

Arms: TypeAlias = Mapping[tuple[int, int, int], Number]  # P(y, x | z), by (y, x, z)


def balke_pearl(arms: Arms) -> Interval:
    """The sharp bounds of E(Y[X=1]) - E(Y[X=0]): a maximum and a minimum of eight expressions.

    >>> from fractions import Fraction as F
    >>> arms = {(0, 0, 0): F(919, 1000), (0, 1, 0): F(0), (1, 0, 0): F(81, 1000), (1, 1, 0): F(0),
    ...         (0, 0, 1): F(315, 1000), (0, 1, 1): F(139, 1000), (1, 0, 1): F(73, 1000),
    ...         (1, 1, 1): F(473, 1000)}
    >>> print(*map(float, balke_pearl(arms)))    # lipids and cholestyramine
    0.392 0.78
    """
    p = {f"{y}{x}.{z}": share for (y, x, z), share in arms.items()}
    lower = [
        p["11.1"] + p["00.0"] - 1,
        p["11.0"] + p["00.1"] - 1,
        p["11.0"] - p["11.1"] - p["10.1"] - p["01.0"] - p["10.0"],
        p["11.1"] - p["11.0"] - p["10.0"] - p["01.1"] - p["10.1"],
        -p["01.1"] - p["10.1"],
        -p["01.0"] - p["10.0"],
        p["00.1"] - p["01.1"] - p["10.1"] - p["01.0"] - p["00.0"],
        p["00.0"] - p["01.0"] - p["10.0"] - p["01.1"] - p["00.1"],
    ]
    upper = [
        1 - p["01.1"] - p["10.0"],
        1 - p["01.0"] - p["10.1"],
        -p["01.0"] + p["01.1"] + p["00.1"] + p["11.0"] + p["00.0"],
        -p["01.1"] + p["11.1"] + p["00.1"] + p["01.0"] + p["00.0"],
        p["11.1"] + p["00.1"],
        p["11.0"] + p["00.0"],
        -p["10.1"] + p["11.1"] + p["00.1"] + p["11.0"] + p["10.0"],
        -p["10.0"] + p["11.0"] + p["00.0"] + p["11.1"] + p["10.1"],
    ]
    return Interval(max(lower), min(upper))


def natural_bounds(arms: Arms) -> Interval:
    """The bounds of each arm's mean by itself, combined; never narrower than the sharp ones.

    >>> even = dict.fromkeys([(y, x, z) for y in (0, 1) for x in (0, 1) for z in (0, 1)], 0.25)
    >>> print(*natural_bounds(even))
    -0.5 0.5
    """
    treated, untreated = (
        Interval(max(arms[1, x, z] for z in (0, 1)), min(1 - arms[0, x, z] for z in (0, 1)))
        for x in (1, 0)
    )
    return Interval(treated.lower - untreated.upper, treated.upper - untreated.lower)


def inequalities(arms: Arms) -> tuple[Number, ...]:
    """Pearl's (1995) instrumental inequalities: for each x, Σ_y max_z P(y, x | z), at most one.

    >>> even = dict.fromkeys([(y, x, z) for y in (0, 1) for x in (0, 1) for z in (0, 1)], 0.25)
    >>> inequalities(even)
    (0.5, 0.5)
    """
    if missing := [key for key in _keys() if key not in arms]:
        raise DataError(f"the arms lack P(y, x | z) for (y, x, z) = {missing[0]}")
    return tuple(
        sum((max(arms[y, x, z] for z in (0, 1)) for y in (0, 1)), 0 * arms[0, 0, 0]) for x in (0, 1)
    )


def _keys() -> list[tuple[int, int, int]]:
    return [(y, x, z) for y in (0, 1) for x in (0, 1) for z in (0, 1)]
