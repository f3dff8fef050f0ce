"""Closed forms of Tian & Pearl (2000) for the probabilities of necessity and of sufficiency.

PN: that a cause was necessary, P(Y[X=0]=0 | X=1, Y=1).  PS: that it would suffice,
P(Y[X=1]=1 | X=0, Y=0).  PNS: both, P(Y[X=1]=1, Y[X=0]=0).  All variables are binary.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from causal.errors import DataError, ImpossibleEvidenceError
from causal.expression.law import Number

__all__ = ["Interval", "Joint", "Trial", "necessity", "necessity_and_sufficiency", "sufficiency"]

Joint: TypeAlias = Mapping[tuple[int, int], Number]  # P(x, y)


class Interval(NamedTuple):
    """Between which numbers something lies."""

    lower: Number
    upper: Number


class Trial(NamedTuple):
    """P(Y=1) where X was set to 1, and to 0."""

    treated: Number
    untreated: Number


def necessity_and_sufficiency(
    *, trial: Trial | None = None, joint: Joint | None = None, monotone: bool = False
) -> Interval:
    """PNS from a trial, from observations, or from both: Tian & Pearl's theorem 1.

    ``monotone``: the cause never prevents the effect.  Raises DataError when nothing is
    known.

    >>> from fractions import Fraction
    >>> print(*necessity_and_sufficiency(trial=Trial(Fraction(489, 1000), Fraction(21, 100))))
    279/1000 489/1000
    """
    if trial is None and joint is None:
        raise DataError("PNS needs a trial, observations, or both")
    lower: list[Number] = [0]
    upper: list[Number] = [1]
    if trial is not None:
        lower.append(trial.treated - trial.untreated)
        upper += [trial.treated, 1 - trial.untreated]
        if monotone:
            upper.append(trial.treated - trial.untreated)
    if joint is not None:
        upper.append(joint[1, 1] + joint[0, 0])
    if trial is not None and joint is not None:
        effect = joint[1, 1] + joint[0, 1]
        lower += [effect - trial.untreated, trial.treated - effect]
        upper.append(trial.treated - trial.untreated + joint[1, 0] + joint[0, 1])
    return Interval(max(lower), min(upper))


def necessity(*, joint: Joint, trial: Trial | None = None, monotone: bool = False) -> Interval:
    """PN from observations, or from observations and a trial: theorem 2, and 4 where monotone.

    >>> from fractions import Fraction
    >>> shares = dict(zip([(1, 1), (1, 0), (0, 1), (0, 0)], (2, 998, 28, 972), strict=True))
    >>> drug = {cell: Fraction(share, 2000) for cell, share in shares.items()}
    >>> print(*necessity(joint=drug, trial=Trial(Fraction(16, 1000), Fraction(14, 1000))))
    1 1
    """
    seen = _possible(joint, (1, 1), "X=1, Y=1")
    if trial is None:
        return Interval(0, 1)
    least = (joint[1, 1] + joint[0, 1] - trial.untreated) / seen
    most = least if monotone else (1 - trial.untreated - joint[0, 0]) / seen
    return Interval(max(0, least), min(1, most))


def sufficiency(*, joint: Joint, trial: Trial | None = None, monotone: bool = False) -> Interval:
    """PS from observations, or from observations and a trial: theorem 3, and 4 where monotone.

    >>> from fractions import Fraction
    >>> even = {(x, y): Fraction(1, 4) for x in (0, 1) for y in (0, 1)}
    >>> print(*sufficiency(joint=even, trial=Trial(Fraction(3, 5), Fraction(1, 2))))
    2/5 1
    """
    seen = _possible(joint, (0, 0), "X=0, Y=0")
    if trial is None:
        return Interval(0, 1)
    least = (trial.treated - joint[1, 1] - joint[0, 1]) / seen
    most = least if monotone else (trial.treated - joint[1, 1]) / seen
    return Interval(max(0, least), min(1, most))


def _possible(joint: Joint, cell: tuple[int, int], name: str) -> Number:
    if not joint[cell]:
        raise ImpossibleEvidenceError(name)
    return joint[cell]
