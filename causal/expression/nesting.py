"""Sums pushed inward: a symbol is summed where it is needed and nowhere else (Dechter 1999)."""

from __future__ import annotations

from collections.abc import Sequence

from causal.expression.compounds import Product, Quotient, Sum, in_reading_order
from causal.expression.formula import NOTHING, Expression, Symbols
from causal.variables import Symbol

__all__ = ["inward"]


def inward(formula: Expression) -> Expression:
    """The same formula; no sum holds more factors than it must, where that makes a smaller table.

    >>> from causal.expression import parse
    >>> print(inward(parse("Σ_{X', Z} P(X') P(Y | X', Z) P(Z | X)")))
    Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    """
    match formula:
        case Sum(over, body):
            inner = inward(body)
            factors = inner.factors if isinstance(inner, Product) else (inner,)
            return _summed(over, list(factors))
        case Product(factors):
            return Product(in_reading_order(map(inward, factors)))
        case Quotient(numerator, denominator):
            return Quotient(inward(numerator), inward(denominator))
        case _:
            return formula


def _summed(over: Symbols, factors: list[Expression]) -> Expression:
    """The symbol whose factors speak of the fewest others is summed over them alone, first."""
    while over and (inner := _innermost(over, factors)):
        bound, within = inner
        factors = [f for f in factors if f not in within] + [Sum(bound, _product(within))]
        over -= bound
    whole = _product(factors)
    return Sum(over, whole) if over else whole


def _innermost(over: Symbols, factors: list[Expression]) -> tuple[Symbols, list[Expression]] | None:
    """What can be summed over some factors alone, in the smallest table; None when nothing can."""
    whole = NOTHING.union(*(f.free for f in factors))
    choices = []
    for symbol in sorted(over):
        within = [f for f in factors if symbol in f.free]
        table = NOTHING.union(*(f.free for f in within))
        if within and len(within) < len(factors) and table < whole:
            choices.append((len(table), symbol, within))
    if not choices:
        return None
    _, symbol, within = min(choices, key=lambda choice: choice[:2])
    return _alone(symbol, within, over, factors), within


def _alone(
    symbol: Symbol, within: list[Expression], over: Symbols, factors: list[Expression]
) -> Symbols:
    """The symbol, and all others that no factor but those mentions."""
    elsewhere = NOTHING.union(*(f.free for f in factors if f not in within))
    inside = NOTHING.union(*(f.free for f in within))
    return frozenset((symbol,)) | (over & inside - elsewhere)


def _product(factors: Sequence[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(in_reading_order(factors))
