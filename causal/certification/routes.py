"""Ways through a graph: forests of arrows towards a set, and trees of hidden causes around one."""

from __future__ import annotations

from causal.graph import ADMG
from causal.variables import Variable, Variables, natural

__all__ = ["spanning_tree", "toward"]


def toward(graph: ADMG, targets: Variables, *, within: Variables) -> dict[Variable, Variable]:
    """For each variable with a directed path to ``targets`` inside ``within``: the next step on it.

    Paths are shortest and stop at the first target, so that they join and never part again.

    >>> toward(ADMG.parse("A -> B -> Y; A -> Y"), frozenset("Y"), within=frozenset("ABY"))
    {'A': 'Y', 'B': 'Y'}
    """
    steps: dict[Variable, Variable] = {}
    queue = sorted(targets & within, key=natural)
    for node in queue:
        above = graph.parents(node) & within - targets - steps.keys()
        for parent in sorted(above, key=natural):
            steps[parent] = node
            queue.append(parent)
    return steps


def spanning_tree(
    graph: ADMG, *, inner: Variables, outer: Variables
) -> list[tuple[Variable, Variable]]:
    """``<->`` edges that join ``outer`` into a tree; those inside ``inner`` are a tree too.

    Variables that no ``<->`` path inside ``outer`` reaches are left out.

    >>> triangle = ADMG.parse("X <-> Y; Y <-> Z; Z <-> X")
    >>> spanning_tree(triangle, inner=frozenset("XY"), outer=frozenset("XYZ"))
    [('X', 'Y'), ('X', 'Z')]
    """
    reached = [min(inner, key=natural)]
    edges: list[tuple[Variable, Variable]] = []
    for scope in (inner, outer):
        for node in reached:  # grows as it is read
            new = graph.siblings(node) & scope - set(reached)
            for sibling in sorted(new, key=natural):
                reached.append(sibling)
                edges.append((node, sibling))
    return edges
