"""Looking into a formula: the laws in it, replacing parts of it, the order of its factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from causal.expression.algebra import product, quotient, total
from causal.expression.atoms import P
from causal.expression.compounds import Product, Quotient, Sum, in_reading_order
from causal.expression.formula import Expression
from causal.expression.scoping import fresh

__all__ = ["arranged", "laws", "replaced", "simplified"]


def replaced(formula: Expression, parts: Mapping[Expression, Expression]) -> Expression:
    """The formula with every occurrence of some parts put in their place, outermost first.

    >>> from causal.expression import P
    >>> law, other = P.of_names("Y", do="X"), P.of_names("Y", "X")
    >>> print(replaced(Product((law, P.of_names("Z"))), {law: other}))
    P(Y | X) P(Z)
    """
    if (found := parts.get(formula)) is not None:
        return found
    match formula:
        case Sum(over, body):
            return Sum(over, replaced(body, parts))
        case Product(factors):
            return Product(_flat(replaced(f, parts) for f in factors))
        case Quotient(numerator, denominator):
            return Quotient(replaced(numerator, parts), replaced(denominator, parts))
        case _:
            return formula


def _flat(factors: Iterable[Expression]) -> tuple[Expression, ...]:
    """A product among factors gives its own."""
    parts = (f.factors if isinstance(f, Product) else (f,) for f in factors)
    return tuple(chain.from_iterable(parts))


def laws(formula: Expression) -> frozenset[P]:
    """The laws that a formula mentions.

    >>> from causal.expression import P
    >>> sorted(map(str, laws(Product((P.of_names("Y", "X"), P.of_names("X"))))))
    ['P(X)', 'P(Y | X)']
    """
    match formula:
        case P():
            return frozenset((formula,))
        case Sum(body=body):
            return laws(body)
        case Product(factors):
            return frozenset().union(*map(laws, factors))
        case Quotient(numerator, denominator):
            return laws(numerator) | laws(denominator)
        case _:
            return frozenset()


def arranged(formula: Expression) -> Expression:
    """The formula with fresh bound symbols and its factors in reading order, not simplified."""
    return _arranged(fresh(formula))


def _arranged(formula: Expression) -> Expression:
    match formula:
        case Sum(over, Sum(more, body)):
            return _arranged(Sum(over | more, body))
        case Sum(over, body):
            return Sum(over, _arranged(body))
        case Product(factors):
            return Product(in_reading_order(_flat(map(_arranged, factors))))
        case Quotient(numerator, denominator):
            return Quotient(_arranged(numerator), _arranged(denominator))
        case _:
            return formula


def simplified(formula: Expression) -> Expression:
    """The formula built again by the constructors that simplify.

    >>> from causal.expression import P
    >>> from causal.variables import Symbol
    >>> law = Product((P.of_names("Y", "X"), P.of_names("X")))
    >>> print(simplified(Sum(frozenset([Symbol("X")]), law)))
    P(Y)
    """
    match formula:
        case Sum(over, body):
            return total(over, simplified(body))
        case Product(factors):
            return product(map(simplified, factors))
        case Quotient(numerator, denominator):
            return quotient(simplified(numerator), simplified(denominator))
        case _:
            return formula
