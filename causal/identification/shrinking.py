"""Shrink Q[scope] to Q[target] by districts and ancestral margins: the verdict, on sets alone.

Huang & Valtorta (2006), "Identifiability in causal Bayesian networks: a sound and complete
algorithm".  No formula is built here; what comes back is the chain of moves that one follows.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.graph import ADMG

__all__ = ["Blocked", "Chain", "District", "Margin", "shrink"]


@dataclass(frozen=True)
class District:
    """The move to one district of the scope (Tian & Pearl 2002, lemma 4)."""

    scope: int


@dataclass(frozen=True)
class Margin:
    """The move to an ancestral part of the scope, by summing out the rest (lemma 3)."""

    scope: int


@dataclass(frozen=True)
class Chain:
    """The moves from Q[whole] to the kernel that is wanted; each makes the scope smaller."""

    whole: int
    moves: tuple[District | Margin, ...] = ()

    @property
    def scope(self) -> int:
        """Where the last move leads."""
        return self.moves[-1].scope if self.moves else self.whole

    @property
    def shorter(self) -> Chain:
        """The same without the last move."""
        return Chain(self.whole, self.moves[:-1])

    def by(self, move: District | Margin) -> Chain:
        """The same and one move more; a move that changes nothing is none."""
        return self if move.scope == self.scope else Chain(self.whole, (*self.moves, move))


@dataclass(frozen=True)
class Blocked:
    """Neither move helps: ``outer`` is one district, and all of it are ancestors of ``inner``."""

    outer: int
    inner: int


def shrink(graph: ADMG, scope: int, *, to: int) -> Chain | Blocked:
    """The way from Q[scope] to Q[to], where ``scope`` is ancestral and ``to`` lies in one district.

    >>> graph = ADMG.parse("X -> Y; X <-> Y")
    >>> shrink(graph, graph.everything, to=graph.mask("Y"))
    Blocked(outer=3, inner=2)
    """
    chain = Chain(scope).by(District(graph.district_mask(to, scope)))
    while chain.scope != to:
        ancestral = graph.ancestors_mask(to, within=chain.scope)
        if ancestral == chain.scope:
            return Blocked(outer=chain.scope, inner=to)
        chain = chain.by(Margin(ancestral)).by(District(graph.district_mask(to, ancestral)))
    return chain
