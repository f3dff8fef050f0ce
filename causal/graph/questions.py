"""What one asks of a graph most: whether two sets are separated, and if not, by which path."""

from __future__ import annotations

from causal.graph.admg import ADMG
from causal.graph.separation import OpenPath
from causal.graph.separators import disjoint
from causal.variables import Names, Variables, variables

__all__ = ["a_graph", "open_path", "separated"]


def separated(graph: ADMG, one: Names, other: Names, *, given: Names = ()) -> bool:
    """Whether every path between two sets is blocked given a third (m-separation).

    A name is a string, several are any iterable.  Raises UnknownVariableError, and QueryError when
    a side names nobody or a variable plays two parts: ``graph.separated`` answers those, too.

    >>> graph = ADMG.parse("X -> Z -> Y")
    >>> separated(graph, "X", "Y", given=["Z"]), separated(graph, "X", "Y")
    (True, False)
    """
    x, y, z = _apart(graph, one, other, given)
    return graph.separated(x, y, given=z)


def open_path(graph: ADMG, one: Names, other: Names, *, given: Names = ()) -> OpenPath | None:
    """The witness against separation: a shortest open path, or None when there is none.

    Raises as ``separated`` does.

    >>> path = open_path(ADMG.parse("X -> C <- Y; C -> D"), "X", "Y", given="D")
    >>> print(path, "because", path.why)
    X -> C <- Y because the collider C has D given below it
    """
    x, y, z = _apart(graph, one, other, given)
    return graph.open_path(x, y, given=z)


def a_graph(graph: object) -> ADMG:
    """Return a graph as it is; raise TypeError, with what to write, for anything else.

    >>> a_graph("X -> Y")
    Traceback (most recent call last):
    ...
    TypeError: a graph is an ADMG, found the str 'X -> Y'; write ADMG.parse('X -> Y')
    """
    if isinstance(graph, ADMG):
        return graph
    kind = type(graph).__name__
    write = f"; write ADMG.parse({graph!r:.60})" if isinstance(graph, str) else ""
    raise TypeError(f"a graph is an ADMG, found the {kind} {graph!r:.60}{write}")


def _apart(graph: ADMG, *parts: Names) -> tuple[Variables, Variables, Variables]:
    """The three parts of a question, none of which shares a variable with another."""
    x, y, z = map(variables, parts)
    disjoint(a_graph(graph), x=x, y=y, given=z)
    return x, y, z
