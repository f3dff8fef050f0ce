"""What one asks of a graph most: whether two sets are separated, and if not, by which path."""

from __future__ import annotations

from causal.graph.admg import ADMG
from causal.graph.separation import OpenPath
from causal.variables import Names

__all__ = ["open_path", "separated"]


def separated(graph: ADMG, one: Names, other: Names, *, given: Names = ()) -> bool:
    """Whether every path between two sets is blocked given a third (m-separation).

    A name is a string, several are any iterable.  Raises UnknownVariableError.

    >>> graph = ADMG.parse("X -> Z -> Y")
    >>> separated(graph, "X", "Y", given=["Z"]), separated(graph, "X", "Y")
    (True, False)
    """
    return graph.separated(one, other, given=given)


def open_path(graph: ADMG, one: Names, other: Names, *, given: Names = ()) -> OpenPath | None:
    """The witness against separation: a shortest open path, or None when there is none.

    >>> path = open_path(ADMG.parse("X -> C <- Y; C -> D"), "X", "Y", given="D")
    >>> print(path, "because", path.why)
    X -> C <- Y because the collider C has D given below it
    """
    return graph.open_path(one, other, given=given)
