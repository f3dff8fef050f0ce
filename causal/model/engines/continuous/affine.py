"""Which mechanisms are affine: a constant, weights, and a noise that is added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import numpy as np

from causal.model.altered import Constant, Drawn, Held, Shifted
from causal.model.continuous import Additive, Linear, LocationScale, Polynomial
from causal.model.continuous.curves import Curve
from causal.model.continuous.features import Weighted
from causal.model.mechanism import Mechanism, Value

__all__ = ["Affine", "affine", "affine_where"]


@dataclass(frozen=True)
class Affine:
    """Value := constant + the sum of weights times what is given + stretch times the noise."""

    constant: float
    weights: dict[str, float]
    stretch: float = 1.0


def affine(mechanism: Mechanism) -> Affine | None:
    """How a mechanism is affine, if it is.

    >>> affine(Additive(Polynomial({(): 1, "X": 2})))
    Affine(constant=1.0, weights={'X': 2.0}, stretch=1.0)
    >>> affine(Additive(Polynomial({("X", "X"): 2}))) is None
    True
    """
    match mechanism:
        case Constant() | Drawn() | Held() | Shifted():
            return _intervened(mechanism, {})
        case Linear(pairs, constant):
            return Affine(constant, dict(pairs))
        case Additive(Polynomial(terms)):
            return _collected(0.0, terms)
        case Additive(Weighted(constant, terms)):
            if any(f.levels or f.bent for f, _ in terms):
                return None
            return _collected(constant, tuple((f.numbers, weight) for f, weight in terms))
    return None


def affine_where(mechanism: Mechanism, fixed: Mapping[str, Value]) -> Affine | None:
    """How a mechanism is affine where some of what it is given has known values, if it is.

    >>> product = Additive(Polynomial({("U", "X"): 2, "U": 1}))
    >>> affine_where(product, {"U": 3})
    Affine(constant=3.0, weights={'X': 6.0}, stretch=1.0)
    """
    match mechanism:
        case Constant() | Drawn() | Held() | Shifted():
            return _intervened(mechanism, fixed)
        case LocationScale(mean, scale) if fixed.keys() >= set(scale.given):
            shape = affine_where(Additive(mean), fixed)
            return shape and replace(shape, stretch=_at(scale, fixed))
        case Additive(mean) if fixed.keys() >= set(mean.given):
            return Affine(_at(mean, fixed), {})
        case Additive(Polynomial(terms)):
            numbers = {n: v for n, v in fixed.items() if isinstance(v, int | float | Fraction)}
            parts = [
                (
                    tuple(name for name in names if name not in numbers),
                    weight * prod(float(numbers[name]) for name in names if name in numbers),
                )
                for names, weight in terms
            ]
            return _collected(0.0, tuple(parts))
    shape = affine(mechanism)
    if shape is None or any(isinstance(fixed[name], str) for name in fixed):
        return None
    moved = sum(shape.weights.get(name, 0.0) * _number(value) for name, value in fixed.items())
    weights = {name: weight for name, weight in shape.weights.items() if name not in fixed}
    return Affine(shape.constant + moved, weights)


def _intervened(
    mechanism: Constant | Drawn | Held | Shifted, fixed: Mapping[str, Value]
) -> Affine | None:
    """What an intervention makes of an affine mechanism is affine, a value for each unit aside."""
    match mechanism:
        case Constant(int() | float() | Fraction() as value):
            return Affine(float(value), {})
        case Drawn():
            return Affine(0.0, {})
        case Held(inner, name, value):
            return affine_where(inner, {**fixed, name: value})
        case Shifted(inner, by):
            shape = affine_where(inner, fixed) if fixed else affine(inner)
            return shape and replace(shape, constant=shape.constant + by)
    return None


def _at(curve: Curve, fixed: Mapping[str, Value]) -> float:
    return float(curve.at([np.array([fixed[name]]) for name in curve.given], 1)[0])


def _number(value: Value) -> float:
    assert isinstance(value, int | float | Fraction)
    return float(value)


def _collected(constant: float, terms: tuple[tuple[tuple[str, ...], float], ...]) -> Affine | None:
    weights: dict[str, float] = {}
    for names, weight in terms:
        match names:
            case ():
                constant += weight
            case (name,):
                weights[name] = weights.get(name, 0.0) + weight
            case _:
                return None
    return Affine(constant, weights)
