"""Why a proposed set is no front-door set: for each of the three conditions, a path against it.

Pearl (1995), theorem 2: the set intercepts every directed path, no back-door path leads to it, and
the actions block every back-door path from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from causal.graph import ADMG, OpenPath
from causal.graph.bits import closure
from causal.graph.separation import open_route
from causal.graph.separators import disjoint
from causal.identification.objections import directed_path
from causal.variables import Names, Variables, listed, quoted

__all__ = ["FrontDoorObjection", "why_no_front_door"]

Condition: TypeAlias = Literal["intercepts", "unconfounded", "shielded"]


@dataclass(frozen=True)
class FrontDoorObjection:
    """A path that breaks one condition: "intercepts", "unconfounded" or "shielded".

    >>> graph = ADMG.parse("X -> Z -> Y; X -> Y; X <-> Y")
    >>> [objection] = why_no_front_door(graph, "X", "Y", "Z")
    >>> objection.condition, str(objection)
    ('intercepts', 'the effect also goes past Z: X -> Y')
    """

    condition: Condition
    path: OpenPath
    variables: Variables
    given: Variables

    @property
    def why(self) -> str:
        """The objection in one sentence."""
        names = listed(map(quoted, sorted(self.variables))) if self.variables else "it"
        if self.condition == "intercepts":
            past = f"past {names}" if self.variables else "past the empty set"
            return f"the effect also goes {past}: {self.path}"
        because = f", as {self.path.why}" if self.path.why else ""
        if self.condition == "unconfounded":
            return f"the back-door path {self.path} into {names} is open{because}"
        given = f"given {listed(map(quoted, sorted(self.given)))} "
        return f"{given}the back-door path {self.path} is open{because}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {"condition": self.condition, "path": self.path.to_dict(), "why": self.why}

    def __str__(self) -> str:
        return self.why


def why_no_front_door(
    graph: ADMG, x: Names, y: Names, proposed: Names
) -> tuple[FrontDoorObjection, ...]:
    """What speaks against ``proposed`` as a front-door set: nothing exactly when it is one.

    Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("X -> A -> Y; X <-> Y; X <- C -> A")
    >>> for objection in why_no_front_door(graph, "X", "Y", "A"):
    ...     print(objection)
    the back-door path X <- C -> A into A is open
    given X the back-door path A <- C -> X <-> Y is open, as the collider X is given
    >>> why_no_front_door(ADMG.parse("X -> Z -> Y; X <-> Y"), "X", "Y", "Z")
    ()
    """
    parts = disjoint(graph, x=x, y=y, proposed=proposed)
    actions, outcomes, chosen = parts["x"], parts["y"], parts["proposed"]
    names, given = graph.named(chosen), graph.named(actions)
    found: list[FrontDoorObjection] = []
    around = graph.everything & ~chosen
    if closure(actions, graph.child_masks, around) & outcomes:
        past = directed_path(graph, actions, outcomes, within=around)
        arrows = ("->",) * (len(past) - 1)
        path = OpenPath(tuple(graph.nodes[v] for v in past), arrows)
        found.append(FrontDoorObjection("intercepts", path, names, frozenset()))
    into = open_route(graph, actions, chosen, given=0, cut_out=actions)
    if into is not None:
        path = graph.path(into, given=0, cut_out=actions)
        found.append(FrontDoorObjection("unconfounded", path, names, frozenset()))
    behind = open_route(graph, chosen, outcomes, given=actions, cut_out=chosen)
    if behind is not None:
        path = graph.path(behind, given=actions, cut_out=chosen)
        found.append(FrontDoorObjection("shielded", path, names, given))
    return tuple(found)
