"""The kernels of a graph, each with the formula that one way of computing it gives.

Q[S] is the law of S when everything else is set.  Tian & Pearl (2002), "On the testable
implications of causal models with hidden variables": Q of a district of an ancestral set is a
product of conditionals of the observed law; from there margins (lemma 3) and districts (lemma 4)
lead to smaller kernels.  Formulas double on the way, so that the search stops at some length.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from causal.expression import Expression, P, Symbols, product, quotient, total
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.variables import Symbol

__all__ = ["Kernel", "KernelSearch"]

MOST: Final = 500  # kernels
LONGEST: Final = 40  # laws in one formula: a page of print
EFFORT: Final = 5_000  # laws in all formulas together


@dataclass(frozen=True)
class Kernel:
    """Q[scope], and the way that it was computed.

    ``known`` are variables that the formula it came from was already seen not to depend on.
    """

    scope: int
    formula: Expression
    known: int = 0

    def idle(self, graph: ADMG) -> int:
        """What the formula mentions and the kernel does not depend on."""
        depends = self.scope | graph.parents_mask(self.scope)
        return graph.mask(s.variable for s in self.formula.free) & ~depends


@dataclass
class KernelSearch:
    """Every kernel that is one move away from another one, short formulas first.

    ``too_long`` counts the moves that were not made because of the length of what they lead to,
    ``unvisited`` the kernels from which no move was made any more.

    >>> search = KernelSearch(ADMG.parse("A -> B -> C -> D; B <-> D"))
    >>> [str(kernel.formula) for kernel in search if kernel.scope == 8]
    ['Σ_{B} P(B | A) P(D | A, B, C)']
    >>> search.left_out
    ()
    """

    graph: ADMG
    too_long: int = field(default=0, init=False)
    unvisited: int = field(default=0, init=False)
    all_observed: bool = field(default=True, init=False)

    def __iter__(self) -> Iterator[Kernel]:
        """The kernels with the way to them; the same scope may be reached in several ways."""
        first = list(islice(_observed(self.graph), MOST + 1))
        self.all_observed = len(first) <= MOST
        seen = {kernel.scope for kernel in first[:MOST]}
        waiting = [(k.formula.size, i, k) for i, k in enumerate(first[:MOST])]
        heapq.heapify(waiting)
        effort = 0
        while waiting and effort < EFFORT:
            _, _, kernel = heapq.heappop(waiting)
            for smaller in self._smaller(kernel):
                effort += smaller.formula.size
                yield smaller
                if smaller.scope not in seen:
                    seen.add(smaller.scope)
                    heapq.heappush(waiting, (smaller.formula.size, len(seen) + MOST, smaller))
        self.unvisited = len(waiting)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What the search did not look into, one phrase a reason; nothing when it saw everything.

        Known once the search has ended.
        """
        reasons = []
        if not self.all_observed:
            reasons.append(f"the Verma constraints behind other than the first {MOST} kernels")
        if self.too_long:
            reasons.append(
                f"the Verma constraints behind {self.too_long} formulas of more than {LONGEST} laws"
            )
        if self.unvisited:
            reasons.append(
                f"the Verma constraints behind {self.unvisited} kernels that were still to be "
                f"visited after formulas of {EFFORT} laws in all"
            )
        return tuple(reasons)

    def _smaller(self, kernel: Kernel) -> Iterator[Kernel]:
        """One vertex that causes no other of the scope is summed out; what is left splits."""
        if kernel.formula.size > LONGEST:
            self.too_long += 1
            return
        idle = kernel.idle(self.graph)
        for rest in _without_sinks(self.graph, kernel.scope, among=kernel.scope):
            margin = total(_symbols(self.graph, kernel.scope & ~rest), kernel.formula)
            for part in self.graph.districts_mask(rest):
                formula = _district(self.graph, margin, rest, part)
                if formula is None or formula.size > LONGEST:
                    self.too_long += 1
                else:
                    yield Kernel(part, formula, known=idle)


def _observed(graph: ADMG) -> Iterator[Kernel]:
    """Q of every district of an ancestral set: a product of conditionals of the observed law."""
    waiting = graph.districts_mask(graph.everything)
    seen = set(waiting)
    for district in waiting:
        above = graph.ancestors_mask(district)
        yield Kernel(district, product(_given_blanket(graph, v, above) for v in bits(district)))
        for rest in _without_sinks(graph, above, among=district):
            for part in graph.districts_mask(rest):
                if part not in seen:
                    seen.add(part)
                    waiting.append(part)


def _given_blanket(graph: ADMG, v: int, scope: int) -> P:
    """P(v | its Markov blanket among what comes before it)."""
    here = 1 << v
    before = scope & (here - 1)
    district = graph.district_mask(here, before | here)
    blanket = (district | graph.parents_mask(district)) & before
    return P(_symbols(graph, here), _symbols(graph, blanket))


def _district(graph: ADMG, margin: Expression, scope: int, part: int) -> Expression | None:
    """Q[part] from Q[scope] (lemma 4): conditionals of the current kernel; None when too long.

    Each sum over what comes after a vertex is made from the one before.
    """
    if part == scope:
        return margin
    factors: list[Expression] = []
    length, tail = 0, margin
    for v in reversed(list(bits(scope & -(part & -part)))):
        shorter = total(_symbols(graph, 1 << v), tail)
        if part >> v & 1:
            factors.append(quotient(tail, shorter))
            length += factors[-1].size
            if length > 4 * LONGEST:  # what cancels in the product is at most a part of this
                return None
        tail = shorter
    return product(factors)


def _without_sinks(graph: ADMG, scope: int, *, among: int) -> Iterable[int]:
    sinks = (1 << v for v in bits(among) if not graph.child_masks[v] & scope)
    return (scope & ~sink for sink in sinks if scope != sink)


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
