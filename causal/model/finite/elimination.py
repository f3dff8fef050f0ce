"""In which order to sum names out: the smallest product first, or the least fill-in.

Zhang & Poole (1994); Kjaerulff (1990) compares such orders.  Choosing one touches no number, so
what a contraction will cost is known before it starts.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import log2
from typing import NamedTuple, TypeAlias

__all__ = ["Name", "Order", "Step", "elimination_order"]

Name: TypeAlias = Hashable
Classes: TypeAlias = Sequence[tuple[float, int]]  # log2 of a size, and the names that have it

SMALL = 12  # log2 of a product below which no second order is tried


class Step(NamedTuple):
    """Names that are summed out of one product, and how many entries it has before."""

    names: tuple[Name, ...]
    entries: float


@dataclass(frozen=True)
class Order:
    """The steps of an elimination, one after the other, and what they build on the way."""

    steps: tuple[Step, ...]

    @property
    def entries(self) -> float:
        """How many entries all products have together."""
        return sum([step.entries for step in self.steps])

    @property
    def largest(self) -> float:
        """How many entries the largest product has."""
        return max([step.entries for step in self.steps], default=1.0)


def elimination_order(
    scopes: Iterable[Sequence[Name]], sizes: Mapping[Name, int], keep: Collection[Name] = ()
) -> Order:
    """An order for everything but ``keep``, the better of two greedy ones where it matters.

    >>> chain = [("A",), ("A", "B"), ("B", "C")]
    >>> for step in elimination_order(chain, dict.fromkeys("ABC", 2), keep="C").steps:
    ...     print(step.names, step.entries)
    ('A',) 4.0
    ('B',) 4.0
    """
    index: dict[Name, int] = {}
    beside: list[int] = []  # the neighbours of each name and itself, as a set of bits
    for scope in scopes:
        members = []
        clique = 0
        for name in scope:
            i = index.setdefault(name, len(index))
            members.append(i)
            clique |= 1 << i
        beside += [0] * (len(index) - len(beside))
        for i in members:
            beside[i] |= clique
    names = list(index)
    classes: dict[int, int] = {}
    for i, name in enumerate(names):
        size = sizes[name]
        classes[size] = classes.get(size, 0) | 1 << i
    by_size = [(log2(size), those) for size, those in classes.items()]
    alike: dict[tuple[int, bool], list[int]] = {}  # the same neighbours make one of several
    for i, name in enumerate(names):
        alike.setdefault((beside[i], name in keep), []).append(i)
    groups = {same[0]: same for (_, kept), same in alike.items() if not kept}
    firsts = sum(1 << same[0] for same in alike.values())
    steps = _smallest_first(_Crowd(list(beside), firsts, groups), by_size)
    if max((step.cost for step in steps), default=0) > SMALL:
        other = _least_fill(_Crowd(list(beside), firsts, groups), by_size)
        steps = min(steps, other, key=lambda steps: sum(_entries(step.cost) for step in steps))
    return Order(
        tuple(Step(tuple([names[i] for i in step.members]), _entries(step.cost)) for step in steps)
    )


class _Going(NamedTuple):
    """Who is eliminated together, and the log2 of the product that it takes."""

    members: list[int]
    cost: float


class _Crowd(NamedTuple):
    """Who is beside whom, themselves included; of those with the same neighbours, one is looked at.

    ``groups`` are the others of each of these ``firsts``, as far as they may go.
    """

    beside: list[int]
    firsts: int
    groups: Mapping[int, list[int]]

    def leave(self, i: int, left: Container[int]) -> tuple[list[int], list[int]]:
        """Take one out and make its neighbours neighbours of each other: who goes, who stays.

        Who has no other neighbours goes along: nothing but the product speaks of them then.
        """
        beside, groups = self.beside, self.groups
        around = beside[i]
        members, stays = list(groups[i]), []
        others = around & self.firsts & ~(1 << i)
        while others:
            low = others & -others
            others ^= low
            other = low.bit_length() - 1
            if other in left and beside[other] | around == around:
                members += groups[other]
            else:
                stays.append(other)
        gone = 0
        for member in members:
            gone |= 1 << member
        joined = around & ~gone
        for other in stays:
            beside[other] = (beside[other] | joined) & ~gone
        return members, stays

    def fill(self, i: int) -> int:
        """How many edges eliminating one would add, counted from one end of each group."""
        around = self.beside[i]
        others = _bits(around & self.firsts & ~(1 << i))
        return sum((around & ~self.beside[other]).bit_count() for other in others)


def _smallest_first(crowd: _Crowd, classes: Classes) -> list[_Going]:
    """Always eliminate the name whose product is smallest."""
    beside, weight, alike = crowd.beside, classes[0][0] if classes else 0.0, len(classes) == 1
    cost = {i: _cost(beside[i], classes) for i in crowd.groups}
    heap = [(size, i) for i, size in cost.items()]
    heapify(heap)
    steps = []
    while cost:
        size, i = heappop(heap)
        if size != cost.get(i):
            continue  # an entry from before a neighbour changed
        members, stays = crowd.leave(i, cost)
        steps.append(_Going(members, size))
        for member in members:
            cost.pop(member, None)
        for other in stays:
            if other not in cost:
                continue
            new = weight * beside[other].bit_count() if alike else _cost(beside[other], classes)
            if new != cost[other]:
                cost[other] = new
                heappush(heap, (new, other))
    return steps


def _least_fill(crowd: _Crowd, classes: Classes) -> list[_Going]:
    """Always eliminate the name whose neighbours are nearest to being neighbours themselves."""
    fill = {i: crowd.fill(i) for i in crowd.groups}
    steps = []
    while fill:
        i = min(fill, key=lambda i: (fill[i], i))
        cost = _cost(crowd.beside[i], classes)
        members, stays = crowd.leave(i, fill)
        steps.append(_Going(members, cost))
        for member in members:
            fill.pop(member, None)
        touched = 0
        for other in stays:
            touched |= crowd.beside[other]
        for other in _bits(touched & crowd.firsts):
            if other in fill:
                fill[other] = crowd.fill(other)
    return steps


def _cost(members: int, classes: Classes) -> float:
    if len(classes) == 1:
        return classes[0][0] * members.bit_count()
    cost = 0.0
    for weight, those in classes:
        cost += weight * (members & those).bit_count()
    return cost


def _entries(cost: float) -> float:
    return float(2 ** min(cost, 1000))


def _bits(members: int) -> list[int]:
    found = []
    while members:
        low = members & -members
        found.append(low.bit_length() - 1)
        members ^= low
    return found
