"""Sums of products of arrays, one variable at a time, in an order planned once.

Bucket elimination (Dechter 1999) with the greedy order that makes the smallest table next; numpy's
einsum joins two arrays at a time.  An undefined cell is a hole, and stays one unless it is
multiplied by zero, as in the exact tables of ``causal.expression``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from string import ascii_letters
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.errors import DataError
from causal.expression import Symbols
from causal.variables import Symbol

__all__ = ["MOST_CELLS", "Axes", "Tensor", "contracted", "divided"]

Axes: TypeAlias = tuple[Symbol, ...]
Floats: TypeAlias = NDArray[np.float64]
MOST_CELLS: Final = 2**26  # of one array: half a gigabyte
LARGE: Final = 50_000  # cells from which matrix multiplication is worth its preparation


@dataclass(frozen=True, eq=False)
class Tensor:
    """A function of the values of some symbols; where ``holes`` is true it is undefined.

    ``holes`` is None when it is defined everywhere, and ``values`` are zero in holes.
    """

    axes: Axes
    values: Floats
    holes: NDArray[np.bool_] | None = None


class _Step(NamedTuple):
    """Take one or two operands away, and append their product summed to the axes kept."""

    operands: tuple[int, ...]
    keep: Axes


def contracted(tensors: Sequence[Tensor], over: Symbols, sizes: Mapping[Symbol, int]) -> Tensor:
    """Σ_over of a product; raises DataError when a table on the way would be too large.

    >>> x, y = Symbol("X"), Symbol("Y")
    >>> joint = Tensor((x, y), np.array([[0.1, 0.2], [0.3, 0.4]]))
    >>> contracted([joint], frozenset([y]), {x: 2, y: 2}).values
    array([0.3, 0.7])
    """
    mentioned = over.union(*(t.axes for t in tensors))
    work = list(tensors)
    if unused := over.difference(*(t.axes for t in tensors)):  # a sum of equal terms
        work.append(Tensor((), np.array(float(_cells(unused, sizes)))))
    known = tuple(sorted((s, sizes[s]) for s in mentioned))
    for operands, keep in _plan(tuple(t.axes for t in work), over - unused, known):
        result = _joined([work[i] for i in operands], keep)
        work = [t for i, t in enumerate(work) if i not in operands] + [result]
    return work[0]


def divided(above: Tensor, below: Tensor) -> Tensor:
    """The pointwise ratio; a hole wherever the denominator is zero.

    >>> x = Symbol("X")
    >>> ratio = divided(Tensor((x,), np.array([0.0, 0.5])), Tensor((x,), np.array([0.0, 1.0])))
    >>> ratio.values, ratio.holes
    (array([0. , 0.5]), array([ True, False]))
    """
    empty = below.values == 0
    inverse = np.divide(1.0, below.values, where=~empty, out=np.zeros_like(below.values))
    if below.holes is not None:
        empty = empty & ~below.holes
    axes = tuple(dict.fromkeys((*above.axes, *below.axes)))
    ratio = _joined([above, Tensor(below.axes, inverse, below.holes)], axes)
    if not empty.any():
        return ratio
    # A denominator is no factor: its zeros undo a zero above them as well.
    ones = Tensor(above.axes, np.ones_like(above.values))
    lost = _joined([ones, Tensor(below.axes, empty.astype(float))], axes).values > 0
    holes = lost if ratio.holes is None else lost | ratio.holes
    return Tensor(axes, np.where(holes, 0.0, ratio.values), holes)


def _joined(tensors: Sequence[Tensor], keep: Axes) -> Tensor:
    """The product, summed to some axes; a hole wherever a term that is not zero has one."""
    values = _product(tensors, [t.values for t in tensors], keep)
    if all(t.holes is None for t in tensors):
        return Tensor(keep, values)
    solid = [(t.values != 0).astype(float) for t in tensors]
    filled = [
        found if t.holes is None else found + t.holes
        for t, found in zip(tensors, solid, strict=True)
    ]
    terms, defined = _product(tensors, filled, keep), _product(tensors, solid, keep)
    holes = terms > defined + 0.5  # both count terms
    return Tensor(keep, np.where(holes, 0.0, values), holes if holes.any() else None)


def _product(tensors: Sequence[Tensor], arrays: Sequence[Floats], keep: Axes) -> Floats:
    axes = dict.fromkeys(s for t in tensors for s in t.axes)
    if len(axes) > len(ascii_letters):
        raise DataError(f"a table over {len(axes)} variables is needed, more than einsum can name")
    letter = dict(zip(axes, ascii_letters, strict=False))
    inputs = ",".join("".join(letter[s] for s in t.axes) for t in tensors)
    output = "".join(letter[s] for s in keep)
    large = sum(array.size for array in arrays) > LARGE
    product: Floats = np.einsum(f"{inputs}->{output}", *arrays, optimize=large)
    return product


@lru_cache(maxsize=256)
def _plan(
    operands: tuple[Axes, ...], over: Symbols, sizes: tuple[tuple[Symbol, int], ...]
) -> tuple[_Step, ...]:
    """The steps, in order; the symbol whose bucket makes the smallest table goes next."""
    size, work, steps = dict(sizes), list(operands), list[_Step]()

    def take(chosen: Sequence[int], gone: Symbols) -> None:
        union = dict.fromkeys(s for i in chosen for s in work[i])
        if (cells := _cells(union, size)) > MOST_CELLS:
            raise DataError(f"a table of {cells:,} cells is needed, more than {MOST_CELLS:,}")
        keep = tuple(s for s in union if s not in gone)
        steps.append(_Step(tuple(chosen), keep))
        work[:] = [axes for i, axes in enumerate(work) if i not in chosen] + [keep]

    pending = over
    while pending:
        symbol = min(pending, key=lambda s: (_cells(_scope(work, s), size), s))
        while len(bucket := _by_size(work, symbol, size)) > 2:
            take(bucket[:2], frozenset())
        take(bucket, frozenset((symbol,)))
        pending -= {symbol}
    while len(work) > 1:
        take(_by_size(work, None, size)[:2], frozenset())
    return tuple(steps)


def _scope(work: Iterable[Axes], symbol: Symbol) -> frozenset[Symbol]:
    return frozenset().union(*(axes for axes in work if symbol in axes))


def _by_size(work: Sequence[Axes], symbol: Symbol | None, size: Mapping[Symbol, int]) -> list[int]:
    """The places of the tables that mention a symbol, smallest first."""
    places = [i for i, axes in enumerate(work) if symbol is None or symbol in axes]
    return sorted(places, key=lambda i: (_cells(work[i], size), i))


def _cells(symbols: Iterable[Symbol], size: Mapping[Symbol, int]) -> int:
    return prod(size[s] for s in symbols)
