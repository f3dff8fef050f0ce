"""What every door needs: the names of foreign nodes, and one way to become a graph of ours."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from causal.errors import ForeignGraphError
from causal.graph import ADMG
from causal.variables import Variable, quoted

__all__ = ["assembled", "named"]

_Pair = tuple[Hashable, Hashable]


def named(node: Hashable) -> Variable:
    """The name of a foreign node: the string that it is, has as its ``name``, or prints.

    >>> named("X"), named(3)
    ('X', '3')
    """
    name = node if isinstance(node, str) else getattr(node, "name", node)
    return name if isinstance(name, str) else str(name)


def assembled(
    nodes: Iterable[Hashable],
    *,
    directed: Iterable[_Pair],
    bidirected: Iterable[_Pair],
    latent: Iterable[Hashable] = (),
) -> ADMG:
    """The graph on the names of the nodes, with the latent ones projected out."""
    names: dict[Hashable, Variable] = {}
    owners: dict[Variable, Hashable] = {}
    for node in nodes:
        name = names[node] = named(node)
        if not name or owners.setdefault(name, node) != node:
            problem = f"two nodes are called {quoted(name)}" if name else "a node has no name"
            raise ForeignGraphError(problem)
    graph = ADMG.of(
        nodes=names.values(),
        directed=[(names[tail], names[head]) for tail, head in directed],
        bidirected=[(names[one], names[other]) for one, other in bidirected],
    )
    hidden = {names[node] for node in latent}
    return graph.hide(hidden) if hidden else graph
