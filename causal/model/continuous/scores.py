"""Probabilities of choices from one predictor a value: multinomial logits on any features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal.model.continuous.features import Weighted
from causal.model.mechanism import Columns
from causal.model.noise import Floats

__all__ = ["Scores"]


@dataclass(frozen=True)
class Scores:
    """Probabilities proportional to the exponentials of a curve each; the first one is zero."""

    curves: tuple[Weighted, ...]
    names: tuple[str, ...]

    @property
    def given(self) -> tuple[str, ...]:
        """What the curves read."""
        return self.names

    def at(self, given: Columns, units: int) -> Floats:
        """One row a value, one column a unit."""
        columns = dict(zip(self.names, given, strict=True))
        scores = [curve.at([columns[name] for name in curve.given], units) for curve in self.curves]
        rows = np.vstack([np.zeros(units), *scores])
        rows -= rows.max(axis=0)
        np.exp(rows, out=rows)
        rows /= rows.sum(axis=0)
        return rows

    def to_dict(self) -> dict[str, object]:
        """The curves as plain data."""
        curves = [curve.to_dict() for curve in self.curves]
        return {"kind": "scores", "given": list(self.names), "curves": curves}
