"""Response types, decided lazily: a type is told apart only as far as some pattern asks.

Balke & Pearl (1994) list every function from parents to value.  Most of what these functions say
nobody asks about: a slot whose answer matters only when another slot answers 1 is left open where
it answers 0.  The open types are a partition of the full ones, so nothing is lost.  Slots that no
pattern asks together lie in different blocks, because their joint law is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.engines.bounding.joining import joined
from causal.model.engines.bounding.patterns import Pattern, Slot, Values
from causal.variables import Variable

__all__ = ["MOST_TYPES", "Block", "Monotone", "blocks", "tied"]

MOST_TYPES = 100_000

Answers: TypeAlias = NDArray[np.int16]
Mask: TypeAlias = NDArray[np.bool_]
OPEN = -1


@dataclass(frozen=True)
class Monotone:
    """A variable that never answers lower when some of its parents are raised, all else equal.

    "Raised" and "lower" are meant in the order of the domains.
    """

    variable: Variable
    raised: tuple[bool, ...]  # one a parent
    domains: tuple[Values, ...]

    def below(self, one: Values, other: Values) -> bool:
        """Whether the second setting raises the first, in nothing but what may be raised."""
        return all(
            domain.index(a) <= domain.index(b) if up else a == b
            for a, b, up, domain in zip(one, other, self.raised, self.domains, strict=True)
        )


@dataclass(frozen=True, eq=False)
class Block:
    """The response types of some slots: one row a type, one column a slot, -1 where left open.

    >>> slots = (Slot("X", ()), Slot("Y", (0,)), Slot("Y", (1,)))
    >>> asked = [((slots[0], 0), (slots[1], 1)), ((slots[0], 1), (slots[2], 1))]
    >>> [block] = blocks(asked, {"X": (0, 1), "Y": (0, 1)})
    >>> block.answers.tolist()
    [[0, 0, -1], [0, 1, -1], [1, -1, 0], [1, -1, 1]]
    """

    slots: tuple[Slot, ...]
    domains: Mapping[Variable, Values]
    answers: Answers
    is_whole: bool = True  # else there are too many, and only some types are listed

    @property
    def size(self) -> int:
        """How many types."""
        return len(self.answers)

    def holds(self, pattern: Pattern) -> Mask:
        """For each type, whether it answers as the pattern says."""
        found = np.ones(self.size, dtype=bool)
        for slot, answer in pattern:
            place = self.domains[slot.variable].index(answer)
            found &= self.answers[:, self.places[slot]] == place
        return found

    @cached_property
    def places(self) -> dict[Slot, int]:
        """The column of each slot."""
        return {slot: i for i, slot in enumerate(self.slots)}


def blocks(
    patterns: Iterable[Pattern],
    domains: Mapping[Variable, Values],
    monotone: Iterable[Monotone] = (),
) -> tuple[Block, ...]:
    """The response types that some patterns tell apart; beyond the budget, one to begin with."""
    asked = list(dict.fromkeys(patterns))
    rules = {rule.variable: rule for rule in monotone}
    parts = _components(asked, rules)
    return tuple(_decided(slots, own, domains, rules) for slots, own in parts)


def _components(
    asked: Sequence[Pattern], rules: Mapping[Variable, Monotone]
) -> list[tuple[tuple[Slot, ...], list[Pattern]]]:
    """Slots that are asked together or tied by monotonicity, with the patterns that ask them."""
    together = [[slot for slot, _ in pattern] for pattern in asked]
    parts = joined([*together, *tied({slot for some in together for slot in some}, rules)])
    number = {slot: i for i, part in enumerate(parts) for slot in part}
    own: list[list[Pattern]] = [[] for _ in parts]
    for pattern in asked:
        own[number[pattern[0][0]]].append(pattern)
    return [(tuple(slots), patterns) for slots, patterns in zip(parts, own, strict=True)]


def tied(slots: Iterable[Slot], rules: Iterable[Variable]) -> list[list[Slot]]:
    """The slots of each variable that a rule ties together.

    >>> tied([Slot("Y", (0,)), Slot("Y", (1,)), Slot("X", ())], ["Y"])
    [[Slot(variable='Y', setting=(0,)), Slot(variable='Y', setting=(1,))]]
    """
    known = sorted(slots, key=repr)
    return [[slot for slot in known if slot.variable == v] for v in rules]


def _decided(
    slots: tuple[Slot, ...],
    patterns: Sequence[Pattern],
    domains: Mapping[Variable, Values],
    rules: Mapping[Variable, Monotone],
) -> Block:
    places = {slot: i for i, slot in enumerate(slots)}
    answers: Answers = np.full((1, len(slots)), OPEN, dtype=np.int16)
    for pattern in patterns:
        alive = np.ones(len(answers), dtype=bool)
        for slot, answer in pattern:
            column = places[slot]
            opened = alive & (answers[:, column] == OPEN)
            if opened.any():
                size = len(domains[slot.variable])
                fresh = np.repeat(answers[opened], size, axis=0)
                fresh[:, column] = np.tile(np.arange(size), int(opened.sum()))
                if slot.variable in rules:
                    fresh = fresh[_orderly(fresh, slot, places, rules[slot.variable])]
                answers = np.concatenate([answers[~opened], fresh])
                alive = np.concatenate([alive[~opened], np.ones(len(fresh), dtype=bool)])
                if len(answers) > MOST_TYPES:
                    return Block(
                        slots, domains, np.zeros((1, len(slots)), np.int16), is_whole=False
                    )
            alive &= answers[:, column] == domains[slot.variable].index(answer)
    return Block(slots, domains, answers[np.lexsort(answers.T[::-1])])


def _orderly(answers: Answers, slot: Slot, places: Mapping[Slot, int], rule: Monotone) -> Mask:
    """Which types keep to monotonicity between one slot and all that are decided.

    A partial function into a chain that is monotone where decided can always be completed.
    """
    here = answers[:, places[slot]]
    good = np.ones(len(answers), dtype=bool)
    for other, column in places.items():
        if other.variable != slot.variable or other == slot:
            continue
        there = answers[:, column]
        if rule.below(slot.setting, other.setting):
            good &= (there == OPEN) | (here <= there)
        elif rule.below(other.setting, slot.setting):
            good &= (there == OPEN) | (there <= here)
    return good
