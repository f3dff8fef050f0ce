"""One component against the baseline, seed by seed: what every method of inference is given.

A seed is the unit. Two conditions that ran with the same seed shared its data split and its draws,
so their difference is free of whatever the seed brought to both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The metric by seed with every component on, and with one component off.

    Only finished trials belong here; one that failed is absent. `lone` are the seeds in which the
    baseline alone was planned.

    >>> pair = Comparison(component="mlp", baseline={1: 0.9, 2: 0.8}, ablated={2: 0.5, 3: 0.4})
    >>> pair.seeds, pair.on, pair.off
    ((2,), (0.8,), (0.5,))
    """

    component: str
    baseline: Mapping[int, float]
    ablated: Mapping[int, float]
    lone: frozenset[int] = frozenset()

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that both conditions finished, in order."""
        return tuple(sorted(self.baseline.keys() & self.ablated.keys()))

    @cached_property
    def on(self) -> tuple[float, ...]:
        """The baseline's values on the common seeds."""
        return tuple(self.baseline[seed] for seed in self.seeds)

    @cached_property
    def off(self) -> tuple[float, ...]:
        """The ablated condition's values on the common seeds."""
        return tuple(self.ablated[seed] for seed in self.seeds)

    @cached_property
    def alone(self) -> tuple[float, ...]:
        """The baseline's values on the seeds in which nothing else was planned."""
        return tuple(self.baseline[seed] for seed in sorted(self.lone & self.baseline.keys()))

    @cached_property
    def differences(self) -> Floats:
        """Baseline minus ablated on the common seeds: what is lost when the component is off."""
        found: Floats = np.array(self.on, dtype=np.float64) - np.array(self.off, dtype=np.float64)
        found.setflags(write=False)
        return found

    @cached_property
    def identical(self) -> bool:
        """Whether the ablated condition gave exactly the baseline's value on every common seed."""
        return self.on == self.off

    @cached_property
    def constant(self) -> bool:
        """Whether all differences are one number up to rounding: then they have no spread."""
        return flat(self.differences, beside=self.on + self.off)

    @cached_property
    def correlation(self) -> float:
        """How much of their luck the two conditions share by sharing seeds; NaN below three."""
        if len(self.seeds) < 3 or flat(self.on) or flat(self.off):
            return float("nan")
        return float(np.corrcoef(self.on, self.off)[0, 1])


def flat(values: Sequence[float] | Floats, *, beside: Sequence[float] | None = None) -> bool:
    """Whether values do not differ by more than the rounding of the numbers `beside` them.

    >>> flat([0.3 - 0.2, 0.2 - 0.1], beside=[0.3, 0.2, 0.1]), flat([0.1, 0.2])
    (True, False)
    """
    if len(values) < 2:
        return True
    largest = max(map(abs, values if beside is None else beside))
    return bool(np.ptp(values) <= max(8 * np.finfo(np.float64).eps * largest, 1e-150))
