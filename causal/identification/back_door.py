"""The generalised adjustment criterion, on masks: what may be adjusted for, and what must be cut.

Perković, Textor, Kalisch & Maathuis (2018), "Complete graphical characterization and construction
of adjustment sets", for graphs without undetermined edges: their first condition, amenability,
always holds here, as ``X -> Y`` with a hidden common cause is written with both edges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from causal.graph import ADMG
from causal.graph.bits import bits, closure
from causal.graph.separation import reachable

__all__ = ["BackDoor"]


@dataclass(frozen=True)
class BackDoor:
    """The question "what must be adjusted for to see what ``x`` does to ``y``?".

    ``causal`` holds the vertices on proper causal paths, those that leave X and never come back to
    it, without X; ``forbidden`` their descendants; ``rest`` is the proper back-door graph, in which
    those paths have lost their first edge.

    >>> graph = ADMG.parse("X -> M -> Y; M -> D; X <- C -> Y")
    >>> door = BackDoor.of(graph, graph.mask("X"), graph.mask("Y"))
    >>> sorted(graph.named(door.forbidden)), door.admits(graph.mask("C")), door.admits(0)
    (['D', 'M', 'Y'], True, False)
    """

    x: int
    y: int
    causal: int
    forbidden: int
    rest: ADMG

    @classmethod
    def of(cls, graph: ADMG, x: int, y: int) -> BackDoor:
        """The parts of the criterion for one pair of sets."""
        outside = graph.everything & ~x
        children = 0
        for v in bits(x):
            children |= graph.child_masks[v]
        below = closure(children, graph.child_masks, outside)
        causal = below & graph.ancestors_mask(y, within=outside)
        parents = [
            mask & ~x if causal >> v & 1 else mask for v, mask in enumerate(graph.parent_masks)
        ]
        # The numbering of a graph stays topological when edges go.
        rest = replace(graph, parent_masks=tuple(parents))
        forbidden = closure(causal, graph.child_masks, graph.everything)
        return cls(x, y, causal, forbidden, rest)

    @property
    def allowed(self) -> int:
        """What a set may be made of (the second condition)."""
        return self.rest.everything & ~(self.x | self.y | self.forbidden)

    def closed_by(self, given: int) -> bool:
        """Whether a set cuts every proper path that is not causal (the third condition)."""
        return not reachable(self.rest, self.x, given=given, until=self.y)

    def admits(self, given: int) -> bool:
        """Whether a set is an adjustment set: in every model, and not by chance in some."""
        return not given & ~self.allowed and self.closed_by(given)
