"""Additive and location-scale mechanisms: the noise comes on top, or is stretched first.

Hoyer et al. (2009) for additive noise; Immer et al. (2023) for location and scale.  Both can be
solved for the noise, so a unit that was seen in full has one counterfactual value.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.errors import FunctionError
from causal.model.continuous.curves import Curve, Curved, curve
from causal.model.continuous.laws import Normal
from causal.model.continuous.linear import written
from causal.model.mechanism import Column, Columns, Trait, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Point
from causal.variables import Names, Variables, variables

__all__ = ["Additive", "LocationScale"]


@dataclass(frozen=True, init=False)
class Additive:
    """Value := mean(what is given) + noise.

    The mean is a Polynomial, or any function as a FreeCurve.

    >>> import numpy as np
    >>> from causal.model.continuous.curves import Polynomial
    >>> square = Additive(Polynomial({("X", "X"): 1}))
    >>> square.couple(np.array([5.0]), [np.array([2.0])], [np.array([3.0])])
    array([10.])
    """

    mean: Curve
    noise: Law | str | None
    ignores: tuple[str, ...]

    def __init__(
        self,
        mean: Curved,
        noise: Law | str | None = Normal(),
        *,
        ignores: Names = (),
    ) -> None:
        object.__setattr__(self, "mean", curve(mean))
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))

    @property
    def given(self) -> tuple[str, ...]:
        """What the mean reads."""
        return self.mean.given

    @property
    def reads(self) -> Variables:
        """What the mean reads, a named noise, and the ignored ones."""
        return read(self.given, self.noise, self.ignores)

    @property
    def values(self) -> Values:
        """Any real number."""
        return ()

    @property
    def traits(self) -> frozenset[Trait]:
        """Additive, hence monotone in the noise."""
        return frozenset({Trait.ADDITIVE, Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """That the noise is added."""
        return "additive noise" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The mean plus the noise."""
        return self.mean.at(given, len(noise)) + floats(noise)

    def abduct(self, value: Column, given: Columns) -> Point:
        """The noise is what the mean leaves over."""
        return Point(floats(value) - self.mean.at(given, len(value)))

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """The value that was seen, plus the change of the mean; the noise cancels."""
        moved = self.mean.at(then, len(value)) - self.mean.at(given, len(value))
        moved += floats(value)
        return moved

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""
        return {
            "kind": "additive",
            "mean": self.mean.to_dict(),
            "noise": written(self.noise),
            "ignores": list(self.ignores),
        }


@dataclass(frozen=True, init=False)
class LocationScale:
    """Value := mean(what is given) + scale(what is given) * noise, the scale positive everywhere.

    >>> import numpy as np
    >>> from causal.model.continuous.curves import Polynomial
    >>> spread = LocationScale(Polynomial({"X": 1}), Polynomial({(): 1, ("X", "X"): 1}))
    >>> spread.couple(np.array([4.0]), [np.array([1.0])], [np.array([2.0])])    # the noise is 1.5
    array([9.5])
    """

    mean: Curve
    scale: Curve
    noise: Law | str | None
    ignores: tuple[str, ...]

    def __init__(
        self,
        mean: Curved,
        scale: Curved,
        noise: Law | str | None = Normal(),
        *,
        ignores: Names = (),
    ) -> None:
        object.__setattr__(self, "mean", curve(mean))
        object.__setattr__(self, "scale", curve(scale))
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))

    @property
    def given(self) -> tuple[str, ...]:
        """What the mean reads, then what only the scale reads."""
        return tuple(dict.fromkeys(self.mean.given + self.scale.given))

    @property
    def reads(self) -> Variables:
        """What the mean and the scale read, a named noise, and the ignored ones."""
        return read(self.given, self.noise, self.ignores)

    @property
    def values(self) -> Values:
        """Any real number."""
        return ()

    @property
    def traits(self) -> frozenset[Trait]:
        """Location and scale, hence monotone in the noise."""
        return frozenset({Trait.LOCATION_SCALE, Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """That a unit keeps its place within the spread."""
        return "the noise is stretched and added" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The mean plus the stretched noise."""
        mean, scale = self._parts(given, len(noise))
        return mean + scale * floats(noise)

    def abduct(self, value: Column, given: Columns) -> Point:
        """What the mean leaves over, in units of the scale."""
        mean, scale = self._parts(given, len(value))
        return Point((floats(value) - mean) / scale)

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """The value that was seen, plus the change of the mean and of the stretch."""
        mean, scale = self._parts(given, len(value))
        other, wider = self._parts(then, len(value))
        moved = floats(value) - mean  # array by array, each in the place of the one before
        moved /= scale
        moved *= wider - scale
        moved += other - mean
        moved += floats(value)
        return moved

    def _parts(self, given: Columns, units: int) -> tuple[Floats, Floats]:
        columns = dict(zip(self.given, given, strict=True))
        mean = self.mean.at([columns[name] for name in self.mean.given], units)
        scale = self.scale.at([columns[name] for name in self.scale.given], units)
        if units and not scale.min() > 0:
            raise FunctionError(f"has a scale that comes to {scale.min()}; a scale is positive")
        return mean, scale

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""
        return {
            "kind": "location-scale",
            "mean": self.mean.to_dict(),
            "scale": self.scale.to_dict(),
            "noise": written(self.noise),
            "ignores": list(self.ignores),
        }


def read(given: tuple[str, ...], noise: Law | str | None, ignores: tuple[str, ...]) -> Variables:
    """Everything that a mechanism shows the graph."""
    return frozenset((*given, *ignores, *((noise,) if isinstance(noise, str) else ())))
