"""Linear mechanisms: an intercept, a weight for each name that is read, and the noise on top.

The value of the same unit under other circumstances needs no noise at all: it is the value that
was seen plus the weighted changes of what is given (additive noise cancels).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from causal.errors import ModelError
from causal.model.continuous.laws import Normal
from causal.model.mechanism import Column, Columns, Trait, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Point
from causal.variables import Names, Variables, natural, variables

__all__ = ["Linear"]


@dataclass(frozen=True, init=False, repr=False)
class Linear:
    """Value := intercept + the sum of weight * what is read + noise.

    Weights are by name, of parents and shared noises alike.  ``noise`` is a law (the standard
    normal one by default), the name of a shared noise, or None for an exact equation.

    >>> wage = Linear({"school": 0.5, "skill": 1}, intercept=2, noise=Normal(sd=0.1))
    >>> wage
    Linear({'school': 0.5, 'skill': 1.0}, intercept=2.0, noise=Normal(mean=0.0, sd=0.1))
    >>> skill, twelve, sixteen = np.ones(1), np.array([12.0]), np.array([16.0])
    >>> wage.couple(np.array([9.0]), [twelve, skill], [sixteen, skill])
    array([11.])
    """

    pairs: tuple[tuple[str, float], ...]
    intercept: float
    noise: Law | str | None
    ignores: tuple[str, ...]

    def __init__(
        self,
        weights: Mapping[str, float] | None = None,
        *,
        intercept: float = 0.0,
        noise: Law | str | None = Normal(),
        ignores: Names = (),
    ) -> None:
        read = sorted((weights or {}).items(), key=lambda pair: natural(pair[0]))
        try:
            pairs = tuple((name, float(weight)) for name, weight in read)
        except (TypeError, ValueError) as error:
            raise ModelError(f"the weights {dict(read)!r} are not all numbers") from error
        if strange := [name for name, weight in pairs if not isfinite(weight)]:
            raise ModelError(f"the weight of {strange[0]} is {dict(pairs)[strange[0]]}")
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "intercept", float(intercept))
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))

    def __repr__(self) -> str:
        return f"Linear({self.weights}, intercept={self.intercept}, noise={self.noise!r})"

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each name that is read."""
        return dict(self.pairs)

    @property
    def given(self) -> tuple[str, ...]:
        """The names with a weight."""
        return tuple(name for name, _ in self.pairs)

    @property
    def reads(self) -> Variables:
        """The names with a weight, a named noise, and the ignored ones."""
        named = (self.noise,) if isinstance(self.noise, str) else ()
        return frozenset((*self.given, *named, *self.ignores))

    @property
    def values(self) -> Values:
        """Any real number."""
        return ()

    @property
    def traits(self) -> frozenset[Trait]:
        """Linear, hence additive and monotone in the noise."""
        return frozenset({Trait.LINEAR, Trait.ADDITIVE, Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """That the noise is added, and by how much a change of each cause adds."""
        return "linear, additive noise" if self.pairs else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The noise, the intercept and the weighted columns, added up."""
        total = np.array(noise, dtype=np.float64)
        self.add(given, to=total)
        return total

    def add(self, given: Columns, *, to: Floats) -> None:
        """Add the intercept and the weighted columns to a column of noise, in place."""
        if self.intercept:
            to += self.intercept
        for (_, weight), column in zip(self.pairs, given, strict=True):
            to += weight * floats(column)

    def abduct(self, value: Column, given: Columns) -> Point:
        """The noise is what is left over."""
        return Point(floats(value) - self._mean(given, len(value)))

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """The value that was seen, plus the weighted changes; equal columns change nothing."""
        total = np.array(value, dtype=np.float64)
        for (_, weight), was, now in zip(self.pairs, given, then, strict=True):
            if was is not now:
                total += weight * (floats(now) - floats(was))
        return total

    def _mean(self, given: Columns, units: int) -> Floats:
        return floats(self.forward(given, np.zeros(units)))

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data.

        >>> Linear({"X": 2}, noise="U").to_dict()["noise"]
        'U'
        """
        return {
            "kind": "linear",
            "weights": self.weights,
            "intercept": self.intercept,
            "noise": written(self.noise),
            "ignores": list(self.ignores),
        }


def written(noise: Law | str | None) -> object:
    """A mechanism's noise as plain data: a law by its description, a shared one by its name."""
    return noise if isinstance(noise, str) or noise is None else noise.to_dict()
