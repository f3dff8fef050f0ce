"""Classes of things that are mentioned together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

__all__ = ["joined"]

Thing = TypeVar("Thing", bound=Hashable)


def joined(together: Iterable[Iterable[Thing]]) -> list[list[Thing]]:
    """The finest classes that split none of the given collections, in order of first mention.

    >>> joined(["ab", "cd", "be", "f"])
    [['a', 'b', 'e'], ['c', 'd'], ['f']]
    """
    home: dict[Thing, Thing] = {}

    def root(thing: Thing) -> Thing:
        while home[thing] != thing:
            home[thing] = home[home[thing]]
            thing = home[thing]
        return thing

    for some in together:
        first: Thing | None = None
        for thing in some:
            home.setdefault(thing, thing)
            first = thing if first is None else first
            home[root(thing)] = root(first)
    classes: dict[Thing, list[Thing]] = {}
    for thing in home:
        classes.setdefault(root(thing), []).append(thing)
    return list(classes.values())
