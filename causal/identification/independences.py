"""The independences that a graph implies, from few enough of them.

Richardson (2003), "Markov properties for acyclic directed mixed graphs": a variable is independent
of whatever comes before it given its Markov blanket, in every ancestral set in which it comes last.
One set for each district that the variable can have is enough, and those are listed as Jeong, Ejaz,
Tian & Bareinboim (2025) do: a branch that holds no independence is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from causal.errors import OptionError
from causal.graph import ADMG
from causal.graph.bits import bits, closure
from causal.graph.separators import nearest_separator
from causal.variables import Variables, natural, quoted

__all__ = ["Basis", "Independence", "independences"]

Basis: TypeAlias = Literal["local", "pairwise"]


@dataclass(frozen=True)
class Independence:
    """Two sets of variables are independent given a third.

    >>> print(Independence(frozenset("D"), frozenset("AB"), frozenset("C")))
    D ⊥ A, B | C
    """

    one: Variables
    other: Variables
    given: Variables = frozenset()

    @property
    def variables(self) -> Variables:
        """Everything it mentions."""
        return self.one | self.other | self.given

    def __str__(self) -> str:
        one, other, given = map(_names, (self.one, self.other, self.given))
        return f"{one} ⊥ {other}" + (f" | {given}" if given else "")

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        parts = {"one": self.one, "other": self.other, "given": self.given}
        return {name: sorted(part, key=natural) for name, part in parts.items()}


def independences(graph: ADMG, basis: Basis = "local") -> Iterator[Independence]:
    """Independences from which every m-separation of the graph follows, lazily.

    ``local``: each variable from what comes before it, given its Markov blanket; all others follow
    by the semi-graphoid axioms, so in every law.  In a DAG there is at most one a variable.
    ``pairwise``: each pair that something separates, given the least that does; the fewest
    conditions give tests the most power, but the others follow only in laws without zeros in which
    pairwise independences add up, such as Gaussian ones.

    >>> graph = ADMG.parse("A -> B -> C -> D")
    >>> print(*independences(graph), sep="; ")
    C ⊥ A | B; D ⊥ A, B | C
    >>> print(*independences(graph, "pairwise"), sep="; ")
    A ⊥ C | B; A ⊥ D | B; B ⊥ D | C
    """
    if basis == "local":
        return (each for v in range(len(graph.nodes)) for each in _local(graph, v))
    if basis == "pairwise":
        return _pairwise(graph)
    raise OptionError("basis", basis, "it is 'local' or 'pairwise'")


def _local(graph: ADMG, v: int) -> Iterator[Independence]:
    """One independence for each district that v can have among what comes before it.

    The district grows from v; what is next to it comes in with its ancestors, or stays out with its
    descendants.
    """
    here, before = 1 << v, (1 << v) - 1
    stack = [(graph.ancestors_mask(here), 0)]
    while stack:
        inside, outside = stack.pop()
        free = (1 << u for u in bits(before & ~outside))
        if not any(_apart(graph, here, u, inside) for u in free):
            continue
        district = graph.district_mask(here, inside)
        fringe = _siblings(graph, district) & before & ~(inside | outside)
        if fringe:
            w = fringe & -fringe
            stack.append((inside, outside | closure(w, graph.child_masks, before)))
            stack.append((inside | graph.ancestors_mask(w), outside))
        else:
            blanket = _blanket(graph, here, inside)
            rest = before & ~(outside | blanket)
            yield Independence(*map(graph.named, (here, rest, blanket & ~here)))


def _apart(graph: ADMG, here: int, other: int, inside: int) -> bool:
    """Whether a vertex can be outside the blanket, in some ancestral scope around ``inside``."""
    return not other & _blanket(graph, here, inside | graph.ancestors_mask(other))


def _blanket(graph: ADMG, here: int, scope: int) -> int:
    """The district of a vertex in an ancestral scope, and the parents of that; itself included."""
    district = graph.district_mask(here, scope)
    return district | graph.parents_mask(district)


def _siblings(graph: ADMG, part: int) -> int:
    around = 0
    for v in bits(part):
        around |= graph.sibling_masks[v]
    return around


def _pairwise(graph: ADMG) -> Iterator[Independence]:
    for a, b in combinations(range(len(graph.nodes)), 2):
        one, other = 1 << a, 1 << b
        given = nearest_separator(graph, one, other)
        if given is not None:
            yield Independence(*map(graph.named, (one, other, given)))


def _names(names: Variables) -> str:
    return ", ".join(map(quoted, sorted(names, key=natural)))
