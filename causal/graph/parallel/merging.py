"""What evidence makes one: copies of a variable whose causes are known to have equal values.

Shpitser & Pearl (2007), lemmas 24 and 25: two copies share their mechanism and their noise, so they
are one variable as soon as each parent is the same copy, or has the same value by observation or by
intervention.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from causal.graph.parallel.potential import Potential, Source
from causal.graph.parallel.weaving import Copy
from causal.graph.parallel.world_graph import WorldGraph
from causal.variables import Symbol

__all__ = ["Contradiction", "Merged", "merged"]


@dataclass(frozen=True)
class Contradiction:
    """One variable would have two values; ``certain`` when neither of them was left open."""

    name: Potential
    values: tuple[Symbol, Symbol]

    @property
    def certain(self) -> bool:
        """Whether the two values are known to differ."""
        return all(symbol.value is not None for symbol in self.values)

    def __str__(self) -> str:
        one, other = (
            symbol.shown if symbol.value is not None else symbol for symbol in self.values
        )
        return f"{self.name} would be both {one} and {other}"


@dataclass(frozen=True)
class Merged:
    """The smaller graph, the values known in it, and where each copy has gone.

    Only what the evidence depends on is kept; ``places`` says None of the rest.
    """

    worlds: WorldGraph
    seen: Mapping[int, Symbol]
    places: tuple[int | None, ...]


def merged(worlds: WorldGraph, seen: Mapping[int, Symbol]) -> Merged | Contradiction:
    """Merge what ``seen`` values of copies make one, and keep what those copies depend on.

    >>> from causal.graph import ADMG
    >>> from causal.graph.parallel import Setting
    >>> x = Symbol("X", value=1)
    >>> terms = [Potential("X"), Potential("Y"), Potential("Y", (Setting("X", x),))]
    >>> twin = WorldGraph.of(ADMG.parse("X -> Y; X <-> Y"), terms)
    >>> y, y_had_x_been_one = Symbol("Y", value=0), Symbol("Y", value=1)
    >>> print(merged(twin, {0: x, 1: y}).worlds)    # X is 1: consistency
    X -> Y; X <-> Y
    >>> print(merged(twin, {0: x, 1: y, 2: y_had_x_been_one}))
    Y would be both 0 and 1
    """
    rank = worlds.graph.index
    order = sorted(range(len(worlds.copies)), key=lambda n: (rank[worlds.copies[n].variable], n))
    first: dict[tuple[str, tuple[Source, ...]], int] = {}
    place: dict[int, int] = {}
    known: dict[int, Symbol] = {}
    for number in order:
        copy = worlds.copies[number]
        identity = tuple(
            read if isinstance(read, Symbol) else known.get(place[read], place[read])
            for read in copy.reads
        )
        here = place[number] = first.setdefault((copy.variable, identity), number)
        if number in seen and known.setdefault(here, seen[number]) != seen[number]:
            return Contradiction(worlds.names[here], (known[here], seen[number]))
    return _kept(worlds, place, known)


def _kept(worlds: WorldGraph, place: Mapping[int, int], known: Mapping[int, Symbol]) -> Merged:
    """The graph on the copies that are left and that what is known depends on."""
    needed: set[int] = set()
    waiting = list(known)
    while waiting:
        if (number := waiting.pop()) not in needed:
            needed.add(number)
            waiting += [place[p] for p in worlds.parents[number]]
    kept = _causes_first(worlds, needed)
    new = {number: i for i, number in enumerate(kept)}
    copies = [
        Copy(
            worlds.copies[n].variable,
            tuple(r if isinstance(r, Symbol) else new[place[r]] for r in worlds.copies[n].reads),
        )
        for n in kept
    ]
    asked = {
        potential: source if isinstance(source, Symbol) else new[place[source]]
        for potential, source in worlds.asked.items()
        if isinstance(source, Symbol) or place[source] in new
    }
    names = tuple(worlds.names[n] for n in kept)
    smaller = WorldGraph(worlds.graph, tuple(copies), names, asked)
    seen = {new[number]: value for number, value in known.items()}
    return Merged(smaller, seen, tuple(new.get(place[n]) for n in range(len(worlds.copies))))


def _causes_first(worlds: WorldGraph, numbers: Iterable[int]) -> list[int]:
    rank = worlds.graph.index
    return sorted(numbers, key=lambda n: (rank[worlds.copies[n].variable], n))
