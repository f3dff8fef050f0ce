"""Which components are switched off together, and what subsets share: a trie of their cuts.

Subsets that begin with the same cut share the world in which it is made; that world is run once,
kept, and branched from. Each row of a table of pairs so costs the suffix of its deeper member.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import TypeAlias

from ablation.neural.sweep.errors import UnknownSubsetError

Subset: TypeAlias = tuple[str, ...]
Subsets: TypeAlias = int | Iterable[Iterable[str]]


def subsets_of(names: Sequence[str], wanted: Subsets) -> list[Subset]:
    """List subsets: all of up to so many members, or those given, each in the order of names.

    >>> subsets_of(["a", "b", "c"], 2)[2:]
    [('c',), ('a', 'b'), ('a', 'c'), ('b', 'c')]
    >>> subsets_of(["a", "b", "c"], [["c", "a"]])
    [('a', 'c')]
    """
    if isinstance(wanted, int):
        sizes = range(1, min(wanted, len(names)) + 1)
        return list(chain.from_iterable(combinations(names, size) for size in sizes))
    place = {name: i for i, name in enumerate(names)}
    found = []
    for each in wanted:
        members = [each] if isinstance(each, str) else list(each)
        for name in members:
            if name not in place:
                raise UnknownSubsetError(name, names)
        found.append(tuple(sorted(dict.fromkeys(members), key=place.__getitem__)))
    return list(dict.fromkeys(found))


def label(subset: Subset) -> str:
    """Name a subset in a table.

    >>> label(("a", "b"))
    'a + b'
    """
    return " + ".join(subset) or "nothing"


@dataclass(eq=False, slots=True)
class Trie:
    """Subsets by their first member in some order, then by the next; `ends` holds row numbers."""

    ends: list[int] = field(default_factory=list)
    below: dict[int, "Trie"] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[Sequence[int]]) -> "Trie":
        """Put paths into a trie; path i ends with i.

        >>> Trie.of([(0,), (0, 1)]).below[0].below[1].ends
        [1]
        """
        root = cls()
        for i, path in enumerate(paths):
            at = root
            for step in path:
                at = at.below.setdefault(step, cls())
            at.ends.append(i)
        return root

    def rows(self) -> Iterator[int]:
        """All rows that end here or below."""
        yield from self.ends
        for each in self.below.values():
            yield from each.rows()
