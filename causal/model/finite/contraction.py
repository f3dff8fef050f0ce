"""Variable elimination: multiply what mentions a name, sum it out, forget it.

Zhang & Poole (1994).  Weights are integers over a common denominator, exact whatever their size, or
floats; the denominator never matters, as a law is normalised at the end.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import frexp, lcm
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.errors import ModelError
from causal.model.finite.elimination import Order, Step, elimination_order
from causal.model.noise import Noise

__all__ = [
    "Integers",
    "Name",
    "Scaled",
    "Tensor",
    "Weights",
    "contract",
    "eliminate",
    "integers",
    "noise_tensor",
    "sizes",
]

Name: TypeAlias = Hashable
Integers: TypeAlias = NDArray[np.object_]
Weights: TypeAlias = NDArray[np.float64] | Integers

MOST = 2**27  # entries of the largest product that is built
AT_ONCE = 2**12  # entries of a product that is built in one go, however many factors it has
MANY = 16  # factors that are multiplied in one go at most
TINY = 2.0**-300


class Tensor(NamedTuple):
    """Non-negative weights over the values of some names, one axis a name."""

    names: tuple[Name, ...]
    weights: Weights


@dataclass(frozen=True, eq=False)
class Scaled:
    """Weights times two to an exponent, so that the small ones of large models stay above zero."""

    weights: Weights
    exponent: int = 0


def noise_tensor(noise: Noise) -> Tensor:
    """The law of a noise."""
    return Tensor((noise.name,), integers([noise.law]).reshape(-1))


def contract(tensors: Iterable[Tensor], keep: Sequence[Name]) -> Integers:
    """Sum the product of exact tensors over every name but ``keep``, up to a common factor.

    >>> coin = Tensor(("U",), integers([[Fraction(1, 4), Fraction(3, 4)]])[0])
    >>> contract([coin, Tensor(("U", "X"), np.eye(2, dtype=int).astype(object))], ["X"])
    array([1, 3], dtype=object)
    """
    factors = list(tensors)
    order = elimination_order([t.names for t in factors], sizes(factors), keep)
    return eliminate(factors, keep, order).weights.astype(object)


def eliminate(tensors: Iterable[Tensor], keep: Sequence[Name], order: Order) -> Scaled:
    """Sum out the names of an order, one after the other; the axes left are those of ``keep``.

    Raises ModelError when a product on the way would not fit into memory.
    """
    if order.largest > MOST:
        raise ModelError(
            f"the answer needs a table of {order.largest:.1e} entries, more than {MOST:.0e}; "
            "ask about fewer variables or worlds at once, or observe more"
        )
    factors = list(tensors)
    found = _eliminated(factors, tuple(keep), order, lift=False)
    if found.weights.dtype == object or (found.weights.size and found.weights.max() > TINY):
        return found
    # Either nothing is possible, or weights have come near the smallest of floats on the way.
    return _eliminated(factors, tuple(keep), order, lift=True)


def _eliminated(
    tensors: Iterable[Tensor], keep: tuple[Name, ...], order: Order, *, lift: bool
) -> Scaled:
    end = len(order.steps)
    place: dict[Name, int] = dict.fromkeys(keep, end)
    place |= {name: i for i, step in enumerate(order.steps) for name in step.names}
    # A tensor waits for the first of its names to be eliminated (Dechter 1999).
    buckets: list[list[Tensor]] = [[] for _ in range(end + 1)]
    for tensor in tensors:
        buckets[min([end, *[place[name] for name in tensor.names]])].append(tensor)
    exponent = 0
    for step, bucket in zip(order.steps, buckets, strict=False):
        tensor, shift = _product(bucket, step, place, lift=lift)
        exponent += shift
        buckets[place[tensor.names[0]] if tensor.names else end].append(tensor)
    last = _closing(buckets[end], keep)
    return Scaled(last.weights, exponent + last.exponent)


def sizes(tensors: Iterable[Tensor]) -> dict[Name, int]:
    """How many values each name has."""
    return {
        name: size
        for tensor in tensors
        for name, size in zip(tensor.names, tensor.weights.shape, strict=True)
    }


def integers(rows: Sequence[Sequence[Fraction]]) -> Integers:
    """Rows of probabilities as whole numbers over one common denominator.

    >>> integers([[Fraction(1, 2), Fraction(1, 3)]])
    array([[3, 2]], dtype=object)
    """
    ratios = [p.as_integer_ratio() for row in rows for p in row]
    scale = lcm(*[below for _, below in ratios])
    whole = [above * (scale // below) for above, below in ratios]
    return np.array(whole, dtype=object).reshape(len(rows), -1)


def _product(
    tensors: Sequence[Tensor], step: Step, place: Mapping[Name, int], *, lift: bool
) -> tuple[Tensor, int]:
    """The product of tensors with some names summed out, and the power of two taken out of it.

    Who is summed out next comes first, so that the axes of tensors are in one and the same order.
    """
    at_once = len(tensors) < 3 or (step.entries <= AT_ONCE and len(tensors) <= MANY)
    pair, exponent = (tensors, 0) if at_once else _paired(tensors)
    operands, label = _operands(pair)
    left = sorted([name for name in label if name not in step.names], key=place.__getitem__)
    tensor = _multiplied_out(operands, label, tuple(left))
    if not lift:
        return tensor, exponent
    tensor, shift = _lifted(tensor)
    return tensor, exponent + shift


def _paired(tensors: Sequence[Tensor]) -> tuple[Sequence[Tensor], int]:
    """The same product as two factors, the small ones multiplied first."""
    first, *rest = sorted(tensors, key=lambda tensor: tensor.weights.size)
    exponent = 0
    while len(rest) > 1:
        both = tuple(dict.fromkeys(first.names + rest[0].names))
        first, shift = _lifted(_einsum((first, rest.pop(0)), both))
        exponent += shift
    return (first, *rest), exponent


def _einsum(tensors: Sequence[Tensor], names: tuple[Name, ...]) -> Tensor:
    return _multiplied_out(*_operands(tensors), names)


def _operands(tensors: Sequence[Tensor]) -> tuple[list[Any], dict[Name, int]]:
    """Arrays and the labels of their axes, in turns, as einsum reads them; and who is who."""
    label: dict[Name, int] = {}
    operands: list[Any] = []
    for own, weights in tensors:
        axes = []
        for name in own:
            if name not in label:
                label[name] = len(label)
            axes.append(label[name])
        operands += (weights, axes)
    return operands, label


def _multiplied_out(
    operands: list[Any], label: Mapping[Name, int], names: tuple[Name, ...]
) -> Tensor:
    product = np.einsum(*operands, [label[name] for name in names])
    summed: NDArray[Any] = np.asarray(product, dtype=operands[0].dtype)
    return Tensor(names, summed)


def _closing(factors: Sequence[Tensor], keep: tuple[Name, ...]) -> Scaled:
    """The product of what is left, over all of ``keep``; what has no axes is a mere factor."""
    dtype = factors[0].weights.dtype if factors else np.dtype(object)
    factor, exponent = _multiplied(t.weights.item() for t in factors if not t.names)
    spread: Sequence[Tensor] = [tensor for tensor in factors if tensor.names]
    if len(spread) > MANY:
        spread, shift = _paired(spread)
        exponent += shift
    weights: Any = _einsum(spread, keep).weights if spread else 1
    return Scaled(np.asarray(weights * factor, dtype=dtype), exponent)


def _multiplied(numbers: Iterable[float]) -> tuple[float, int]:
    """A product as a number and a power of two, so that it reaches zero only by a factor zero."""
    product: float = 1
    exponent = 0
    for number in numbers:
        product *= number
        if 0 < product < TINY:
            product, shift = frexp(product)
            exponent += shift
    return product, exponent


def _lifted(tensor: Tensor) -> tuple[Tensor, int]:
    """The same weights times a power of two, where they come near the smallest of floats."""
    if tensor.weights.dtype == object or not tensor.weights.size:
        return tensor, 0
    top = float(tensor.weights.max())
    if top >= TINY or not top:
        return tensor, 0
    _, shift = frexp(top)
    return Tensor(tensor.names, np.ldexp(tensor.weights, -shift)), shift
