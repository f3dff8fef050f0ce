"""One mechanism in several worlds: its copies, coupled by the noise that they share.

Balke & Pearl (1994).  A private noise is read by nothing but the copies of one variable; so it is
summed out where it stands, sum_u P(u) 1[f_u(pa) = v] 1[f_u(pa*) = v*], and what is left is a table
over the copies and what they read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from causal.model.finite.contraction import Name, Tensor, Weights
from causal.model.finite.grid import Grid

__all__ = ["EVERY", "Copy", "Factor", "are_pair", "factors"]

EVERY = slice(None)
WIDEST = 2**12  # entries of a coupled table; beyond, the noise keeps an axis of its own


class Copy(NamedTuple):
    """One copy, or two in turns: for each name that is given, and the value, an axis or a place."""

    place: tuple[int | slice, ...]  # in a table of what is given and of the value
    axes: tuple[Name | None, ...]  # the names of the free axes, and None where a place is known
    translations: Mapping[int, NDArray[np.intp]]  # axes whose name has its values in other places

    @property
    def names(self) -> tuple[Name, ...]:
        """The names of the free axes."""
        if None not in self.axes:
            return self.axes
        return tuple([name for name in self.axes if name is not None])

    def responses(self, grid: Grid, *, exact: bool) -> Weights:
        """Which value each cell of the noise (first axis) gives, as zeros and ones."""
        return self.cut(grid.responses(exact=exact), before=(EVERY,))

    def cut(self, array: Weights, *, before: tuple[int | slice, ...] = ()) -> Weights:
        """A table where things are known, its axes after some that belong to others."""
        if None not in self.axes and not self.translations:
            return array
        translated: NDArray[Any] = array
        for axis, places in self.translations.items():
            translated = translated.take(places, axis=axis + len(before))
        cut: NDArray[Any] = translated[before + self.place]
        # Where no axis is left, indexing returns the entry itself.
        return cut if isinstance(cut, np.ndarray) else np.asarray(cut, array.dtype)


class Factor(NamedTuple):
    """What a contraction multiplies: copies of one mechanism, not yet made into a tensor.

    The names are those of the tensor's axes, of which two may be the same.  With a ``noise`` among
    them its cells keep an axis of their own.
    """

    grid: Grid
    copies: tuple[Copy, ...]
    names: tuple[Name, ...]
    is_pair: bool = False  # two in turns, cut out of a table that is kept for later questions
    noise: Name | None = None

    @property
    def reads_law(self) -> bool:
        """Whether it is cut out of the law of one copy."""
        return len(self.copies) == 1 and self.noise is None and not self.is_pair

    @property
    def work(self) -> float:
        """About how many multiplications the tensor takes, beyond what is in its names."""
        if self.is_pair:
            return float(self.grid.width**2)
        if len(self.copies) < 2 or self.noise is not None:
            return 0
        return float(self.grid.count * len(self.grid.values) ** len(self.names))

    def tensor(self, *, exact: bool) -> tuple[Tensor, int]:
        """The tensor, and by how much exact weights are too large."""
        grid = self.grid
        if self.is_pair:
            pair = self.copies[0].cut(grid.pair(exact=exact))
            return Tensor(self.names, pair), grid.pair_scale if exact else 1
        if self.noise is not None:
            return self._spread(exact=exact)
        if len(self.copies) == 1:
            law = self.copies[0].cut(grid.law(exact=exact))
            return Tensor(self.names, law), grid.law_scale if exact else 1
        return self._coupled(exact=exact), grid.scale if exact else 1

    def _spread(self, *, exact: bool) -> tuple[Tensor, int]:
        if not self.copies:
            shares = self.grid.shares(exact=exact)
            return Tensor(self.names, shares), self.grid.scale if exact else 1
        [copy] = self.copies
        return Tensor((self.noise, *copy.names), copy.responses(self.grid, exact=exact)), 1

    def _coupled(self, *, exact: bool) -> Tensor:
        shares = self.grid.shares(exact=exact)
        responses = [copy.responses(self.grid, exact=exact) for copy in self.copies]
        names = [copy.names for copy in self.copies]
        label = {name: i for i, name in enumerate(self.names, start=1)}
        operands: list[Any] = [shares, [0]]
        for response, own in zip(responses, names, strict=True):
            operands += (response, [0, *(label[name] for name in own)])
        coupled = np.einsum(*operands, list(label.values()))
        weights: NDArray[Any] = np.asarray(coupled, dtype=shares.dtype)
        return Tensor(self.names, weights)


def are_pair(grid: Grid, copies: int) -> bool:
    """Whether two copies are coupled by a table of all settings twice, which is small enough."""
    return copies == 2 and grid.width**2 <= WIDEST and not grid.is_deterministic


def factors(
    grid: Grid, copies: Sequence[Copy], noise: Name, *, sizes: Mapping[Name, int], spread: bool
) -> list[Factor]:
    """The factors of all copies of a mechanism: apart, coupled, or ``spread`` along their noise."""
    if not spread and grid.is_deterministic:
        return [Factor(grid, (copy,), copy.names) for copy in copies]
    together = tuple(dict.fromkeys(chain.from_iterable([copy.names for copy in copies])))
    if not spread and prod([sizes[name] for name in together]) <= WIDEST:
        return [Factor(grid, tuple(copies), together)]
    apart = [Factor(grid, (copy,), (noise, *copy.names), noise=noise) for copy in copies]
    return [Factor(grid, (), (noise,), noise=noise), *apart]
