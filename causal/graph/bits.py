"""Sets of small integers as one Python integer: union is ``|``, intersection ``&``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

__all__ = ["bits", "closure", "components", "union"]


def bits(mask: int) -> Iterator[int]:
    """The members of a set, ascending.

    >>> list(bits(0b10110))
    [1, 2, 4]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def closure(seed: int, step: Sequence[int], within: int) -> int:
    """Everything reached from ``seed`` by repeated ``step``, never leaving ``within``.

    ``step[i]`` is the set that member ``i`` leads to.  Cost: one set operation a member reached.

    >>> bin(closure(0b001, step=[0b010, 0b100, 0b000], within=0b111))
    '0b111'
    """
    seen = frontier = seed & within
    while frontier:
        top = frontier.bit_length() - 1
        frontier ^= 1 << top
        new = step[top] & within & ~seen
        seen |= new
        frontier |= new
    return seen


def components(step: Sequence[int], within: int) -> list[int]:
    """The classes of ``within`` under a symmetric ``step``, ordered by their least member.

    >>> [bin(part) for part in components([0b100, 0b000, 0b001], within=0b111)]
    ['0b101', '0b10']
    """
    parts = []
    while within:
        part = closure(within & -within, step, within)
        parts.append(part)
        within &= ~part
    return parts


def union(members: Iterable[int]) -> int:
    """The set of some members.

    >>> bin(union([1, 2, 4]))
    '0b10110'
    """
    mask = 0
    for member in members:
        mask |= 1 << member
    return mask
