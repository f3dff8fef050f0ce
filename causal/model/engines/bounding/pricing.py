"""The best response type without listing them: least sums over slots, eliminated one by one.

A combination of lines is a sum of small tables, one for each pattern, over the answers of its
slots; its least value over all types is found like the weight of evidence in a network, with sums
for products and minima for sums (Dechter 1999).  In whole numbers it is exact, and so a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.bounding.patterns import Pattern, Slot
from causal.model.engines.bounding.refusals import TooLargeError
from causal.model.engines.bounding.response_types import Block, Monotone
from causal.model.finite.elimination import Name, Order, elimination_order

__all__ = ["Pricing"]

Numbers: TypeAlias = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.object_]
Weighted: TypeAlias = Iterable[tuple[Pattern, float]]
Answers: TypeAlias = NDArray[np.int16]

MOST_ENTRIES = 2**21
ROOT = 2**15  # entries of the last table, each of whose entries is a type
AT_ONCE = 400


@dataclass(frozen=True, eq=False)
class _Table:
    """Numbers over the answers of some slots, one axis each."""

    slots: tuple[Slot, ...]
    numbers: Numbers


class _Choice(NamedTuple):
    """The best answers of some slots, together, for all answers of those that are given."""

    slots: tuple[Slot, ...]
    given: tuple[Slot, ...]
    chosen: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pricing:
    """Least sums over the types of a block, which are all ways to answer its slots.

    ``patterns`` are those that any sum may weigh; rules forbid the types that break them.

    >>> slots = (Slot("X", ()), Slot("Y", (0,)), Slot("Y", (1,)))
    >>> asked = [((slots[0], 0), (slots[1], 1)), ((slots[0], 1), (slots[2], 1))]
    >>> block = Block(slots, {"X": (0, 1), "Y": (0, 1)}, np.zeros((1, 3), dtype=np.int16))
    >>> Pricing(block, tuple(asked)).least([(asked[0], 2), (asked[1], -3)])
    -3
    """

    block: Block
    patterns: tuple[Pattern, ...]
    rules: Mapping[str, Monotone] | None = None

    @cached_property
    def sizes(self) -> dict[Slot, int]:
        """How many answers each slot has."""
        return {slot: len(self.block.domains[slot.variable]) for slot in self.block.slots}

    @cached_property
    def order(self) -> Order:
        """In which order slots are eliminated; raises TooLargeError when none is cheap enough."""
        scopes = [tuple(slot for slot, _ in pattern) for pattern in self.patterns]
        scopes += [pair for pair, _ in self._forbidden]
        scopes += [(slot,) for slot in self.block.slots]
        sizes: dict[Name, int] = dict(self.sizes.items())
        found = elimination_order(scopes, sizes)
        if found.largest > MOST_ENTRIES:
            raise TooLargeError(
                round(found.largest), "combinations of answers to look at", MOST_ENTRIES
            )
        return found

    def least(self, weighted: Iterable[tuple[Pattern, int]]) -> int:
        """The least sum over all types, in whole numbers."""
        listed = list(weighted)
        most = sum(abs(weight) for _, weight in listed)
        small = (most + 1) * (len(self._forbidden) + 2) < 2**62
        dtype = np.dtype(np.int64 if small else np.object_)
        root, _ = self._eliminated(listed, most + 1, dtype)
        return int(root.numbers.min())

    def best(self, weighted: Weighted, *, below: float) -> Answers:
        """Types whose sums are least, in floats, as far as they are under a limit."""
        listed = list(weighted)
        most = 1 + sum(abs(weight) for _, weight in listed)
        root, choices = self._eliminated(listed, most, np.dtype(np.float64))
        flat = root.numbers.reshape(-1).astype(np.float64)
        few = (
            np.argpartition(flat, AT_ONCE)[:AT_ONCE]
            if len(flat) > AT_ONCE
            else np.arange(len(flat))
        )
        allowed = sum(max(weight, 0) for _, weight in listed) + 0.5  # more only by breaking rules
        few = few[flat[few] < min(below, allowed)]
        found = dict(zip(root.slots, np.unravel_index(few, root.numbers.shape), strict=True))
        for slots, given, chosen in reversed(choices):
            row = np.broadcast_to(chosen[tuple(found[slot] for slot in given)], few.shape)
            answers = np.unravel_index(row, tuple(self.sizes[slot] for slot in slots))
            found |= dict(zip(slots, answers, strict=True))
        columns = [found[slot] for slot in self.block.slots]
        return np.stack(columns, axis=1).astype(np.int16)

    def _eliminated(
        self, weighted: Sequence[tuple[Pattern, float]], most: float, dtype: np.dtype[np.generic]
    ) -> tuple[_Table, list[_Choice]]:
        """What is left once the last slots would fit into one table, and the choices till then."""
        tables = self._tables(weighted, most, dtype)
        left = set(self.block.slots)
        choices: list[_Choice] = []
        for step in self.order.steps:
            if left.issubset(step.names) or prod(self.sizes[slot] for slot in left) <= ROOT:
                break
            gone = tuple(slot for slot in self.block.slots if slot in step.names)
            mine = [table for table in tables if not set(gone).isdisjoint(table.slots)]
            tables = [table for table in tables if table not in mine]
            given = tuple(dict.fromkeys(s for t in mine for s in t.slots if s not in gone))
            total = self._sum(mine, (*given, *gone), dtype)
            flat = total.reshape(*(self.sizes[slot] for slot in given), -1)
            choices.append(_Choice(gone, given, np.asarray(flat.argmin(axis=-1))))
            tables.append(_Table(given, np.asarray(flat.min(axis=-1), dtype=dtype)))
            left -= {*gone}
        slots = tuple(slot for slot in self.block.slots if slot in left)
        return _Table(slots, self._sum(tables, slots, dtype)), choices

    def _sum(
        self, tables: Iterable[_Table], slots: tuple[Slot, ...], dtype: np.dtype[np.generic]
    ) -> Numbers:
        total: Numbers = np.zeros([self.sizes[slot] for slot in slots], dtype=dtype)
        for table in tables:
            order = sorted(range(len(table.slots)), key=lambda i: slots.index(table.slots[i]))
            shape = [self.sizes[slot] if slot in table.slots else 1 for slot in slots]
            total = np.asarray(total + table.numbers.transpose(order).reshape(shape))
        return total

    def _tables(
        self, weighted: Sequence[tuple[Pattern, float]], most: float, dtype: np.dtype[np.generic]
    ) -> list[_Table]:
        """One table for all patterns about the same slots, and one for every rule."""
        found: dict[tuple[Slot, ...], Numbers] = {}
        for pattern, weight in weighted:
            answers = dict(pattern)
            slots = tuple(slot for slot in self.block.slots if slot in answers)
            if slots not in found:
                found[slots] = np.zeros([self.sizes[slot] for slot in slots], dtype=dtype)
            domains = self.block.domains
            place = tuple(domains[slot.variable].index(answers[slot]) for slot in slots)
            found[slots][place] += weight
        tables = [_Table(slots, numbers) for slots, numbers in found.items()]
        for pair, broken in self._forbidden:
            tables.append(_Table(pair, np.asarray(broken.astype(dtype) * most, dtype=dtype)))
        return tables

    @cached_property
    def _forbidden(self) -> list[tuple[tuple[Slot, Slot], NDArray[np.int64]]]:
        """Pairs of slots of which a rule lets the first answer nothing above the second."""
        found = []
        for one, other in combinations(self.block.slots, 2):
            rule = (self.rules or {}).get(one.variable)
            if rule is None or one.variable != other.variable:
                continue
            size = self.sizes[one]
            above = np.tril(np.ones((size, size), dtype=np.int64), -1)  # first answers more
            if rule.below(one.setting, other.setting):
                found.append(((one, other), above))
            elif rule.below(other.setting, one.setting):
                found.append(((one, other), above.T))
        return found
