"""Thresholds: a hidden score falls between two of several cuts, and one sees between which.

Ordered probit with normal noise, ordered logit with logistic noise (McKelvey & Zavoina 1975).
What a unit would have been is known up to the interval in which its noise lies, so that its law is
an overlap of intervals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from causal.errors import FunctionError, ImpossibleEvidenceError, ModelError
from causal.model.continuous.additive import read
from causal.model.continuous.coupling import at_places, interval_chances
from causal.model.continuous.curves import Curve, Curved, curve
from causal.model.continuous.laws import Normal
from causal.model.finite.columns import places
from causal.model.finite.settings import domain
from causal.model.mechanism import Chances, Column, Columns, Trait, Value, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Interval
from causal.variables import Names, Variables, variables

__all__ = ["Threshold"]


@dataclass(frozen=True, init=False)
class Threshold:
    """Value := which of the intervals between ``cuts`` holds index(what is given) + noise.

    By default one cut at zero: 0 below it, 1 from there on.

    >>> from causal.model.continuous.curves import Polynomial
    >>> from causal.model.continuous.laws import Uniform
    >>> buys = Threshold(Polynomial({"X": 1}), noise=Uniform(-1, 0))
    >>> buys.couple(np.array([0]), [np.array([0.2])], [np.array([0.6])]).weights.ravel()
    array([0.5, 0.5])
    """

    index: Curve
    cuts: tuple[float, ...]
    noise: Law
    values: Values
    ignores: tuple[str, ...]

    def __init__(
        self,
        index: Curved,
        cuts: Iterable[float] = (0.0,),
        *,
        noise: Law = Normal(),
        values: Iterable[Value] | None = None,
        ignores: Names = (),
    ) -> None:
        limits = tuple(map(float, cuts))
        if not limits or not all(low < high for low, high in pairwise(limits)):
            raise ModelError(f"cuts increase, and there is at least one; given {limits}")
        possible = domain(range(len(limits) + 1) if values is None else values)
        if len(possible) != len(limits) + 1:
            raise ModelError(f"{len(limits)} cuts make {len(limits) + 1} values, not {possible}")
        object.__setattr__(self, "index", curve(index))
        object.__setattr__(self, "cuts", limits)
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "values", possible)
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))

    @property
    def given(self) -> tuple[str, ...]:
        """What the index reads."""
        return self.index.given

    @property
    def reads(self) -> Variables:
        """What the index reads, and the ignored ones."""
        return read(self.given, None, self.ignores)

    @property
    def traits(self) -> frozenset[Trait]:
        """Each value is an interval of the noise."""
        return frozenset({Trait.THRESHOLD})

    @property
    def assumes(self) -> str:
        """That one noise is held against the cuts, whatever is given."""
        return "one noise against all cuts" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The interval into which index plus noise falls."""
        score = self._index(given, len(noise)) + floats(noise)
        values: Column = np.asarray(self.values)[np.searchsorted(self.cuts, score, side="right")]
        return values

    def abduct(self, value: Column, given: Columns) -> Interval:
        """The interval in which the noise must have been."""
        sums = self._sums(given, len(value))
        low, high = self._ends(value, sums)
        return Interval(low, high, self.noise)

    def confined(self, value: Column, given: Columns) -> Interval:
        """The same without a check: no interval where the value cannot be."""
        low, high = self._between(value, self._sums(given, len(value)))
        return Interval(low, np.maximum(low, high), self.noise)

    def chances(self, given: Columns, units: int) -> Chances:
        """The law of the value of units of which nothing else was seen."""
        none, all_ = np.zeros(units), np.ones(units)
        sums = self._sums(given, units)
        return Chances(self.values, interval_chances(none, all_, sums, len(self.values)))

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """How the interval of the noise is cut under other circumstances."""
        low, high = self._ends(value, self._sums(given, len(value)))
        sums = self._sums(then, len(value))
        return Chances(self.values, interval_chances(low, high, sums, len(self.values)))

    def _index(self, given: Columns, units: int) -> Floats:
        index = self.index.at(given, units)
        if units and np.isnan(index.min()):
            raise FunctionError(
                f"has an index that is NaN for unit {int(np.isnan(index).argmax())}"
            )
        return index

    def _sums(self, given: Columns, units: int) -> Floats:
        """The probability below each cut, one row a cut."""
        index, cdf = self._index(given, units), self.noise.form.cdf
        return np.array([cdf(cut - index) for cut in self.cuts])

    def _between(self, value: Column, sums: Floats) -> tuple[Floats, Floats]:
        seen = places(value, self.values, of="a value")
        padded = np.vstack([np.zeros(len(value)), sums, np.ones(len(value))])
        return at_places(padded, seen), at_places(padded, seen + 1)

    def _ends(self, value: Column, sums: Floats) -> tuple[Floats, Floats]:
        low, high = self._between(value, sums)
        if (never := np.flatnonzero(high <= low)).size:
            raise ImpossibleEvidenceError(f"the value {value[never[0]]}")
        return low, high

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""
        return {
            "kind": "threshold",
            "index": self.index.to_dict(),
            "cuts": list(self.cuts),
            "noise": self.noise.to_dict(),
            "values": list(self.values),
            "ignores": list(self.ignores),
        }
