"""Shrink Q[scope] to Q[target] by districts and ancestral margins: the verdict, on sets alone.

Huang & Valtorta (2006), "Identifiability in causal Bayesian networks: a sound and complete
algorithm".  No formula is built here; what comes back is the chain of scopes that one follows.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.graph import ADMG

__all__ = ["Blocked", "Chain", "shrink"]


@dataclass(frozen=True)
class Chain:
    """The scopes on the way: the whole, a district, an ancestral part of that, a district, ..."""

    scopes: tuple[int, ...]


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
    scopes = [scope, district := graph.district_mask(to, scope)]
    while district != to:
        ancestral = graph.ancestors_mask(to, within=district)
        if ancestral == district:
            return Blocked(outer=district, inner=to)
        district = graph.district_mask(to, ancestral)
        scopes += [ancestral, district]
    return Chain(tuple(scopes))
