"""The linear program as numbers: one column a response type, one line an equation, all exact.

Terms that multiply the laws of several blocks are made linear by giving the blocks a joint law, of
which every known row of one block holds whatever the others do (Sherali & Adams 1990).  That admits
joint laws that are no products, so the extremes are then bounds and may not be attained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from math import lcm, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.bounding.costs import Cost, cost_of
from causal.model.engines.bounding.joining import joined
from causal.model.engines.bounding.patterns import Chance, Pattern, Row, Slot, Term
from causal.model.engines.bounding.program import Program
from causal.model.engines.bounding.refusals import TooLargeError
from causal.model.engines.bounding.response_types import (
    MOST_TYPES,
    Block,
    Monotone,
    blocks,
    tied,
)
from causal.variables import Variable

__all__ = ["Line", "Tableau", "tableaux"]

MOST_ENTRIES = 40_000_000

Exact: TypeAlias = NDArray[np.object_]  # of fractions
Integers: TypeAlias = NDArray[np.int64] | NDArray[np.object_]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Line:
    """low <= coefficients · law <= high, in integers; both sides were multiplied by ``scale``."""

    coefficients: Integers
    chance: Chance
    label: str
    family: str
    scale: int = 1
    patterns: tuple[tuple[Pattern, int], ...] = ()  # whose weighted sum it is, if of one block each


@dataclass(frozen=True, eq=False)
class Group:
    """Blocks whose laws are multiplied somewhere, and their joint types, row by row."""

    blocks: tuple[Block, ...]

    @cached_property
    def size(self) -> int:
        """How many joint types."""
        return prod(block.size for block in self.blocks)

    @cached_property
    def picks(self) -> tuple[NDArray[np.intp], ...]:
        """For each block, which of its types a joint type holds."""
        shape = tuple(block.size for block in self.blocks)
        return tuple(np.indices(shape).reshape(len(shape), -1))

    def holds(self, patterns: Iterable[Pattern]) -> Mask:
        """For each joint type, whether it answers as all patterns say."""
        found = np.ones(self.size, dtype=bool)
        for pattern in patterns:
            block, picks = next(
                (b, p)
                for b, p in zip(self.blocks, self.picks, strict=True)
                if pattern[0][0] in b.places
            )
            found &= block.holds(pattern)[picks]
        return found


@dataclass(frozen=True, eq=False)
class Tableau:
    """Groups side by side, and every line that confines them."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    rules: Mapping[Variable, Monotone] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """How many types, all groups together."""
        return sum(group.size for group in self.groups)

    @property
    def types(self) -> int:
        """How many there are, listed or not."""
        return sum(
            group.size
            if all(block.is_whole for block in group.blocks)
            else prod(len(b.domains[slot.variable]) for b in group.blocks for slot in b.slots)
            for group in self.groups
        )

    @property
    def is_product(self) -> bool:
        """Whether some laws are multiplied, so that the program admits more than it should."""
        return any(len(group.blocks) > 1 for group in self.groups)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Each group's law sums to one; then every row; then rows of one block beside others."""
        made = [*self._totals(), *map(self._line, self.rows)]
        for number, group in enumerate(self.groups):
            if len(group.blocks) > 1:
                made += self._beside(number)
        return tuple(made)

    @cached_property
    def matrix(self) -> Integers:
        """The coefficients of all lines, one row each."""
        return np.array([line.coefficients for line in self.lines])

    def spread(self, cost: Cost) -> Exact:
        """What each type pays of a cost, its constant apart."""
        if cost not in self._spread:
            self._spread[cost] = self._paid(cost)
        return self._spread[cost]

    def _paid(self, cost: Cost) -> Exact:
        found = np.full(self.columns, Fraction(0), dtype=object)
        for patterns, weight in cost.weights.items():
            start, group = self._home(patterns)
            place = np.flatnonzero(group.holds(patterns)) + start
            found[place] += weight
        return found

    @cached_property
    def _spread(self) -> dict[Cost, Exact]:
        """What was worked out for costs, which are told apart as objects."""
        return {}

    @property
    def is_whole(self) -> bool:
        """Whether all types are listed."""
        return all(block.is_whole for group in self.groups for block in group.blocks)

    def _home(self, patterns: Sequence[Pattern]) -> tuple[int, Group]:
        slot, start = patterns[0][0][0], 0
        for group in self.groups:
            if any(slot in block.places for block in group.blocks):
                return start, group
            start += group.size
        raise LookupError(f"{slot} is asked about by no row and no term")

    def _totals(self) -> Iterator[Line]:
        start, one = 0, Chance(Fraction(1), Fraction(1), Fraction(1))
        for group in self.groups:
            counts = np.zeros(self.columns, dtype=np.int64)
            counts[start : start + group.size] = 1
            yield Line(counts, one, "1", "1", patterns=(((), 1),))
            start += group.size

    def _line(self, row: Row) -> Line:
        plain = all(t.weight.value == 1 == t.weight.low and t.sign == 1 for t in row.terms)
        if plain and all(t.patterns for t in row.terms):
            counts = np.zeros(self.columns, dtype=np.int64)
            for term in row.terms:
                start, group = self._home(term.patterns)
                counts[start : start + group.size] += group.holds(term.patterns)
            ones = tuple((term.patterns[0], 1) for term in row.terms)
            return Line(counts, row.chance, row.label, row.family, patterns=ones)
        cost = cost_of(row.terms, "value")
        scale = lcm(*(weight.denominator for weight in cost.weights.values()))
        limits = ((limit - cost.constant) * scale for limit in row.chance)
        whole = tuple((patterns[0], int(w * scale)) for patterns, w in cost.weights.items())
        found = _integers(self.spread(cost) * scale)
        return Line(found, Chance(*limits), row.label, row.family, scale, whole)

    def _beside(self, number: int) -> Iterator[Line]:
        """P(row and rest) = P(row) P(rest), for each row of one block and types of the rest."""
        group = self.groups[number]
        start = sum(one.size for one in self.groups[:number])
        own = [(row, row.terms[0].patterns[0]) for row in self.rows if _is_single(row)]
        for place, block in enumerate(group.blocks):
            about = [(row, found) for row, found in own if found[0][0] in block.places]
            rest = [p for i, p in enumerate(group.picks) if i != place]
            names = reduce(lambda a, b: a * (int(b.max()) + 1) + b, rest)
            if len(about) * (int(names.max()) + 1) * self.columns > MOST_ENTRIES:
                raise TooLargeError(self.columns, "joint response types", MOST_ENTRIES // 1000)
            for row, found in about:
                holds = block.holds(found)[group.picks[place]]
                for name in range(int(names.max()) + 1):
                    yield from self._balanced(row, holds, names == name, start)

    def _balanced(self, row: Row, holds: Mask, here: Mask, start: int) -> Iterator[Line]:
        zero, most = Fraction(0), Fraction(row.chance.high.denominator * row.chance.low.denominator)
        sides = (
            [(row.chance.value, Chance(zero, zero, zero))]
            if row.chance.low == row.chance.high
            else [
                (row.chance.low, Chance(zero, zero, most)),
                (row.chance.high, Chance(-most, zero, zero)),
            ]
        )
        for share, chance in sides:
            scale = share.denominator
            found = np.zeros(self.columns, dtype=np.int64 if scale < 2**62 else object)
            inside = found[start : start + len(here)]
            inside[here & holds] = scale - share.numerator
            inside[here & ~holds] = -share.numerator
            yield Line(found, chance, f"{row.label}, whatever the rest", "", scale)


def _integers(fractions: Exact) -> Integers:
    numbers = [int(fraction) for fraction in fractions]
    small = max(map(abs, numbers), default=0) < 2**62
    return np.array(numbers, dtype=np.int64 if small else object)


def tableaux(program: Program) -> tuple[Tableau, tuple[Tableau, ...], tuple[str, ...]]:
    """What is asked about; the rest, which can only contradict; and what of it is too large.

    The parts share no column.  Raises TooLargeError when what is asked about is too large.
    """
    terms = [t for f in program.asked for t in (*f.above, *(f.below or ()))]
    rules = {rule.variable: rule for rule in program.monotone}
    wanted = list(_slots(terms))
    of_rows = [list(_slots(row.terms)) for row in program.rows]
    ties = tied({slot for some in of_rows for slot in some}, rules)
    parts = joined([wanted, *of_rows, *ties])
    number = {slot: i for i, part in enumerate(parts) for slot in part}
    own: list[list[Row]] = [[] for _ in parts]
    for row, slots in zip(program.rows, of_rows, strict=True):
        if slots:
            own[number[slots[0]]].append(row)
    main = _tableau(program, own.pop(0), terms) if wanted else Tableau((), ())
    rest, untested = [], []
    for rows in own:
        try:
            rest.append(_tableau(program, rows, ()))
        except TooLargeError as error:
            untested.append(f"whether {rows[0].label} and its like can be was not tested: {error}")
    return main, tuple(rest), tuple(untested)


def _tableau(program: Program, rows: Sequence[Row], terms: Sequence[Term]) -> Tableau:
    everything = [*terms, *(term for row in rows for term in row.terms)]
    patterns = [pattern for term in everything for pattern in term.patterns]
    made = blocks(patterns, program.domains, program.monotone)
    place = {slot: i for i, block in enumerate(made) for slot in block.slots}
    multiplied = [[place[p[0][0]] for p in term.patterns] for term in everything]
    groups = []
    for numbers in joined([*multiplied, *([i] for i in range(len(made)))]):
        size = prod(made[i].size if made[i].is_whole else MOST_TYPES + 1 for i in numbers)
        if size > MOST_TYPES and len(numbers) > 1:
            raise TooLargeError(size, "joint response types", MOST_TYPES)
        groups.append(Group(tuple(made[i] for i in sorted(numbers))))
    return Tableau(tuple(groups), tuple(rows), {rule.variable: rule for rule in program.monotone})


def _slots(terms: Iterable[Term]) -> Iterator[Slot]:
    return (slot for term in terms for pattern in term.patterns for slot, _ in pattern)


def _is_single(row: Row) -> bool:
    return len(row.terms) == 1 and len(row.terms[0].patterns) == 1
