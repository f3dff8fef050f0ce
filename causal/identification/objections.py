"""Why a proposed set is no adjustment set: every forbidden variable, and a path left open.

The two conditions of Perković, Textor, Kalisch & Maathuis (2018), each refuted by a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from causal.errors import QueryError
from causal.graph import ADMG, OpenPath
from causal.graph.bits import bits
from causal.graph.separation import open_route
from causal.graph.separators import disjoint
from causal.identification.back_door import BackDoor
from causal.variables import Names, Variable, Variables, listed, quoted

__all__ = ["Forbidden", "NotCausal", "Objection", "why_not"]


@dataclass(frozen=True)
class Forbidden:
    """A variable on a causal path, or below one: adjusting for it changes the effect itself.

    >>> print(Forbidden("M", causal_path=("X", "M", "Y"), down=("M",)))
    M is on the causal path X -> M -> Y
    """

    variable: Variable
    causal_path: tuple[Variable, ...]
    down: tuple[Variable, ...]  # from the causal path to the variable, both ends included

    @property
    def why(self) -> str:
        """The objection in one sentence."""
        name, path = quoted(self.variable), _arrows(self.causal_path)
        if len(self.down) == 1:
            return f"{name} is on the causal path {path}"
        return f"{name} is an effect ({_arrows(self.down)}) of the causal path {path}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON: the same keys for every objection."""
        paths = {"causal_path": list(self.causal_path), "down": list(self.down)}
        return {"variable": self.variable, **paths, "path": None, "why": self.why}

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True)
class NotCausal:
    """A path that is not causal and stays open: part of the association is not the effect.

    >>> print(NotCausal(OpenPath(("X", "C", "Y"), ("<-", "->")), given=frozenset()))
    the path X <- C -> Y is open and not causal
    """

    path: OpenPath
    given: Variables

    @property
    def why(self) -> str:
        """The objection in one sentence."""
        given = f"given {listed(self.given)} " if self.given else ""
        because = f", as {self.path.why}" if self.path.why else ""
        return f"{given}the path {self.path} is open and not causal{because}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON: the same keys for every objection."""
        empty: dict[str, object] = {"variable": None, "causal_path": [], "down": []}
        return {**empty, "path": self.path.to_dict(), "why": self.why}

    def __str__(self) -> str:
        return self.why


Objection: TypeAlias = Forbidden | NotCausal


def why_not(
    graph: ADMG,
    x: Names,
    y: Names,
    proposed: Names | None = None,
    *,
    include: Names = (),
    exclude: Names = (),
) -> tuple[Objection, ...]:
    """What speaks against adjusting for ``proposed``: nothing exactly when it is an adjustment set.

    Without a proposal, what speaks against every set with all of ``include`` and nothing of
    ``exclude``: if any is an adjustment set, the ancestors of ``x``, ``y`` and ``include`` that are
    neither forbidden nor excluded are one.  Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("X -> M -> Y; M -> D; X <- C -> Y")
    >>> for objection in why_not(graph, "X", "Y", "D"):
    ...     print(objection)
    D is an effect (M -> D) of the causal path X -> M -> Y
    given D the path X <- C -> Y is open and not causal
    >>> why_not(graph, "X", "Y", "C")
    ()
    >>> [objection] = why_not(ADMG.parse("X -> Y; X <-> Y"), "X", "Y")
    >>> print(objection.path)
    X <-> Y
    """
    if proposed is not None and (include or exclude):
        raise QueryError("include and exclude bound all sets; a proposed one is judged as it is")
    parts = disjoint(graph, x=x, y=y, proposed=proposed or (), include=include)
    door = BackDoor.of(graph, parts["x"], parts["y"])
    given = parts["proposed"]
    if proposed is None:
        must = parts["include"]
        usable = door.allowed & ~graph.mask(exclude)
        given = graph.ancestors_mask(door.x | door.y | must) & usable | must
    objections: list[Objection] = [_forbidden(graph, door, v) for v in bits(given & door.forbidden)]
    route = open_route(door.rest, door.x, door.y, given=given)
    if route is not None:
        objections.append(NotCausal(door.rest.path(route, given=given), graph.named(given)))
    return tuple(objections)


def _forbidden(graph: ADMG, door: BackDoor, v: int) -> Forbidden:
    down = directed_path(graph, door.causal, 1 << v, within=graph.everything)
    meeting = 1 << down[0]
    start = directed_path(graph, door.x, meeting, within=door.causal | door.x)
    end = directed_path(graph, meeting, door.y, within=door.causal)
    path = (*start, *end[1:])
    names = graph.nodes
    return Forbidden(names[v], tuple(names[u] for u in path), tuple(names[u] for u in down))


def directed_path(graph: ADMG, start: int, end: int, *, within: int) -> tuple[int, ...]:
    """A shortest directed path from one set into another; it must be known to exist."""
    came_from: dict[int, int | None] = dict.fromkeys(bits(start))
    queue = list(came_from)
    for v in queue:
        if end >> v & 1:
            return _unwound(came_from, v)
        for w in bits(graph.child_masks[v] & within):
            if w not in came_from:
                came_from[w] = v
                queue.append(w)
    raise AssertionError("a directed path was said to exist")


def _unwound(came_from: dict[int, int | None], end: int | None) -> tuple[int, ...]:
    path = []
    while end is not None:
        path.append(end)
        end = came_from[end]
    return tuple(reversed(path))


def _arrows(names: Sequence[Variable]) -> str:
    return " -> ".join(map(quoted, names))
