"""A finite mechanism as arrays: its law over a grid of what is given, and its noise cell by cell.

A noise that nobody else reads is private, whether it has a name or not: the cells of both are taken
together.  So every mechanism is a list of response functions with weights (Balke & Pearl 1994).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal.model.exact import Row
from causal.model.finite.contraction import Integers, Weights, integers
from causal.model.finite.coupling import InverseCDF
from causal.model.finite.settings import ranked
from causal.model.finite.table import Table
from causal.model.mechanism import FiniteMechanism, Values

__all__ = ["Grid", "prepare_pairs"]


@dataclass(frozen=True, eq=False)
class Grid:
    """The responses of one mechanism, over the domains of what it is given.

    >>> grid = Grid(Table("X", {0: "3/4, 1/4", 1: "1/2, 1/2"}), {"X": (0, 1)})
    >>> grid.picks[1], grid.shares(exact=True), grid.scale    # in cell 1, what follows X=0 and X=1
    (array([0, 1]), array([2, 1, 1], dtype=object), 4)
    """

    mechanism: FiniteMechanism
    domains: Mapping[str, Values]
    private: Mapping[str, Row] = field(default_factory=dict)  # laws of noises that are read here

    @cached_property
    def given(self) -> tuple[str, ...]:
        """What the axes stand for: what the mechanism is given, without the private noises."""
        return tuple(name for name in self.mechanism.given if name not in self.private)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many values each of ``given`` has."""
        return tuple(len(self.domains[name]) for name in self.given)

    @property
    def values(self) -> Values:
        """The domain of the mechanism."""
        return self.mechanism.values

    @cached_property
    def count(self) -> int:
        """How many cells the private noise has."""
        return len(self.mechanism.cells) * prod(len(row) for row in self.private.values())

    def shares(self, *, exact: bool) -> Weights:
        """The weight of each cell; whole numbers that sum to ``scale``, or probabilities."""
        return self._cells if exact else self._shares

    @cached_property
    def scale(self) -> int:
        """What the exact shares sum to."""
        return int(self._cells.sum())

    @cached_property
    def picks(self) -> NDArray[np.intp]:
        """The place of the value in each cell (first axis) and setting of ``given``."""
        given = self.mechanism.given
        picks = self._in_grid_order(np.array(self.mechanism.picks, dtype=np.intp), axis=1)
        if not self.private:
            return picks
        hidden = [1 + given.index(name) for name in self.private]
        shown = [1 + given.index(name) for name in self.given]
        return picks.transpose([0, *hidden, *shown]).reshape(-1, *self.sizes)

    def responses(self, *, exact: bool) -> Weights:
        """Which value each cell (first axis) gives in each setting, as zeros and ones."""
        return self._responses.astype(object) if exact else self._chances

    @cached_property
    def is_deterministic(self) -> bool:
        """Whether there is no private noise; a table is not looked at, which takes longer."""
        return not (self.private or isinstance(self.mechanism, Table)) and self.count == 1

    @cached_property
    def rows(self) -> int:
        """How many settings of ``given`` there are."""
        return prod(self.sizes)

    def pair(self, *, exact: bool) -> Weights:
        """Two copies coupled: one axis a name and the value, of the one and then of the other.

        Exact, it is whole numbers that sum to ``pair_scale`` in every pair of settings.
        """
        return self._exact_pair if exact else self._pair

    @property
    def pair_scale(self) -> int:
        """What the exact weights of a pair of settings sum to."""
        return self.law_scale if self._is_monotone else self.scale

    def law(self, *, exact: bool) -> Weights:
        """P(value | given), the private noise summed out, one axis a name and the last the value.

        Exact, it is whole numbers that sum to ``law_scale`` in every row.
        """
        return self._exact_law if exact else self._law

    @cached_property
    def law_scale(self) -> int:
        """What each row of the exact law sums to."""
        return int(self._exact_law.reshape(-1, len(self.values))[0].sum())

    @cached_property
    def _law(self) -> NDArray[np.float64]:
        if self.private:
            return self._exact_law.astype(np.float64) / self.law_scale
        rows = self.mechanism.rows.values()
        law = [[p.numerator / p.denominator for p in row] for row in rows]
        return self._in_grid_order(np.array(law), axis=0)

    @cached_property
    def _exact_law(self) -> Integers:
        if not self.private:
            return self._in_grid_order(integers(list(self.mechanism.rows.values())), axis=0)
        law: Integers = np.tensordot(self._cells, self._responses.astype(object), axes=1)
        return law

    def _in_grid_order(self, array: NDArray[Any], *, axis: int) -> NDArray[Any]:
        """An axis of rows as one axis a name, in the order of its domain."""
        domains = [self.domains[name] for name in self.mechanism.given]
        shape = array.shape
        sizes = [len(domain) for domain in domains]
        array = array.reshape(*shape[:axis], *sizes, *shape[axis + 1 :])
        for i, domain in enumerate(domains):
            if (order := ranked(domain)) is not None:
                array = array.take(order, axis=axis + i)
        return array

    @property
    def is_plain(self) -> bool:
        """Whether it is a monotone table whose rows stand in the order of all domains."""
        return self._is_monotone and all(ranked(self.domains[n]) is None for n in self.given)

    @property
    def _is_monotone(self) -> bool:
        """Whether the private noise is one uniform draw, so that no cells need to be told apart."""
        table = self.mechanism
        known = isinstance(table, Table) and isinstance(table.coupling, InverseCDF)
        return known and not self.private

    @cached_property
    def _exact_pair(self) -> Integers:
        shape = (*self.sizes, len(self.values)) * 2
        if self._is_monotone:
            return _overlaps(self._exact_law.reshape(-1, len(self.values))).reshape(shape)
        flat = self._responses.astype(object).reshape(self.count, -1)
        pair: Integers = (flat.T * self._cells) @ flat
        return pair.reshape(shape)

    @cached_property
    def _pair(self) -> NDArray[np.float64]:
        shape = (*self.sizes, len(self.values)) * 2
        if self._is_monotone and self.law_scale < 2**62:
            rows = self._exact_law.astype(np.int64).reshape(-1, len(self.values))
            return (_overlaps(rows) / self.law_scale).reshape(shape)
        flat = self._chances.reshape(self.count, -1)
        return ((flat.T * self._shares) @ flat).reshape(shape)

    @cached_property
    def _responses(self) -> NDArray[np.int8]:
        chosen: NDArray[np.bool_] = self.picks[..., None] == np.arange(len(self.values))
        return chosen.astype(np.int8)

    @cached_property
    def _chances(self) -> NDArray[np.float64]:
        return self._responses.astype(np.float64)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        if self.private:
            return self._cells.astype(np.float64) / self.scale
        return np.array([p.numerator / p.denominator for p in self.mechanism.cells])

    @cached_property
    def _cells(self) -> Integers:
        weights = np.array(_whole(self.mechanism.cells), dtype=object)
        for row in self.private.values():
            weights = np.multiply.outer(weights, np.array(_whole(row), dtype=object)).reshape(-1)
        return weights


def prepare_pairs(grids: Iterable[Grid]) -> None:
    """Work out the pairs of several grids at once, which is quicker than one after the other.

    Only what is plain is done here: monotone tables whose rows stand in the order of their domains.
    """
    alike: dict[tuple[int, int], list[tuple[Grid, list[int], int]]] = {}
    for grid in grids:
        if grid.is_plain and "_pair" not in grid.__dict__:
            ratios = [p.as_integer_ratio() for row in grid.mechanism.rows.values() for p in row]
            scale = lcm(*[below for _, below in ratios])
            if scale < 2**62:
                weights = [above * (scale // below) for above, below in ratios]
                alike.setdefault((grid.rows, len(grid.values)), []).append((grid, weights, scale))
    for (rows, values), those in alike.items():
        weights_of_all = np.array([weights for _, weights, _ in those])
        shared = _overlaps(weights_of_all.reshape(-1, rows, values))
        for (grid, _, scale), pair in zip(those, shared, strict=True):
            grid.__dict__["_pair"] = (pair / scale).reshape((*grid.sizes, values) * 2)


def _overlaps(rows: NDArray[Any]) -> NDArray[Any]:
    """How much the intervals of two values share: each row cuts [0, 1] at its cumulative sums.

    The last two axes are the rows and the values; in their place come all pairs, twice.
    """
    high = rows.cumsum(axis=-1)
    low = (high - rows).reshape(*rows.shape[:-2], -1)
    high = high.reshape(low.shape)
    below = np.minimum(high[..., :, None], high[..., None, :])
    shared: NDArray[Any] = below - np.maximum(low[..., :, None], low[..., None, :])
    positive: NDArray[Any] = np.maximum(shared, 0)
    return positive


def _whole(row: Row) -> list[int]:
    scale = lcm(*(p.denominator for p in row))
    return [p.numerator * (scale // p.denominator) for p in row]
