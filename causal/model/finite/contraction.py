"""Variable elimination over exact integers: multiply what mentions a name, sum it out, forget it.

Zhang & Poole (1994).  Probabilities are held as integers over a common denominator, which never
matters because a law is normalised at the end; so every number is exact, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.mechanism import FiniteMechanism, Values
from causal.model.noise import Noise
from causal.variables import Variable

__all__ = ["Tensor", "contract", "mechanism_tensor", "noise_tensor"]

Integers: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Tensor:
    """Non-negative weights over the values of some names, one axis a name."""

    names: tuple[str, ...]
    weights: Integers

    @classmethod
    def of(cls, names: tuple[str, ...], weights: Integers) -> Tensor:
        """A tensor whose weights may have shrunk to a bare integer, which object arrays do."""
        return cls(names, np.asarray(weights, dtype=object))

    def __mul__(self, other: Tensor) -> Tensor:
        names = tuple(dict.fromkeys(self.names + other.names))
        return Tensor.of(names, self.spread(names) * other.spread(names))

    def spread(self, names: Sequence[str]) -> Integers:
        """The weights with their axes in the order of ``names``, length one where a name is new."""
        own = [name for name in names if name in self.names]
        axes = self.weights.transpose([self.names.index(name) for name in own])
        sizes = iter(axes.shape)
        return axes.reshape([next(sizes) if name in self.names else 1 for name in names])

    def without(self, name: str) -> Tensor:
        """The same with one name summed out."""
        place = self.names.index(name)
        names = self.names[:place] + self.names[place + 1 :]
        return Tensor.of(names, self.weights.sum(axis=place))


def noise_tensor(noise: Noise) -> Tensor:
    """The law of a noise."""
    return Tensor((noise.name,), _integers([noise.law]).reshape(-1))


def mechanism_tensor(
    variable: Variable, mechanism: FiniteMechanism, domains: Mapping[str, Values]
) -> Tensor:
    """P(variable | given), private noise already summed out."""
    sizes = [len(domains[name]) for name in mechanism.given]
    places = [{v: i for i, v in enumerate(domains[name])} for name in mechanism.given]
    rows = _integers(list(mechanism.rows.values())).reshape(-1, len(mechanism.values))
    weights = np.empty((*sizes, len(mechanism.values)), dtype=object)
    for key, row in zip(mechanism.rows, rows, strict=True):
        weights[tuple(place[v] for place, v in zip(places, key, strict=True))] = row
    return Tensor((*mechanism.given, variable), weights)


def contract(tensors: Iterable[Tensor], keep: Sequence[str]) -> Integers:
    """Sum the product of tensors over every name but ``keep``, cheapest name first."""
    left = list(tensors)
    while names := {name for tensor in left for name in tensor.names} - set(keep):
        name = min(names, key=lambda name: (_cost(name, left), name))
        touching = [tensor for tensor in left if name in tensor.names]
        left = [tensor for tensor in left if name not in tensor.names]
        left.append(reduce(Tensor.__mul__, touching).without(name))
    return reduce(Tensor.__mul__, left).spread(keep)


def _cost(name: str, tensors: Iterable[Tensor]) -> int:
    """The size of the product that eliminating a name would build."""
    touching = [tensor for tensor in tensors if name in tensor.names]
    return prod(
        {n: s for t in touching for n, s in zip(t.names, t.weights.shape, strict=True)}.values()
    )


def _integers(rows: Sequence[Sequence[Fraction]]) -> Integers:
    scale = lcm(*(p.denominator for row in rows for p in row))
    return np.array([[int(p * scale) for p in row] for row in rows], dtype=object)
