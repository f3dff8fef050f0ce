"""Worlds as one sees them: shared noise and the values that were set are vertices too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from causal.graph.admg import ADMG
from causal.graph.parallel.weaving import Copy
from causal.variables import Symbol, Variable, quoted

__all__ = ["by_variable", "pictured"]


def by_variable(copies: Sequence[Copy]) -> dict[Variable, frozenset[int]]:
    """The numbers of the copies of each variable.

    >>> by_variable([Copy("X", ()), Copy("Y", (0,)), Copy("Y", (Symbol("X", value=1),))])["Y"]
    frozenset({1, 2})
    """
    found: dict[Variable, set[int]] = {}
    for number, copy in enumerate(copies):
        found.setdefault(copy.variable, set()).add(number)
    return {v: frozenset(numbers) for v, numbers in found.items()}


def pictured(
    graph: ADMG, copies: Sequence[Copy], labels: Sequence[Variable]
) -> tuple[ADMG, Set[Variable]]:
    """The graph to be drawn, and which of its vertices are hidden.

    Noise that a single copy reads is left out, as in any causal graph.
    """
    taken, shared = set(labels), dict(_shared(graph, by_variable(copies)))
    noises = {name: _new(name, taken) for name in shared}
    values: dict[Symbol, Variable] = {}
    edges = [
        (noises[name], labels[reader])
        for name, readers in shared.items()
        for reader in sorted(readers)
    ]
    for copy, label in zip(copies, labels, strict=True):
        for read in copy.reads:
            if isinstance(read, Symbol):
                if read not in values:
                    values[read] = _new(str(read), taken)
                edges.append((values[read], label))
            else:
                edges.append((labels[read], label))
    return ADMG.of(nodes=labels, directed=edges), set(noises.values())


def _shared(
    graph: ADMG, copies: Mapping[Variable, frozenset[int]]
) -> Iterator[tuple[str, frozenset[int]]]:
    """Noise that more than one copy reads: noise of one variable, and hidden common causes."""
    for v, numbers in copies.items():
        if len(numbers) > 1:
            yield f"noise of {quoted(v)}", numbers
    for a, b in graph.bidirected:
        if a in copies and b in copies:
            yield f"{quoted(a)} ↔ {quoted(b)}", copies[a] | copies[b]


def _new(name: str, taken: set[Variable]) -> Variable:
    while name in taken:
        name += "'"
    taken.add(name)
    return name
