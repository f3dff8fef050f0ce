"""Adjacency tables: a square DataFrame, 1 for row -> column, 2 for row <-> column, 3 for both.

A ``2`` stands on both sides of the diagonal.  Any other number may be a weight, and libraries
differ in whether causes are rows or columns, so a table of weights is not guessed at.
"""

from __future__ import annotations

import pandas as pd

from causal.errors import ForeignGraphError
from causal.graph import ADMG
from causal.interop.foreign import assembled, named
from causal.variables import quoted

__all__ = ["from_adjacency", "to_adjacency"]


def from_adjacency(table: pd.DataFrame) -> ADMG:
    """Read a table with the same names, in the same order, on its rows and columns.

    >>> from_adjacency(pd.DataFrame([[0, 1], [0, 0]], index=["X", "Y"], columns=["X", "Y"]))
    ADMG.parse('X -> Y')
    """
    names = [named(name) for name in table.columns]
    if [named(name) for name in table.index] != names:
        problem = "rows and columns must have the same names, in the same order"
        raise ForeignGraphError(f"{problem}; this table has {table.shape[0]} by {table.shape[1]}")
    if len(set(names)) < len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ForeignGraphError(f"two columns are called {quoted(twice)}")
    directed, bidirected = [], []
    for i, row in enumerate(table.to_numpy().tolist()):
        for j, entry in enumerate(row):
            if entry not in (0, 1, 2, 3):
                problem = f"{entry!r} in row {names[i]}, column {names[j]}"
                raise ForeignGraphError(
                    f"{problem}: 1 means row -> column, 2 row <-> column, 3 both, 0 neither; "
                    "threshold weights first, with causes as rows"
                )
            if entry in (1, 3):
                directed.append((i, j))
            if entry in (2, 3):
                bidirected.append((i, j))
    if lonely := set(bidirected) - {(j, i) for i, j in bidirected}:
        i, j = min(lonely)
        problem = f"row {names[i]}, column {names[j]} says <->, and the entry across does not"
        raise ForeignGraphError(problem)
    return assembled(
        names,
        directed=[(names[i], names[j]) for i, j in directed],
        bidirected=[(names[i], names[j]) for i, j in bidirected if i <= j],
    )


def to_adjacency(graph: ADMG) -> pd.DataFrame:
    """The graph as such a table, in topological order.

    >>> print(to_adjacency(ADMG.parse("X -> Y; X <-> Y")))
       X  Y
    X  0  3
    Y  2  0
    """
    entries = [[0] * len(graph.nodes) for _ in graph.nodes]
    for tail, head in graph.directed:
        entries[graph.index[tail]][graph.index[head]] += 1
    for one, other in graph.bidirected:
        entries[graph.index[one]][graph.index[other]] += 2
        entries[graph.index[other]][graph.index[one]] += 2
    return pd.DataFrame(entries, index=list(graph.nodes), columns=list(graph.nodes))
