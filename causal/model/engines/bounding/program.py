"""A program over response types: what is known, what is asked, and which laws are free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from causal.model.engines.bounding.patterns import Row, Term, Values
from causal.model.engines.bounding.response_types import Monotone
from causal.variables import Variable

__all__ = ["Fractional", "Program"]


@dataclass(frozen=True)
class Fractional:
    """A sum of terms over a sum of terms, which is the probability of what is ``given``.

    Over one where ``below`` is None.
    """

    above: tuple[Term, ...]
    below: tuple[Term, ...] | None = None
    given: str = ""


@dataclass(frozen=True)
class Program:
    """Find the extremes of ``constant`` plus ``asked`` over all laws of types that meet ``rows``.

    ``loose`` holds reasons why laws are admitted that no model has; without any the extremes of a
    linear program are attained.
    """

    domains: Mapping[Variable, Values]
    rows: tuple[Row, ...]
    asked: tuple[Fractional, ...]
    constant: Fraction = Fraction(0)
    monotone: tuple[Monotone, ...] = ()
    loose: tuple[str, ...] = ()
