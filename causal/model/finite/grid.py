"""A finite mechanism as arrays: its law over a grid of what is given, and its noise cell by cell.

A noise that nobody else reads is private, whether it has a name or not: the cells of both are taken
together.  So every mechanism is a list of response functions with weights (Balke & Pearl 1994).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal.model.exact import Row, Whole, whole
from causal.model.finite.contraction import Integers, Weights
from causal.model.finite.coupling import InverseCDF
from causal.model.finite.table import Table
from causal.model.mechanism import FiniteMechanism, Values

__all__ = ["NOTHING", "Grid", "prepare_laws", "prepare_pairs"]

NOTHING: Mapping[str, Row] = MappingProxyType({})


@dataclass(frozen=True, eq=False, init=False)
class Grid:
    """The responses of one mechanism, over the domains of what it is given.

    >>> grid = Grid(Table("X", {0: "3/4, 1/4", 1: "1/2, 1/2"}), {"X": (0, 1)}, {})
    >>> grid.picks[1], grid.shares(exact=True), grid.scale    # in cell 1, what follows X=0 and X=1
    (array([0, 1]), array([2, 1, 1], dtype=object), 4)
    """

    mechanism: FiniteMechanism
    domains: Mapping[str, Values]
    orders: Mapping[str, tuple[int, ...]]  # of the domains that are not in the order of rows
    private: Mapping[str, Row]  # laws of noises that are read here
    given: tuple[str, ...]  # what the axes stand for: what is read, without the private noises
    shape: tuple[int, ...]  # how many values each of ``given`` has, and the mechanism itself
    width: int  # how many entries the law has

    def __init__(
        self,
        mechanism: FiniteMechanism,
        domains: Mapping[str, Values],
        orders: Mapping[str, tuple[int, ...]],
        private: Mapping[str, Row] = NOTHING,
    ) -> None:
        given = mechanism.given
        if private:
            given = tuple([name for name in given if name not in private])
        shape = (*[len(domains[name]) for name in given], len(mechanism.values))
        vars(self).update(
            mechanism=mechanism,
            domains=domains,
            orders=orders,
            private=private,
            given=given,
            shape=shape,
            width=prod(shape),
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each of ``given`` has."""
        return self.shape[:-1]

    @property
    def rows(self) -> int:
        """How many settings of ``given`` there are."""
        return prod(self.sizes)

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

    @property
    def is_deterministic(self) -> bool:
        """Whether there is no private noise; a table is not looked at, which takes longer."""
        return not (isinstance(self.mechanism, Table) or self.private) and self.count == 1

    def pair(self, *, exact: bool) -> Weights:
        """Two copies coupled: for each name, and the value, an axis of the one and of the other.

        They take turns, as what was and what would have been are summed out together: so products
        run through memory as it lies there.  Exact, it is whole numbers that sum to ``pair_scale``
        in every pair of settings.
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
        if isinstance(self.mechanism, Table):
            return self.mechanism.whole.scale * prod(each.scale for each in self._hidden)
        return self.scale

    @cached_property
    def _law(self) -> NDArray[np.float64]:
        if not isinstance(self.mechanism, Table):
            return np.tensordot(self._shares, self._chances, axes=1)
        parts, scale = self.mechanism.whole
        law = np.array([part / scale for part in parts]).reshape(-1, len(self.values))
        laws = [np.array([part / scale for part in parts]) for parts, scale in self._hidden]
        return self._without_noise(self._in_grid_order(law, axis=0), laws)

    @cached_property
    def _exact_law(self) -> Integers:
        if not isinstance(self.mechanism, Table):
            return np.tensordot(self._cells, self._responses.astype(object), axes=1)
        parts = np.array(self.mechanism.whole.parts, dtype=object).reshape(-1, len(self.values))
        laws = [np.array(each.parts, dtype=object) for each in self._hidden]
        return self._without_noise(self._in_grid_order(parts, axis=0), laws)

    def _without_noise(self, law: NDArray[Any], laws: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """A law over all that the mechanism is given, with its private noises summed out."""
        names = list(self.mechanism.given)
        for name, weights in zip(self.private, laws, strict=True):
            law = np.tensordot(weights, law, axes=(0, names.index(name)))
            names.remove(name)
        return law

    def _in_grid_order(self, array: NDArray[Any], *, axis: int) -> NDArray[Any]:
        """An axis of rows as one axis a name, in the order of its domain."""
        given, shape = self.mechanism.given, array.shape
        sizes = [len(self.domains[name]) for name in given]
        array = array.reshape(*shape[:axis], *sizes, *shape[axis + 1 :])
        for i, name in enumerate(given):
            if name in self.orders:
                array = array.take(self.orders[name], axis=axis + i)
        return array

    @property
    def plain(self) -> Whole | None:
        """The rows of a monotone table, where they stand in the order of all domains."""
        table = self.mechanism
        if self.private or not isinstance(table, Table):
            return None
        if not isinstance(table.coupling, InverseCDF):
            return None
        return table.whole if not self.orders or self.orders.keys().isdisjoint(self.given) else None

    @property
    def _is_monotone(self) -> bool:
        """Whether the private noise is one uniform draw, so that no cells need to be told apart."""
        table = self.mechanism
        if self.private or not isinstance(table, Table):
            return False
        return isinstance(table.coupling, InverseCDF)

    @cached_property
    def _exact_pair(self) -> Integers:
        if self._is_monotone:
            return self._in_turns(_overlaps(self._exact_law.reshape(-1, len(self.values))))
        flat = self._responses.astype(object).reshape(self.count, -1)
        return self._in_turns((flat.T * self._cells) @ flat)

    @cached_property
    def _pair(self) -> NDArray[np.float64]:
        if self._is_monotone and self.law_scale < 2**62:
            rows = self._exact_law.astype(np.int64).reshape(-1, len(self.values))
            return self._in_turns(_overlaps(rows) / self.law_scale)
        flat = self._chances.reshape(self.count, -1)
        return self._in_turns((flat.T * self._shares) @ flat)

    def _in_turns(self, pair: NDArray[Any]) -> NDArray[Any]:
        """All settings of the one copy and of the other as an axis for each name and copy."""
        places, shape = _turns(self.shape)
        return pair.take(places).reshape(shape)

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
        weights = np.array(whole(self.mechanism.cells).parts, dtype=object)
        for each in self._hidden:
            weights = np.multiply.outer(weights, np.array(each.parts, dtype=object)).reshape(-1)
        return weights

    @cached_property
    def _hidden(self) -> tuple[Whole, ...]:
        """The laws of the noises that are read here, in whole numbers."""
        return tuple(map(whole, self.private.values()))


def prepare_laws(grids: Iterable[Grid]) -> None:
    """Work out the laws of several grids at once, as far as they are plain tables."""
    fresh = [grid for grid in grids if "_law" not in vars(grid)]
    those = [(g, plain) for g in fresh if (plain := g.plain) and plain.scale < 2**53]
    numbers = chain.from_iterable([plain.parts for _, plain in those])
    scales = [float(plain.scale) for grid, plain in those for _ in range(grid.width)]
    laws, start = np.fromiter(numbers, np.float64, len(scales)) / scales, 0
    for grid, _ in those:
        end = start + grid.width
        vars(grid)["_law"] = laws[start:end].reshape(grid.shape)
        start = end


def prepare_pairs(grids: Iterable[Grid]) -> None:
    """Work out the pairs of several grids at once, which is quicker than one after the other.

    Only what is plain is done here: monotone tables whose rows stand in the order of their domains.
    """
    alike: dict[tuple[int, ...], list[tuple[Grid, Whole]]] = {}
    for grid in grids:
        if "_pair" not in vars(grid) and (plain := grid.plain) and plain.scale < 2**53:
            alike.setdefault(grid.shape, []).append((grid, plain))
    for shape, those in alike.items():
        numbers, count = chain.from_iterable([plain.parts for _, plain in those]), len(those)
        parts = np.fromiter(numbers, np.float64, count * prod(shape))
        scales = np.array([float(plain.scale) for _, plain in those])
        shared = _overlaps(parts.reshape(count, -1, shape[-1])).reshape(count, -1)
        shared /= scales[:, None]
        places, twice = _turns(shape)
        pairs = shared.take(places, axis=1).reshape(count, *twice)
        for (grid, _), pair in zip(those, pairs, strict=True):
            vars(grid)["_pair"] = pair


@lru_cache(maxsize=256)
def _turns(shape: tuple[int, ...]) -> tuple[NDArray[np.intp], tuple[int, ...]]:
    """Where the entries stand of a table that has all axes twice, once these take turns; its shape.

    >>> places, shape = _turns((2, 3))
    >>> shape, places[:6].tolist()
    ((2, 2, 3, 3), [0, 1, 2, 6, 7, 8])
    """
    count = len(shape)
    turns = [axis for i in range(count) for axis in (i, count + i)]
    table = np.arange(prod(shape) ** 2).reshape(shape * 2).transpose(turns)
    return table.reshape(-1), table.shape


def _overlaps(rows: NDArray[Any]) -> NDArray[Any]:
    """How much the intervals of two values share: each row cuts [0, 1] at its cumulative sums.

    The last two axes are the rows and the values; in their place come all pairs, twice.
    """
    high = rows.cumsum(axis=-1)
    low = (high - rows).reshape(*rows.shape[:-2], -1)
    high = high.reshape(low.shape)
    shared: NDArray[Any] = np.minimum(high[..., :, None], high[..., None, :])
    shared -= np.maximum(low[..., :, None], low[..., None, :])
    np.maximum(shared, 0, out=shared)
    return shared
