"""How fast a value grows with the noise: the other half of its density.

The density of a value is that of the noise behind it, over the slope there (change of variables).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from causal.model.altered import Held, Shifted
from causal.model.continuous import Additive, Linear, LocationScale, Monotone
from causal.model.continuous.calling import answer, numbers
from causal.model.continuous.flow import Flow
from causal.model.continuous.monotone import CUBE, EXP, LOGISTIC, Link
from causal.model.mechanism import Column, Mechanism
from causal.model.noise import Floats, Law, floats

__all__ = ["log_slope"]

STEP = 1e-6  # of the spread of what is varied
LINKS: dict[Link, Callable[[Floats], Floats]] = {
    EXP: lambda at: at,
    CUBE: lambda at: np.log(3) + 2 * np.log(np.maximum(np.abs(at), np.finfo(float).tiny)),
    LOGISTIC: lambda at: floats(special.log_expit(at) + special.log_expit(-at)),
}


def log_slope(mechanism: Mechanism, noise: Floats, given: Sequence[Column], law: Law) -> Floats:
    """The logarithm of the slope of each unit's value in its noise.

    In closed form for the families that have one; else by a central difference.

    >>> slope = log_slope(LocationScale(0.0, 2.0), np.zeros(1), [], Linear().noise)
    >>> np.exp(slope)
    array([2.])
    """
    match mechanism:
        case Linear() | Additive():
            return np.zeros(len(noise))
        case LocationScale():
            columns = dict(zip(mechanism.given, given, strict=True))
            scale = mechanism.scale
            return np.log(scale.at([columns[name] for name in scale.given], len(noise)))
        case Flow():
            value = mechanism.forward(given, noise)
            return law.form.log_density(noise) - mechanism.log_density(value, given)
        case Monotone(inner, link):
            at = floats(inner.forward(given, noise))
            outer = LINKS.get(link)
            found = outer(at) if outer else _link_slope(link, at)
            return found + log_slope(inner, noise, given, law)
        case Shifted(inner):
            return log_slope(inner, noise, given, law)
        case Held():
            filled = mechanism.filled(given, len(noise))
            return log_slope(mechanism.inner, noise, filled, law)
    spread = np.sqrt(law.form.variance) if np.isfinite(law.form.variance) else 1.0
    return _difference(
        lambda one: floats(mechanism.forward(given, one)), noise, np.maximum(np.abs(noise), spread)
    )


def _link_slope(link: Link, at: Floats) -> Floats:
    def through(inner: Floats) -> Floats:
        return numbers(answer(link.forward, [inner]), len(inner), by="a link that")

    return _difference(through, at, np.maximum(np.abs(at), 1))


def _difference(function: Callable[[Floats], Floats], at: Floats, size: Floats) -> Floats:
    step = STEP * size
    up, down = function(at + step), function(at - step)
    with np.errstate(divide="ignore"):
        slope: Floats = np.log(np.abs(up - down) / (2 * step))
    return np.where(np.isneginf(slope), np.inf, slope)  # a slope that cannot be seen: no weight
