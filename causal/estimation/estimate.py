"""From an estimand and data to a number, with its interval, its n and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from causal.identification import Identified
from causal.model.streams import Randomness
from causal.query import Query

__all__ = ["Diagnostics", "Estimate", "Estimator"]


@dataclass(frozen=True)
class Diagnostics:
    """What the data had to offer."""

    cells: int  # distinct rows, in the variables that the formula uses
    supporting: int  # rows in which the actions have the values asked about
    draws: int
    undefined: int  # draws that lost a cell the formula divides by; left out of the interval


@dataclass(frozen=True)
class Estimate:
    """An estimated probability."""

    query: Query
    value: float
    interval: tuple[float, float]
    level: float
    n: int
    assumptions: tuple[str, ...]
    diagnostics: Diagnostics

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.query} = {self.value:.4g}, {self.level:.0%} interval "
            f"{low:.4g} to {high:.4g}, n = {self.n}"
        )


class Estimator(Protocol):
    """A way to get from an identified query and data to an estimate."""

    def estimate(self, answer: Identified, data: pd.DataFrame, *, rng: Randomness) -> Estimate:
        """The estimate of a query all of whose variables have values."""
