"""Which mechanisms are affine: a constant, weights, and a noise that is added."""

from __future__ import annotations

from dataclasses import dataclass

from causal.model.continuous import Additive, Linear, Polynomial
from causal.model.continuous.features import Weighted
from causal.model.mechanism import Mechanism

__all__ = ["Affine", "affine"]


@dataclass(frozen=True)
class Affine:
    """Value := constant + the sum of weights times what is given + noise."""

    constant: float
    weights: dict[str, float]


def affine(mechanism: Mechanism) -> Affine | None:
    """How a mechanism is affine, if it is.

    >>> affine(Additive(Polynomial({(): 1, "X": 2})))
    Affine(constant=1.0, weights={'X': 2.0})
    >>> affine(Additive(Polynomial({("X", "X"): 2}))) is None
    True
    """
    match mechanism:
        case Linear(pairs, constant):
            return Affine(constant, dict(pairs))
        case Additive(Polynomial(terms)):
            return _collected(0.0, terms)
        case Additive(Weighted(constant, terms)):
            if any(f.levels or f.bent for f, _ in terms):
                return None
            return _collected(constant, tuple((f.numbers, weight) for f, weight in terms))
    return None


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
