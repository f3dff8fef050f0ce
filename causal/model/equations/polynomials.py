"""Equations that are polynomials, recognised as such: sums of coefficients times products."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from causal.model.equations.syntax import Chain, Expression, Name, Number, Power, Unary

__all__ = ["Terms", "degree", "polynomial"]

Terms: TypeAlias = dict[tuple[str, ...], Fraction]

MOST = 500  # terms


def polynomial(expression: Expression) -> Terms | None:
    """The terms of a polynomial; None where an equation is none, or has too many terms.

    >>> from causal.model.equations.parsing import parse_equation
    >>> terms = polynomial(parse_equation("(X + 1) * X / 2 - 3"))
    >>> [(names, str(c)) for names, c in terms.items()]
    [(('X', 'X'), '1/2'), (('X',), '1/2'), ((), '-3')]
    >>> polynomial(parse_equation("1 / X")) is None
    True
    """
    match expression:
        case Number(value):
            return _kept({(): Fraction(value)})
        case Name(name):
            return {(name,): Fraction(1)}
        case Unary("-", operand):
            return _times(polynomial(operand), {(): Fraction(-1)})
        case Power(base, Number(exponent)) if exponent in range(9):
            found: Terms | None = {(): Fraction(1)}
            for _ in range(int(exponent)):
                found = _times(found, polynomial(base))
            return found
        case Chain(first, steps):
            return _chained(polynomial(first), steps)
    return None


def degree(terms: Mapping[tuple[str, ...], Fraction]) -> int:
    """The length of the longest product.

    >>> degree({("X", "X"): Fraction(1), (): Fraction(2)})
    2
    """
    return max(map(len, terms), default=0)


def _chained(found: Terms | None, steps: tuple[tuple[str, Expression], ...]) -> Terms | None:
    for sign, operand in steps:
        other = polynomial(operand)
        match sign:
            case "+":
                found = _plus(found, other)
            case "-":
                found = _plus(found, _times(other, {(): Fraction(-1)}))
            case "*":
                found = _times(found, other)
            case "/" if other is not None and degree(other) == 0 and other:
                found = _times(found, {(): 1 / other[()]})
            case _:
                return None
    return found


def _plus(one: Terms | None, other: Terms | None) -> Terms | None:
    if one is None or other is None:
        return None
    total = dict(one)
    for names, coefficient in other.items():
        total[names] = total.get(names, Fraction(0)) + coefficient
    return _kept(total)


def _times(one: Terms | None, other: Terms | None) -> Terms | None:
    if one is None or other is None or len(one) * len(other) > MOST:
        return None
    product: Terms = {}
    for left, a in one.items():
        for right, b in other.items():
            names = tuple(sorted(left + right))
            product[names] = product.get(names, Fraction(0)) + a * b
    return _kept(product)


def _kept(terms: Terms) -> Terms:
    return {names: coefficient for names, coefficient in terms.items() if coefficient}
