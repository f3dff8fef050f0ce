"""Effects along some paths only, as counterfactuals: which parents see the new value of a cause.

Pearl (2001), "Direct and indirect effects"; Avin, Shpitser & Pearl (2005), "Identifiability of
path-specific effects".  A variable that is needed both as the new value makes it and as the old
one does is a recanting witness; ``identify`` then answers no, and names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from causal.errors import QueryError
from causal.graph import ADMG
from causal.query import Assignment, Query, Term, Value
from causal.variables import Variable, quoted

__all__ = ["path_specific"]

Path: TypeAlias = tuple[Variable, ...]


def path_specific(
    graph: ADMG, paths: Iterable[str | Sequence[Variable]], *, active: Value, reference: Value
) -> Query:
    """The outcome, had its cause been ``active`` along some paths and ``reference`` along others.

    All paths lead from one cause to one outcome, each is text or its variables in order.  Raises
    UnknownVariableError, or QueryError for what is no directed path of the graph.

    >>> graph = ADMG.parse("X -> M -> Y; X -> Y")
    >>> direct = path_specific(graph, ["X -> Y"], active=1, reference=0)
    >>> print(direct)
    P(Y[M=M[X=0], X=1])
    >>> from causal import identify
    >>> print(identify(graph, direct).estimand)
    Σ_{M} P(M | X=0) P(Y | M, X=1)
    """
    found = [_path(graph, path) for path in paths]
    ends = {(path[0], path[-1]) for path in found}
    if len(ends) != 1:
        raise QueryError(
            "paths of one effect lead from one cause to one outcome; found "
            + (" and ".join(f"{quoted(a)} to {quoted(b)}" for a, b in sorted(ends)) or "no path")
        )
    ((cause, outcome),) = ends
    changed = graph.descendants(cause)

    def term(v: Variable, prefixes: frozenset[Path]) -> Term:
        """A variable, with ``active`` coming in along the prefixes that end at it."""
        if not prefixes:
            return Term(v, under=(Assignment(cause, reference),))
        under = []
        for parent in sorted(graph.parents(v) & changed):
            onto = frozenset(p[:-1] for p in prefixes if p[-2] == parent)
            if parent == cause:
                under.append(Assignment(parent, active if onto else reference))
            else:
                under.append(Assignment(parent, term(parent, onto)))
        return Term(v, under=tuple(under))

    return Query((term(outcome, frozenset(found)),))


def _path(graph: ADMG, path: str | Sequence[Variable]) -> Path:
    """A path as its variables, each a cause of the next one."""
    nodes = ADMG.parse(path, "arrows").nodes if isinstance(path, str) else tuple(path)
    graph.require(nodes)
    for tail, head in pairwise(nodes):
        if tail not in graph.parents(head):
            raise QueryError(
                f"{path} is no directed path of the graph, which has no edge "
                f"{quoted(tail)} -> {quoted(head)}"
            )
    if len(nodes) < 2:
        raise QueryError(f"a path has a cause and an outcome, as in X -> Y; found {path!r}")
    return nodes
