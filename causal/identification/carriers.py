"""The front-door criterion on masks: the largest set, every set, and the minimal ones.

Sets that meet the second and the third condition of Pearl (1995) are closed under union, so that
one largest candidate decides whether any exists (Jeong, Tian & Bareinboim 2022, "Finding and
listing front-door adjustment sets"; Wienöbst, van der Zander & Liśkiewicz 2024, "Linear-time
algorithms for front-door adjustment").  A minimal set is known by the side of Y that it leaves:
what an open path from Y given X meets without leaving the set against an arrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from causal.graph import ADMG
from causal.graph.bits import bits, closure
from causal.graph.separation import reachable

__all__ = ["FrontDoor"]


@dataclass(frozen=True)
class FrontDoor:
    """The criterion for one pair of sets.

    >>> graph = ADMG.parse("X -> A -> B -> Y; X <-> Y")
    >>> door = FrontDoor(graph, graph.mask("X"), graph.mask("Y"))
    >>> door.admits(graph.mask("A")), door.admits(0)
    (True, False)
    """

    graph: ADMG
    x: int
    y: int

    def admits(self, z: int) -> bool:
        """Whether a set is a front-door set."""
        return self.largest(z) == z

    @cached_property
    def unmixed(self) -> int:
        """The vertices to which no back-door path from X is open: the second condition."""
        mixed = reachable(self.graph, self.x, given=0, cut_out=self.x)
        return self.graph.everything & ~mixed

    def largest(self, among: int) -> int | None:
        """The union of all front-door sets within ``among``, itself one; None when there is none.

        A vertex with an open back-door path to the outcome in the graph of a large set has one in
        the graph of every smaller set, where fewer edges are cut.
        """
        found = among & self.unmixed
        while open_to := found & self.side(found):
            found &= ~open_to
        uncarried = closure(self.x, self.graph.child_masks, self.graph.everything & ~found)
        return None if uncarried & self.y else found

    def side(self, z: int) -> int:
        """The side of Y: what is joined to it given X when no edge out of the set is there."""
        return reachable(self.graph, self.y, given=self.x, cut_out=z)

    def sets(self, include: int, among: int) -> Iterator[int]:
        """Every front-door set with all of ``include`` and the rest from ``among``.

        To leave a vertex out is tried first, so that of the first set nothing can be left out.
        """
        stack = [(include, among)]
        while stack:
            chosen, open_to = stack.pop()
            largest = self.largest(open_to)
            if largest is None or chosen & ~largest:
                continue
            if undecided := largest & ~chosen:
                v = undecided & -undecided
                stack += [(chosen | v, largest), (chosen, largest & ~v)]
            else:
                yield chosen

    def minimal_sets(self, include: int, among: int) -> Iterator[int]:
        """The sets of which nothing but a part of ``include`` can be left out, each once.

        The side of Y grows by one vertex of its border at a time, and every border is made minimal
        at once: what can be left out of one border is in no minimal set beyond it.  So every border
        is an answer, and between two at most polynomial time passes.
        """
        first = self._border(include, among)
        waiting, seen = [first] if first is not None else [], set[int]()
        while waiting:
            here = self._reduced(include, waiting.pop())
            if here in seen:
                continue
            seen.add(here)
            yield here
            unspent = among & ~self.side(here)
            further = (self._border(include, unspent & ~(1 << v)) for v in bits(here & ~include))
            waiting += [border for border in further if border is not None]

    def _border(self, include: int, among: int) -> int | None:
        """The part of the largest set that is next to the side of Y, and what must be in it."""
        largest = self.largest(among | include)
        if largest is None or include & ~largest:
            return None
        return self._next_to_y(largest) | include

    def _next_to_y(self, z: int) -> int:
        """The members with a directed path to Y that meets no other member."""
        above = self.graph.ancestors_mask(self.y, within=self.graph.everything & ~z)
        return self.graph.parents_mask(above) & z

    def _reduced(self, include: int, border: int) -> int:
        """A minimal set within a border.

        A minimal set Z beyond the border without which v can be left out does not hold v either.
        Else some f in Z would lie on the side of Y that v opens, and f would be entered there
        through an arrowhead only.  But f has a directed path to Y, which meets the border before Y,
        in a vertex that is then entered through an arrowhead too, so that it was left out with v;
        and through it f is entered through a tail.
        """
        for v in bits(border & ~include):
            if border >> v & 1:
                smaller = self._border(include, border & ~(1 << v))
                border = border if smaller is None else smaller
        return border
