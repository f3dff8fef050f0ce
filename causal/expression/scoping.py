"""Fresh names: no symbol of a formula is both bound and free, or bound twice on one branch.

Values in the place of free symbols: names that have one are taken, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from causal.expression.compounds import Product, Quotient, Sum, aside
from causal.expression.formula import Expression, Symbols
from causal.variables import Symbol, Variable

__all__ = ["fresh", "valued"]


def fresh(formula: Expression, taken: Symbols | None = None) -> Expression:
    """The same formula, its bound symbols marked where they would read as another one.

    >>> from causal.expression.atoms import P
    >>> from causal.expression.algebra import product, total
    >>> from causal.variables import Symbol
    >>> inner = total(frozenset([Symbol("X")]), product([P.of_names("X"), P.of_names("Y", "XZ")]))
    >>> print(fresh(product([P.of_names("Z", "X"), inner])))
    P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    """
    taken = formula.free if taken is None else taken
    match formula:
        case Sum(over, body):
            names = aside(over & taken, taken | over)
            bound = frozenset(names.get(s, s) for s in over)
            return Sum(bound, fresh(body.renamed(names) if names else body, taken | bound))
        case Product(factors):
            return Product(tuple(fresh(f, taken) for f in factors))
        case Quotient(numerator, denominator):
            return Quotient(fresh(numerator, taken), fresh(denominator, taken))
        case _:
            return formula


def valued(formula: Expression, values: Mapping[Variable, Hashable]) -> Expression:
    """The same formula at some values; what it sums over keeps clear of the names that have one.

    >>> from causal.expression import parse
    >>> print(valued(parse("Σ_{Z} P(Y | X, Z) P(Z)"), {"Y": 1, "X": 0, "Z": 0}))
    Σ_{Z'} P(Y=1 | X=0, Z') P(Z')
    """
    fixed = {Symbol(name): Symbol(name, value=value) for name, value in values.items()}
    return fresh(formula, formula.free | fixed.keys()).renamed(fixed)
