"""A conditional flow: the value is any increasing function of a noise, and parents bend it.

The distribution function given the parents is a mixture of logistic ones (the deep sigmoidal flow
of Huang et al. 2018, with one layer), whose weights, places and scales a network gives.  It has a
closed form, so abduction is a point; forward solves it by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from causal.model.continuous.additive import read
from causal.model.continuous.laws import Logistic
from causal.model.continuous.network import Network
from causal.model.mechanism import Column, Columns, Trait, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Point
from causal.variables import Variables

__all__ = ["Flow"]

HALVINGS = 80
FAR = 60.0  # scales beyond the outermost place: the noise is never larger


class Mixture(NamedTuple):
    """Logistic laws: one row each, one column a unit."""

    log_weights: Floats
    places: Floats
    log_scales: Floats


@dataclass(frozen=True)
class Flow:
    """Value := the increasing function of a logistic noise whose inverse is logit F(value | given).

    ``network`` has three outputs for each of the mixture's parts: score, place, logarithm of the
    scale; places and scales are in units of ``width`` around ``centre``.
    """

    network: Network
    centre: float
    width: float
    ignores: tuple[str, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """What the network reads."""
        return self.network.given

    @property
    def reads(self) -> Variables:
        """What the network reads, and the ignored ones."""
        return read(self.given, None, self.ignores)

    @property
    def values(self) -> Values:
        """Any real number."""
        return ()

    @property
    def noise(self) -> Law:
        """The standard logistic law."""
        return Logistic()

    @property
    def traits(self) -> frozenset[Trait]:
        """Strictly increasing in the noise."""
        return frozenset({Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """That a unit keeps its rank."""
        return "a unit keeps its rank among units in the same circumstances" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value at which the distribution function is that of the noise, by bisection."""
        mixture, target = self._mixture(given, len(noise)), floats(noise)
        reach = FAR * np.exp(mixture.log_scales)
        low = (mixture.places - reach).min(axis=0)
        high = (mixture.places + reach).max(axis=0)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            below = _logit(mixture, middle) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        value: Floats = self.centre + self.width * 0.5 * (low + high)
        return value

    def abduct(self, value: Column, given: Columns) -> Point:
        """The log-odds of the distribution function at the value."""
        at = (floats(value) - self.centre) / self.width
        return Point(_logit(self._mixture(given, len(at)), at))

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """The value of the same rank under other circumstances."""
        return self.forward(then, self.abduct(value, given).noise)

    def log_density(self, value: Column, given: Columns) -> Floats:
        """The logarithm of the density of a value."""
        at = (floats(value) - self.centre) / self.width
        mixture = self._mixture(given, len(at))
        z = (at - mixture.places) * np.exp(-mixture.log_scales)
        each = special.log_expit(z) + special.log_expit(-z) - mixture.log_scales
        density: Floats = special.logsumexp(mixture.log_weights + each, axis=0)
        density -= np.log(self.width)
        return density

    def mean(self, given: Columns, units: int) -> Floats:
        """The mean of each unit's law."""
        mixture = self._mixture(given, units)
        places: Floats = (np.exp(mixture.log_weights) * mixture.places).sum(axis=0)
        return np.asarray(self.centre + self.width * places)

    def to_dict(self) -> dict[str, object]:
        """The network and its scale as plain data."""
        return {
            "kind": "flow",
            "network": self.network.to_dict(),
            "centre": self.centre,
            "width": self.width,
            "ignores": list(self.ignores),
        }

    def _mixture(self, given: Columns, units: int) -> Mixture:
        scores, places, log_scales = np.split(self.network.outputs(given, units), 3)
        return Mixture(special.log_softmax(scores, axis=0), places, np.clip(log_scales, -7, 7))


def _logit(mixture: Mixture, at: Floats) -> Floats:
    """Log F - log(1 - F), each tail on its own, so that neither is rounded away."""
    z = (at - mixture.places) * np.exp(-mixture.log_scales)
    below = special.logsumexp(mixture.log_weights + special.log_expit(z), axis=0)
    above = special.logsumexp(mixture.log_weights + special.log_expit(-z), axis=0)
    odds: Floats = below - above
    return odds
