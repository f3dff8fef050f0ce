"""Which components are switched off together: each alone, all small subsets, or those listed."""

from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from typing import TypeAlias

from ablation.neural.sweep.errors import QuestionError, UnknownSubsetError

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
        if isinstance(wanted, bool) or wanted < 1:
            raise QuestionError(f"subsets is {wanted!r}; expected 1, 2, ... or lists of names.")
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
    if not found:
        raise QuestionError("subsets is empty; expected 1, 2, ... or lists of names.")
    return list(dict.fromkeys(found))


def label(subset: Subset) -> str:
    """Name a subset in a table.

    >>> label(("a", "b"))
    'a + b'
    """
    return " + ".join(subset) or "nothing"
