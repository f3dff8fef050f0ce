"""A query as the algorithm sees it: sets of vertices, and observations that may become actions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from causal.expression import P
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import reachable
from causal.query import Query

__all__ = ["Effect", "as_asked", "effect", "question"]


@dataclass(frozen=True)
class Effect:
    """A query P(outcome | do, given) on masks, and the observations that are to become actions."""

    outcome: int
    do: int
    given: int
    exchanged: int

    @property
    def actions(self) -> int:
        """What is set, once the observations have been exchanged."""
        return self.do | self.exchanged

    @property
    def targets(self) -> int:
        """What the joint effect behind a conditional one is about."""
        return self.outcome | self.given & ~self.exchanged

    def needed(self, graph: ADMG) -> int:
        """Ancestors of the targets once the actions are cut off.

        Actions that reach the targets only through other actions do not matter (rule 3).
        """
        return graph.ancestors_mask(self.targets, within=graph.everything & ~self.actions)


def effect(graph: ADMG, query: Query) -> Effect:
    """The effect that a query asks for; as many observations as rule 2 allows become actions."""
    asked = as_asked(graph, query)
    exchanged = _exchanged(graph, asked.outcome, asked.do, asked.given)
    return replace(asked, exchanged=exchanged)


def as_asked(graph: ADMG, query: Query) -> Effect:
    """The same with every observation left as it is."""
    y, x, z = (graph.mask(part) for part in (query.outcomes, query.actions, query.conditions))
    return Effect(y, x, z, exchanged=0)


def question(law: P) -> Query:
    """The query whose answer is the value of a law."""
    of, do, given = ([s.variable for s in part] for part in (law.of, law.do, law.given))
    return Query.of(of, do=do, given=given)


def _exchanged(graph: ADMG, y: int, x: int, z: int) -> int:
    """The observations that rule 2 allows to be turned into actions.

    Rule 2: P(y | do(x), z, w) = P(y | do(x, z), w) when Y and Z are separated given X and W in the
    graph without edges into X and out of Z.  One exchange neither allows nor forbids another: an
    open path that it closed would give the exchanged variable a back door of its own.
    """
    exchanged = 0
    for v in bits(z):
        here = 1 << v
        if not reachable(graph, here, given=x | z & ~here, cut_in=x, cut_out=here, until=y) & y:
            exchanged |= here
    return exchanged
