"""The laws of one class, one after the other: those that may be observed and set, fewest actions.

What lies in a class and keeps to some observations and actions is met from one law: the top of the
class, from which every other action was dropped (rule 3) or observed (rule 2), greedily.  And it
hangs together: one application of a rule to one variable at a time leads everywhere without
leaving it, so that the time between two laws is polynomial.  Like the uniqueness of the top
(Yvernes, Devijver, Clausel & Gaussier 2026), both rest on brute force over many small graphs, a
part of which the tests run again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from causal.calculus.equivalence import Sides, a_law, act, idle, insert, named, see, sides, top
from causal.expression import P
from causal.graph import ADMG
from causal.graph.bits import bits, union
from causal.query import Query
from causal.variables import Names

__all__ = ["equivalents"]


def equivalents(
    graph: ADMG,
    query: Query | str,
    *,
    measured: Names | None = None,
    settable: Names | None = None,
    fewest: bool = False,
) -> Iterator[P]:
    """Every law equal to a query by the rules, lazily; few actions are preferred.

    ``measured`` keeps those that observe nothing else, ``settable`` those that set nothing else;
    with ``settable=()`` what remains is observational.  ``fewest`` keeps those with the fewest
    actions.  The query comes first if it is one of them.  The time between two laws is polynomial
    (with ``fewest``: if some action is needed in all of them or few actions are enough); the number
    of laws may not be, so take as many as you need.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> for law in equivalents(graph, "P(Y | do(X), Z)"):
    ...     print(law)
    P(Y | do(X), Z)
    P(Y | X, Z)
    P(Y | do(Z), X)
    P(Y | do(X, Z))
    >>> print(*equivalents(graph, "P(Y | do(X), Z)", fewest=True))
    P(Y | X, Z)
    """
    law = a_law(graph, query)
    may_see = graph.everything if measured is None else graph.mask(measured)
    may_set = graph.everything if settable is None else graph.mask(settable)
    known = _Class(graph, law)
    found = known.fewest(may_see, may_set) if fewest else known.members(may_see, may_set)
    return (named(graph, law.of, each) for each in found)


@dataclass(frozen=True)
class _Class:
    """The class of a law."""

    graph: ADMG
    law: P

    @cached_property
    def y(self) -> int:
        """The outcomes."""
        return self.graph.mask(s.variable for s in self.law.of)

    @cached_property
    def highest(self) -> Sides:
        """The top: no law of the class mentions what it does not."""
        return sides(self.graph, top(self.graph, self.law))[1]

    def members(self, may_see: int, may_set: int) -> Iterator[Sides]:
        """The laws that observe and set nothing else."""
        start = self.start(may_see, may_set)
        if start is None:
            return
        seen = {start}
        waiting = [(_rank(start), start)]
        while waiting:
            _, here = heapq.heappop(waiting)
            yield here
            for neighbour in _moves(self.graph, self.y, here):
                if neighbour not in seen and _keeps_to(neighbour, may_see, may_set):
                    seen.add(neighbour)
                    heapq.heappush(waiting, (_rank(neighbour), neighbour))

    def start(self, may_see: int, may_set: int) -> Sides | None:
        """One of these laws, the one that was asked for if possible; None when there is none."""
        _, asked = sides(self.graph, self.law)
        if _keeps_to(asked, may_see, may_set):
            return asked
        lowest = (self._lowered(may_see, allowed) for allowed in (0, may_set))
        return next((each for each in lowest if _keeps_to(each, may_see, may_set)), None)

    def fewest(self, may_see: int, may_set: int) -> Iterator[Sides]:
        """Those of them with the fewest actions; each choice of actions is tried, small ones first.

        What cannot be spared is in every choice.
        """
        candidates = self.highest[0] & may_set
        if self.start(may_see, candidates) is None:
            return
        few, _ = self._lowered(may_see, 0)
        needed = union(
            v for v in bits(few) if self._cannot_spare(1 << v, may_see, may_set=candidates)
        )
        others = list(bits(candidates & ~needed))
        for size in range(len(others) + 1):
            choices = (needed | union(some) for some in combinations(others, size))
            found = [each for each in choices if self.start(may_see, each) is not None]
            if found:
                for each in found:
                    yield from self.members(may_see, each)
                return

    def _cannot_spare(self, action: int, may_see: int, may_set: int) -> bool:
        return self.start(may_see, may_set & ~action) is None

    def _lowered(self, may_see: int, may_set: int) -> Sides:
        """The top without the actions that may not be: dropped where possible, else observed."""
        x, w = self.highest
        moving = True
        while moving:
            moving = False
            x &= may_set | ~idle(self.graph, self.y, x & may_set, w)
            for v in bits(x & ~may_set):
                if insert(self.graph, self.y, x & ~(1 << v), w, 1 << v):
                    x, moving = x & ~(1 << v), True
            if not moving:
                here = self._observable(x, w, x & ~may_set & may_see)
                x, w, moving = x & ~here, w | here, here != 0
        return x, w

    def _observable(self, x: int, w: int, among: int) -> int:
        here = (1 << v for v in bits(among))
        return next((h for h in here if act(self.graph, self.y, x & ~h, w, h)), 0)


def _keeps_to(law: Sides, may_see: int, may_set: int) -> bool:
    x, w = law
    return not (x & ~may_set or w & ~may_see)


def _rank(law: Sides) -> tuple[int, int]:
    x, w = law
    return x.bit_count(), w.bit_count()


def _moves(graph: ADMG, y: int, law: Sides) -> Iterator[Sides]:
    """What one application of a rule to one variable leads to."""
    x, w = law
    for v in bits(graph.everything & ~y):
        here = 1 << v
        if x & here:
            without = x & ~here
            if insert(graph, y, without, w, here):
                yield without, w
            if act(graph, y, without, w, here):
                yield without, w | here
        elif w & here:
            rest = w & ~here
            if act(graph, y, x, rest, here):
                yield x | here, rest
            if see(graph, y, x, rest, here):
                yield x, rest
        else:
            if insert(graph, y, x, w, here):
                yield x | here, w
            if see(graph, y, x, w, here):
                yield x, w | here
