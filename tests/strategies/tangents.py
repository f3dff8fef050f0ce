"""Is an effect fixed by the law, to first order?  Linear algebra over a prime field says so.

A binary model of a graph, each hidden cause with a few values, has a random point: residues modulo
2^31 - 1.  There the gradient of the effect, by all entries of all tables, is or is not a
combination of the gradients of the observed law.  If it is not, the model can be moved so that the
law stays and the effect does not: the effect is not identified.  If it is, the effect is a function
of the law near by.  No algorithm of identification has any part in this.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Set
from functools import cached_property
from random import Random

import numpy as np

from causal import ADMG

PRIME = 2**31 - 1
Names = Set[str]


class Tangents:
    """A random binary model of a graph, and how its laws move with its tables."""

    def __init__(self, graph: ADMG, *, hidden: int = 2, seed: int = 0) -> None:
        self.nodes, self.causes = list(graph.nodes), list(graph.bidirected)
        self.axes = [*self.nodes, *self.causes]
        self.shape = [2] * len(self.nodes) + [hidden] * len(self.causes)
        draws = Random(seed)
        self.reads = {v: [*sorted(graph.parents(v)), *_beside(graph, v)] for v in self.nodes}
        self.tables = {axis: self._table(axis, draws) for axis in self.axes}

    @cached_property
    def observed(self) -> list[tuple[int, np.ndarray]]:
        """What the gradients of the observed law combine to."""
        return self.told([frozenset()])

    def told(self, regimes: Iterable[Names]) -> list[tuple[int, np.ndarray]]:
        """What the gradients of the laws of some experiments combine to."""
        slopes = [self.slope(do).reshape(2 ** len(self.nodes), -1) for do in regimes]
        return _echelon(np.concatenate(slopes))

    def fixes(self, y: Names, x: Names, z: Names, told: list | None = None) -> bool:
        """Whether the law fixes P(y | do(x), z) near by, for all values; or what is ``told``."""
        others, above = self._places(x | y | z), self._places({*self.nodes} - y)
        value = self.law(x).sum(axis=others, keepdims=True) % PRIME
        slope = self.slope(x).sum(axis=others, keepdims=True) % PRIME
        below, tilt = (part.sum(axis=above, keepdims=True) % PRIME for part in (value, slope))
        moves = (slope * below[..., None] % PRIME - tilt * value[..., None] % PRIME) % PRIME
        basis = self.observed if told is None else told
        return all(_in_span(row, basis) for row in moves.reshape(-1, moves.shape[-1]))

    def number(self, y: Names, x: Names, z: Names) -> np.ndarray:
        """P(y | do(x), z) at all values of all variables; the others make no difference."""
        value = self.law(x).sum(axis=self._places(x | y | z), keepdims=True) % PRIME
        below = value.sum(axis=self._places({*self.nodes} - y), keepdims=True) % PRIME
        inverse = np.vectorize(lambda n: pow(int(n), -1, PRIME), otypes=[int])(below)
        return np.broadcast_to(value * inverse % PRIME, [2] * len(self.nodes))

    def law(self, do: Names) -> np.ndarray:
        """P(nodes | do)."""
        return self._seen(self._product([axis for axis in self.axes if axis not in do]))

    def slope(self, do: Names) -> np.ndarray:
        """Its gradient by every entry of every table, along a last axis."""
        slopes = []
        for axis, (_, size, signed) in self.tables.items():
            others = self._product([a for a in self.axes if a not in do and a != axis])
            moved = others[..., None] * signed % PRIME
            slopes.append(self._seen(np.zeros((*self.shape, size), int) if axis in do else moved))
        return np.concatenate(slopes, axis=-1)

    def _seen(self, values: np.ndarray) -> np.ndarray:
        """Hidden causes summed out."""
        return values.sum(axis=tuple(range(len(self.nodes), len(self.axes)))) % PRIME

    def _places(self, kept: Names) -> tuple[int, ...]:
        """The axes of the variables that are not kept."""
        return tuple(i for i, v in enumerate(self.nodes) if v not in kept)

    def _table(self, axis, draws: Random) -> tuple[np.ndarray, int, np.ndarray]:
        """Chances over all axes, the number of entries, and the signed entry that each cell has."""
        read = [self.axes.index(name) for name in self.reads.get(axis, [])]
        place, grid = self.axes.index(axis), np.indices(self.shape)
        values, row = self.shape[place], np.zeros(self.shape, int)
        for i in read:
            row = row * self.shape[i] + grid[i]
        rows = int(row.max()) + 1
        entries = np.array(
            [[draws.randrange(PRIME) for _ in range(values - 1)] for _ in range(rows)]
        )
        last = (1 - entries.sum(axis=1, keepdims=True)) % PRIME
        chances = np.concatenate([entries, last], axis=1)[row, grid[place]]
        free = np.arange(rows * (values - 1)).reshape(rows, values - 1)
        signed = np.zeros((*self.shape, free.size), int)
        for cell in itertools.product(*map(range, self.shape)):
            value = cell[place]
            if value < values - 1:
                signed[(*cell, free[row[cell], value])] = 1
            else:
                signed[(*cell, free[row[cell]])] = -1
        return chances, free.size, signed

    def _product(self, axes) -> np.ndarray:
        product = np.ones(self.shape, int)
        for axis in axes:
            product = product * self.tables[axis][0] % PRIME
        return product


def _beside(graph: ADMG, v: str) -> list[tuple[str, str]]:
    return [edge for edge in graph.bidirected if v in edge]


def _echelon(rows: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Independent rows, each with the place of its first entry, which is one."""
    basis: list[tuple[int, np.ndarray]] = []
    for row in rows:
        left = _reduced(row % PRIME, basis)
        if left.any():
            place = int(left.nonzero()[0][0])
            basis.append((place, left * pow(int(left[place]), -1, PRIME) % PRIME))
    return basis


def _reduced(row: np.ndarray, basis: list[tuple[int, np.ndarray]]) -> np.ndarray:
    for place, known in basis:
        if row[place]:
            row = (row - row[place] * known) % PRIME
    return row


def _in_span(row: np.ndarray, basis: list[tuple[int, np.ndarray]]) -> bool:
    return not _reduced(row, basis).any()
