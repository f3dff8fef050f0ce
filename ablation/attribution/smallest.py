"""The smallest set that passes a trial: greedily first, then every smaller one, smallest first.

Greedy search can miss a smaller set, so all are tried as far as the budget goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Literal, TypeAlias

Members: TypeAlias = tuple[str, ...]
Proof: TypeAlias = Literal["smallest", "minimal"]


@dataclass(frozen=True, slots=True)
class Found:
    """A smallest set: its members, all others of that size if they were tried, and the proof."""

    members: Members
    margin: float
    proof: Proof
    alternatives: tuple[Members, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """Margins with sets of components off, each computed once; `budget` bounds how many."""

    names: Members
    margins: Callable[[Sequence[Members]], list[float]]
    budget: int
    known: dict[Members, float] = field(default_factory=dict)

    def smallest(self, *, keep: bool) -> Found | None:
        """The smallest set that keeps the event alone, or that breaks it when it is off.

        More can be off and break less, so sets are tried even where all of them off break nothing.
        """
        greedy = self._eliminated(keep=keep)
        for size in range(len(self.names if greedy is None else greedy) + 1):
            if len(self.known) + comb(len(self.names), size) > self.budget:
                if greedy is None:
                    return None
                return Found(greedy, self._of([greedy], keep=keep)[0], "minimal")
            sets = list(combinations(self.names, size))
            found = dict(zip(sets, self._of(sets, keep=keep), strict=True))
            if good := [each for each, margin in found.items() if (margin > 0) is keep]:
                best = max(good, key=lambda each: found[each] if keep else -found[each])
                return Found(best, found[best], "smallest", tuple(good))
        return None

    def _eliminated(self, *, keep: bool) -> Members | None:
        """Leave out member after member, the one that matters least, until none can go."""
        members = self.names
        if (self._of([members], keep=keep)[0] > 0) is not keep:
            return None
        while members:
            fewer = [tuple(name for name in members if name != out) for out in members]
            margins = self._of(fewer, keep=keep)
            signed = margins if keep else [-margin for margin in margins]
            still = [i for i, margin in enumerate(margins) if (margin > 0) is keep]
            if not still:
                break
            members = fewer[max(still, key=lambda i: signed[i])]
        return members

    def _of(self, sets: Sequence[Members], *, keep: bool) -> list[float]:
        off = [self._off(each, keep=keep) for each in sets]
        new = list(dict.fromkeys(each for each in off if each not in self.known))
        self.known.update(zip(new, self.margins(new), strict=True))
        return [self.known[each] for each in off]

    def _off(self, members: Members, *, keep: bool) -> Members:
        return tuple(name for name in self.names if (name in members) is not keep)
