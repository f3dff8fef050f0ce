"""Answers to counterfactual questions: the number, how it was found, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TypeAlias

import pandas as pd

from causal.query import Expectation, Quantity

__all__ = ["Counterfactual", "Number", "UnitCounterfactuals"]

Number: TypeAlias = Fraction | float


@dataclass(frozen=True)
class Counterfactual:
    """A counterfactual number, how it was found, and what it rests on.

    Where the model leaves a coupling unknown, ``value`` is None and ``interval`` says what the
    number can be; else the interval is the value twice.  A value from weighted draws comes with its
    ``standard_error`` and the effective number of draws behind it, and ``interval`` is the value
    plus and minus two standard errors, as far as probabilities reach.

    ``probability_of_evidence`` is that of the rarest evidence in the question, and None where no
    engine weighed it: real numbers that were seen have a density, not a probability.

    >>> print(Counterfactual(Quantity.parse("P(Y[X=0]=1)"), Fraction(1, 4), "exact", ()))
    P(Y[X=0]=1) = 1/4
    """

    query: Quantity
    value: Number | None
    engine: str
    assumptions: tuple[str, ...]
    probability_of_evidence: Number | None = Fraction(1)
    bounds: tuple[Number, Number] | None = None
    standard_error: float = 0.0
    effective_draws: float | None = None

    @property
    def interval(self) -> tuple[Number, Number]:
        """The least and the largest that the number can be.

        >>> Counterfactual(Quantity.parse("P(Y=1)"), Fraction(1, 4), "exact", ()).interval
        (Fraction(1, 4), Fraction(1, 4))
        """
        if self.bounds is not None:
            return self.bounds
        assert self.value is not None
        if not self.standard_error:
            return self.value, self.value
        least, most = _reach(self.query)
        low, high = self.value - 2 * self.standard_error, self.value + 2 * self.standard_error
        return max(float(low), least), min(float(high), most)

    def __str__(self) -> str:
        if self.standard_error:
            return f"{self.query} = {self.value:.4g} ± {self.standard_error:.1g}"
        if self.value is not None:
            return f"{self.query} = {self.value}"
        low, high = self.interval
        return f"{self.query} is between {low} and {high}"


def _reach(query: Quantity) -> tuple[float, float]:
    """The least and the largest that a sum can be, whose probabilities lie between 0 and 1."""
    if any(isinstance(part, Expectation) for _, part in query.parts):
        return -inf, inf
    constant = sum((factor for factor, part in query.parts if part is None), Fraction(0))
    factors = [factor for factor, part in query.parts if part is not None]
    least = constant + sum(factor for factor in factors if factor < 0)
    return float(least), float(constant + sum(factor for factor in factors if factor > 0))


@dataclass(frozen=True, eq=False)
class UnitCounterfactuals:
    """One counterfactual number a unit, given what was observed of it, under the units' index.

    A value from weighted draws has a ``standard_error``; it is NaN where too few draws agreed with
    what was observed of the unit.
    """

    query: Quantity
    value: pd.Series
    engine: str
    assumptions: tuple[str, ...]
    standard_error: pd.Series | None = None

    def __str__(self) -> str:
        text = f"{self.query} for {len(self.value)} units, on average {self.value.mean():.4g}"
        refused = int(self.value.isna().sum())
        return f"{text}; {refused} without an answer" if refused else text
