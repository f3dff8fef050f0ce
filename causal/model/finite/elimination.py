"""In which order to sum names out: the smallest product first, or the least fill-in.

Zhang & Poole (1994); Kjaerulff (1990) compares such orders.  Choosing one touches no number, so
what a contraction will cost is known before it starts.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import log2
from typing import TypeAlias

__all__ = ["Order", "elimination_order"]

Name: TypeAlias = Hashable
Classes: TypeAlias = Sequence[tuple[float, int]]  # log2 of a size, and the names that have it

SMALL = 12  # log2 of a product below which no second order is tried


@dataclass(frozen=True)
class Order:
    """Names in the order of their elimination, and what that builds on the way."""

    names: tuple[Name, ...]
    entries: float  # of all products together
    largest: float  # entries of the largest product


def elimination_order(
    scopes: Iterable[Sequence[Name]], sizes: Mapping[Name, int], keep: Collection[Name] = ()
) -> Order:
    """An order for everything but ``keep``, the better of two greedy ones where it matters.

    >>> chain = [("A",), ("A", "B"), ("B", "C")]
    >>> elimination_order(chain, dict.fromkeys("ABC", 2), keep="C")
    Order(names=('A', 'B'), entries=8.0, largest=4.0)
    """
    index: dict[Name, int] = {}
    beside: list[int] = []  # the neighbours of each name and itself, as a set of bits
    for scope in scopes:
        clique = 0
        for name in scope:
            if name not in index:
                index[name] = len(index)
                beside.append(0)
            clique |= 1 << index[name]
        for name in scope:
            beside[index[name]] |= clique
    names = list(index)
    classes: dict[int, int] = {}
    for name, i in index.items():
        classes[sizes[name]] = classes.get(sizes[name], 0) | 1 << i
    by_size = [(log2(size), members) for size, members in classes.items()]
    out = [i for i, name in enumerate(names) if name not in keep]
    first = _smallest_first(list(beside), by_size, out)
    costs = first
    if max(first.values(), default=0) > SMALL:
        second = _least_fill(list(beside), by_size, out)
        costs = min(first, second, key=lambda costs: sum(map(_entries, costs.values())))
    products = list(map(_entries, costs.values()))
    return Order(tuple(names[i] for i in costs), sum(products), max(products, default=1.0))


def _smallest_first(beside: list[int], classes: Classes, out: Sequence[int]) -> dict[int, float]:
    """Always eliminate the name whose product is smallest; the log2 of each product."""
    cost = {i: _cost(beside[i], classes) for i in out}
    heap = [(size, i) for i, size in cost.items()]
    heapify(heap)
    order: dict[int, float] = {}
    while cost:
        size, i = heappop(heap)
        if size != cost.get(i):
            continue  # an entry from before a neighbour changed
        order[i] = cost.pop(i)
        for other in _join(beside, i):
            if other in cost and (new := _cost(beside[other], classes)) != cost[other]:
                cost[other] = new
                heappush(heap, (new, other))
    return order


def _least_fill(beside: list[int], classes: Classes, out: Sequence[int]) -> dict[int, float]:
    """Always eliminate the name whose neighbours are nearest to being neighbours themselves."""
    fill = {i: _fill(beside, i) for i in out}
    order: dict[int, float] = {}
    while fill:
        i = min(fill, key=lambda i: (fill[i], i))
        del fill[i]
        order[i] = _cost(beside[i], classes)
        touched = 0
        for other in _join(beside, i):
            touched |= beside[other]
        for other in _bits(touched):
            if other in fill:
                fill[other] = _fill(beside, other)
    return order


def _join(beside: list[int], i: int) -> list[int]:
    """Take a name out and make its neighbours, which are returned, neighbours of each other."""
    gone = 1 << i
    joined = beside[i] & ~gone
    others = _bits(joined)
    for other in others:
        beside[other] = (beside[other] | joined) & ~gone
    return others


def _fill(beside: list[int], i: int) -> int:
    """Twice the number of edges that eliminating a name would add."""
    around = beside[i] & ~(1 << i)
    return sum((around & ~beside[other]).bit_count() for other in _bits(around))


def _cost(members: int, classes: Classes) -> float:
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
