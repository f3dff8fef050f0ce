"""Q[scope]: the law of some variables when all others are set from outside.

Tian & Pearl (2002), "A general identification condition for causal effects".  The two moves are
their lemmas 3 and 4.  The formula always travels with its scope, so a conditional is always one of
the *current* law; taking it from the observed joint instead is the classical way to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from causal.expression import Expression, P, Symbols, product, quotient, total
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.variables import Symbol

__all__ = ["Kernel"]


@dataclass(frozen=True)
class Kernel:
    """Q[scope] and its law; scopes are masks over the vertices of ``graph``."""

    graph: ADMG
    scope: int
    law: Expression

    @classmethod
    def observed(cls, graph: ADMG, scope: int) -> Kernel:
        """The margin of the observed law on an ancestral set: Q[An(y)] = P(An(y))."""
        return cls(graph, scope, P(_symbols(graph, scope)))

    def marginal(self, keep: int) -> Kernel:
        """Sum out the rest.  Sound when ``keep`` is ancestral within the scope (lemma 3)."""
        return Kernel(self.graph, keep, total(_symbols(self.graph, self.scope & ~keep), self.law))

    def district(self, part: int) -> Kernel:
        """Keep one district of the scope: a product of conditionals of *this* law (lemma 4)."""
        observed = self.law == P(_symbols(self.graph, self.scope))
        conditionals = self._short_conditionals(part) if observed else self._conditionals(part)
        return Kernel(self.graph, part, product(conditionals))

    def _short_conditionals(self, part: int) -> Iterator[Expression]:
        """P(v | what comes before v), short of all but the Markov blanket of v there."""
        before = 0
        for v in bits(self.scope):
            here = 1 << v
            before |= here
            if here & part:
                district = self.graph.district_mask(here, before)
                blanket = (district | self.graph.parents_mask(district)) & before & ~here
                yield P(_symbols(self.graph, here), _symbols(self.graph, blanket))

    def _conditionals(self, part: int) -> Iterator[Expression]:
        """Q(v | what comes before v): the ratio of two margins of the current law."""
        margin = self.law
        for v in reversed(list(bits(self.scope))):
            smaller = total(_symbols(self.graph, 1 << v), margin)
            if part >> v & 1:
                yield quotient(margin, smaller)
            margin = smaller


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
