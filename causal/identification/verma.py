"""Verma constraints: kernels that do not depend on a variable that their formula mentions.

Tian & Pearl (2002), "On the testable implications of causal models with hidden variables".  Q[D]
is a function of D and its parents alone, whichever way it was computed; a way through margins and
districts of larger kernels can mention more.  That it makes no difference is the recursive
factorisation that defines the nested Markov model (Richardson, Evans, Robins & Shpitser 2023).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from causal.expression import Expression, fresh, total
from causal.expression.table import Hole, Table
from causal.graph import ADMG
from causal.identification.kernels import KernelSearch
from causal.identification.typical import typical_law
from causal.variables import Variables, listed, natural

__all__ = [
    "KernelConstraint",
    "can_be_screened",
    "follows_from_independences",
    "kernel_constraints",
]

LARGEST: Final = 10  # variables; the law that tells what is new has two to this many cells


@dataclass(frozen=True)
class KernelConstraint:
    """A formula whose value does not depend on some variables that it mentions freely.

    ``screened`` is False when it was too costly to say whether the independences imply it.

    >>> from causal.expression import parse
    >>> formula = parse("P(Y | X, Z)")
    >>> print(KernelConstraint(formula, frozenset("Z")))
    P(Y | X, Z) does not depend on Z
    """

    formula: Expression
    free_of: Variables
    screened: bool = field(default=True, compare=False)

    @property
    def variables(self) -> Variables:
        """Everything it mentions."""
        return self.formula.variables

    def __str__(self) -> str:
        return f"{self.formula} does not depend on {listed(self.free_of)}"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        free_of = sorted(self.free_of, key=natural)
        return {
            "formula": str(self.formula),
            "latex": self.formula.latex(),
            "free_of": free_of,
            "screened": self.screened,
        }


def kernel_constraints(graph: ADMG) -> Generator[KernelConstraint, None, tuple[str, ...]]:
    """Equalities of kernels that the graph implies and its independences do not, lazily.

    Those that mention more than ten variables with their causes are listed unscreened: they hold,
    but may follow from independences.  The search is bounded, and the generator returns what it
    left out, one phrase a reason.

    >>> print(*kernel_constraints(ADMG.parse("A -> B -> C -> D; B <-> D")))
    Σ_{B} P(B | A) P(D | A, B, C) does not depend on A
    """
    known: dict[KernelConstraint, None] = {}
    search = KernelSearch(graph)
    for kernel in search:
        if not (new := kernel.idle(graph) & ~kernel.known):
            continue
        formula, free_of = fresh(kernel.formula), graph.named(new)
        found = KernelConstraint(formula, free_of, screened=can_be_screened(graph, formula))
        if found not in known and not any(_is_margin(found, other) for other in known):
            known[found] = None
            if not follows_from_independences(graph, formula, free_of):
                yield found
    return search.left_out


def _is_margin(found: KernelConstraint, other: KernelConstraint) -> bool:
    """Whether a constraint sums another one over some variables, and so follows from it."""
    if not (found.formula.free < other.formula.free and found.free_of <= other.free_of):
        return False
    gone = other.formula.free - found.formula.free
    return fresh(total(gone, other.formula)) == found.formula


def follows_from_independences(graph: ADMG, formula: Expression, free_of: Variables) -> bool:
    """Whether the independences of the graph alone keep a formula from depending on some variables.

    False where that is too costly to say.

    >>> from causal.expression import parse
    >>> chain, formula = ADMG.parse("A -> B -> C"), parse("P(C | A, B)")
    >>> follows_from_independences(chain, formula, free_of=frozenset("A"))
    True
    """
    if not can_be_screened(graph, formula):
        return False
    return _constant(formula.table(typical_law(graph, formula.variables)), free_of)


def can_be_screened(graph: ADMG, formula: Expression) -> bool:
    """Whether a formula and its causes are few enough for their law to be written down."""
    return len(graph.ancestors(formula.variables)) <= LARGEST


def _constant(table: Table, along: Variables) -> bool:
    """Whether a table has equal values wherever the other symbols have."""
    rest = [i for i, s in enumerate(table.symbols) if s.variable not in along]
    values: dict[tuple[object, ...], object] = {}
    return all(
        values.setdefault(tuple(cell[i] for i in rest), entry) == entry
        for cell, entry in table.cells.items()
        if not isinstance(entry, Hole)
    )
