"""What bounding answers: an interval with its proofs, or that no model of the graph has the law."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from causal.errors import ModelError
from causal.estimation.bounding.settled import Disagreement
from causal.expression.law import Number
from causal.graph import ADMG
from causal.model import SCM
from causal.model.engines.bounding import Certificate, Dependence, GraphBounds, Violation
from causal.query import Quantity

__all__ = ["Bounds", "Falsified"]

Ends: TypeAlias = tuple[Number, Number]


@dataclass(frozen=True)
class Bounds:
    """Every model of the graph that has the law gives the query a value in ``interval``.

    ``sharp`` means that models reach both ends; they are ``lower_model`` and ``upper_model``.
    From a sample the interval is that of the empirical law, and ``confidence`` holds, with
    probability ``level`` at least, all of the interval that the true law would give.
    """

    graph: ADMG
    query: Quantity
    interval: Ends
    sharp: bool
    engine: str
    assumptions: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    n: int | None = None
    level: float | None = None
    confidence: tuple[float, float] | None = None
    _found: GraphBounds | None = field(default=None, repr=False, compare=False)

    @cached_property
    def lower_model(self) -> SCM:
        """A model of the graph with the law, in which the query has the least value.

        Raises ModelError where none is known: the bounds are not sharp, or come from a sample.
        """
        return self._model().model("lower")

    @cached_property
    def upper_model(self) -> SCM:
        """A model of the graph with the law, in which the query has the largest value."""
        return self._model().model("upper")

    def _model(self) -> GraphBounds:
        if self._found is None:
            raise ModelError(f"the value comes from {self.engine}, which makes no model")
        return self._found

    def __str__(self) -> str:
        low, high = (f"{float(end):.4g}" for end in self.interval)
        ends = f"{self.query} = {low}" if low == high else f"{low} <= {self.query} <= {high}"
        kind = "" if self.sharp else " (not known to be sharp)"
        if self.confidence is None or self.level is None:
            return ends + kind
        least, most = self.confidence
        return f"{ends}{kind}; {self.level:.0%} confidence {least:.4g} to {most:.4g}, n = {self.n}"


@dataclass(frozen=True)
class Falsified:
    """No model of the graph has the law: what all of them meet, and the law does not.

    For a sample, ``level`` is the confidence at which sampling alone does not explain it.
    """

    graph: ADMG
    query: Quantity
    reason: Violation | Dependence | Disagreement
    n: int | None = None
    level: float | None = None

    def __str__(self) -> str:
        sure = f" (at level {self.level:.0%}, n = {self.n})" if self.level else ""
        if isinstance(self.reason, Violation):
            return f"no model of the graph has this law{sure}: all have {self.reason}"
        return f"no model of the graph has this law{sure}: {self.reason}"
