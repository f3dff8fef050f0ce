"""Verma constraints: kernels that do not depend on a variable that their formula mentions.

Tian & Pearl (2002), "On the testable implications of causal models with hidden variables".  Q[D]
is a function of D and its parents alone, whichever way it was computed; a way through margins and
districts of larger kernels can mention more.  That it makes no difference is the recursive
factorisation that defines the nested Markov model (Richardson, Evans, Robins & Shpitser 2023).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from causal.expression import Expression, P, Symbols, fresh, product, quotient, total
from causal.expression.table import Hole, Table
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.identification.typical import typical_law
from causal.variables import Symbol, Variables, listed, natural

__all__ = ["KernelConstraint", "follows_from_independences", "kernel_constraints"]

MOST_KERNELS = 500
LARGEST = 10  # variables; the exact law that tells what is new has two to this many cells


@dataclass(frozen=True)
class KernelConstraint:
    """A formula whose value does not depend on some variables that it mentions freely.

    >>> formula = P.of_names("Y", "XZ")
    >>> print(KernelConstraint(formula, frozenset("Z")))
    P(Y | X, Z) does not depend on Z
    """

    formula: Expression
    free_of: Variables

    @property
    def variables(self) -> Variables:
        """Everything it mentions."""
        return self.formula.variables

    def __str__(self) -> str:
        return f"{self.formula} does not depend on {listed(self.free_of)}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        free_of = sorted(self.free_of, key=natural)
        return {"formula": str(self.formula), "latex": self.formula.latex(), "free_of": free_of}


def kernel_constraints(graph: ADMG) -> Generator[KernelConstraint, None, bool]:
    """Equalities of kernels that the graph implies and its independences do not, lazily.

    Those that mention more than ten variables with their causes are listed unscreened: they hold,
    but may follow from independences.  No more than 500 kernels are looked at; the
    generator returns whether that was all.

    >>> print(*kernel_constraints(ADMG.parse("A -> B -> C -> D; B <-> D")))
    Σ_{B} P(B | A) P(D | A, B, C) does not depend on A
    """
    known: list[KernelConstraint] = []
    kernels = list(islice(_observed(graph), MOST_KERNELS))
    for found in _extras(graph, kernels):
        if not any(found == other or _is_margin(found, other) for other in known):
            known.append(found)
            if not follows_from_independences(graph, found.formula, found.free_of):
                yield found
    return len(kernels) < MOST_KERNELS


def _is_margin(found: KernelConstraint, other: KernelConstraint) -> bool:
    """Whether a constraint sums another one over some variables, and so follows from it."""
    gone = other.formula.free - found.formula.free
    if not gone or not found.free_of <= other.free_of:
        return False
    return fresh(total(gone, other.formula)) == found.formula


def follows_from_independences(graph: ADMG, formula: Expression, free_of: Variables) -> bool:
    """Whether the independences of the graph alone keep a formula from depending on some variables.

    False where that is too costly to say.

    >>> follows_from_independences(ADMG.parse("A -> B -> C"), P.of_names("C", "AB"), frozenset("A"))
    True
    """
    if len(graph.ancestors(formula.variables)) > LARGEST:
        return False
    return _constant(formula.table(typical_law(graph, formula.variables)), free_of)


def _constant(table: Table, along: Variables) -> bool:
    """Whether a table has equal values wherever the other symbols have."""
    rest = [i for i, s in enumerate(table.symbols) if s.variable not in along]
    values: dict[tuple[object, ...], object] = {}
    return all(
        values.setdefault(tuple(cell[i] for i in rest), entry) == entry
        for cell, entry in table.cells.items()
        if not isinstance(entry, Hole)
    )


@dataclass(frozen=True)
class _Kernel:
    """Q[scope], the way that it was computed, and variables it is known not to depend on."""

    scope: int
    formula: Expression
    idle: int


def _extras(graph: ADMG, waiting: list[_Kernel]) -> Iterator[KernelConstraint]:
    """Every kernel on the way down whose formula mentions more than its kernel depends on.

    What is reached is added to ``waiting``.
    """
    seen = {kernel.scope for kernel in waiting}
    for kernel in waiting:
        for smaller in _smaller(graph, kernel):
            depends = smaller.scope | graph.parents_mask(smaller.scope)
            idle = graph.mask(s.variable for s in smaller.formula.free) & ~depends
            if new := idle & ~kernel.idle:
                yield KernelConstraint(fresh(smaller.formula), graph.named(new))
            if smaller.scope not in seen and len(waiting) < MOST_KERNELS:
                seen.add(smaller.scope)
                waiting.append(_Kernel(smaller.scope, smaller.formula, idle))


def _observed(graph: ADMG) -> Iterator[_Kernel]:
    """Q of every district of an ancestral set: a product of conditionals of the observed law."""
    waiting = graph.districts_mask(graph.everything)
    seen = set(waiting)
    for district in waiting:
        above = graph.ancestors_mask(district)
        factors = [_given_blanket(graph, v, above) for v in bits(district)]
        yield _Kernel(district, product(factors), 0)
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


def _smaller(graph: ADMG, kernel: _Kernel) -> Iterator[_Kernel]:
    """One vertex that causes no other of the scope is summed out; what is left splits."""
    for rest in _without_sinks(graph, kernel.scope, among=kernel.scope):
        margin = total(_symbols(graph, kernel.scope & ~rest), kernel.formula)
        for part in graph.districts_mask(rest):
            yield _Kernel(part, _district(graph, margin, rest, part), kernel.idle)


def _district(graph: ADMG, margin: Expression, scope: int, part: int) -> Expression:
    """Q[part] from Q[scope] (Tian & Pearl 2002, lemma 4): conditionals of the current kernel."""
    if part == scope:
        return margin
    factors = []
    for v in bits(part):
        after = scope & ~((2 << v) - 1)
        factors.append(
            quotient(
                total(_symbols(graph, after), margin),
                total(_symbols(graph, after | 1 << v), margin),
            )
        )
    return product(factors)


def _without_sinks(graph: ADMG, scope: int, *, among: int) -> Iterable[int]:
    sinks = (1 << v for v in bits(among) if not graph.child_masks[v] & scope)
    return (scope & ~sink for sink in sinks if scope != sink)


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
