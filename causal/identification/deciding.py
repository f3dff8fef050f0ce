"""The verdict on a query, and how a formula can be got, on sets alone.

Tian & Pearl (2002), Huang & Valtorta (2006): P(y | do x) is identified exactly when Q[D] is, for
every district D of the graph on the ancestors of y once x is removed.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.graph import ADMG
from causal.identification.asking import Effect
from causal.identification.shrinking import Blocked, Chain, shrink

__all__ = ["Plan", "decide"]


@dataclass(frozen=True)
class Plan:
    """The way to a formula: one chain of moves a district; none when no action matters."""

    sought: Effect
    chains: tuple[Chain, ...] = ()

    @property
    def needed(self) -> int:
        """The vertices whose kernels are multiplied."""
        union = 0
        for chain in self.chains:
            union |= chain.scope
        return union


def decide(graph: ADMG, sought: Effect) -> Plan | Blocked:
    """The plan, or the first obstacle.

    A "no" is one for the query only if every exchange that rule 2 allows has been made.
    """
    scope = graph.ancestors_mask(sought.targets)
    if not sought.actions & scope:
        return Plan(sought)
    chains: list[Chain] = []
    for district in graph.districts_mask(sought.needed(graph)):
        way = shrink(graph, scope, to=district)
        if isinstance(way, Blocked):
            return way
        chains.append(way)
    return Plan(sought, tuple(chains))
