"""One form for all formulas that differ only in names of bound symbols and in order.

The names of summed symbols, the order and nesting of factors, and the nesting of sums mean nothing.
Outer sums are named first; where one sum binds several values of one variable, the naming that
reads least is taken.  No identity of probability is used: ``simplified`` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, permutations, product
from typing import Final

from causal.expression.atoms import P
from causal.expression.compounds import Product, Quotient, Sum, aside, in_reading_order, unused
from causal.expression.formula import Expression, Symbols
from causal.expression.notation import by_name
from causal.variables import Symbol

__all__ = ["alike", "canonical"]

MOST_NAMINGS: Final = 24  # tried in all, along one branch of sums within sums


def alike(one: Expression, other: Expression) -> bool:
    """Whether two formulas are equal up to names of bound symbols, and order.

    >>> from causal.expression import parse
    >>> alike(parse("Σ_{X'} P(X') P(Y | X')"), parse("Σ_{X} P(Y | X) P(X)"))
    True
    >>> alike(parse("Σ_{X} P(X) P(Y | X)"), parse("P(Y)"))  # equal in value, not in form
    False
    """
    return canonical(one) == canonical(other)


def canonical(formula: Expression) -> Expression:
    """The form that all formulas alike share; no symbol in it is both bound and free.

    Always a formula of the same value.  That formulas alike get one form is certain unless sums
    bind more than four values of one variable that play like parts.

    >>> from causal.expression import parse
    >>> print(canonical(parse("Σ_{X''} Σ_{Z} P(Y | X'', Z) (P(Z) P(X''))")))
    Σ_{X, Z} P(X) P(Y | X, Z) P(Z)
    """
    return _named(_flat(formula), formula.free, MOST_NAMINGS)


def _flat(formula: Expression) -> Expression:
    """Sums directly within sums joined, products directly within products."""
    match formula:
        case Sum(over, body):
            inner = _flat(body)
            if not isinstance(inner, Sum):
                return Sum(over, inner)
            # An inner symbol of the same name is another one, and steps aside.
            clash = aside(over & inner.over, over | inner.over | inner.body.free)
            bound = frozenset(clash.get(s, s) for s in inner.over)
            return Sum(over | bound, inner.body.renamed(clash))
        case Product(factors):
            parts = (f.factors if isinstance(f, Product) else (f,) for f in map(_flat, factors))
            return Product(tuple(chain.from_iterable(parts)))
        case Quotient(numerator, denominator):
            return Quotient(_flat(numerator), _flat(denominator))
        case _:
            return formula


def _named(formula: Expression, taken: Symbols, budget: int) -> Expression:
    match formula:
        case Sum(over, body):
            orders = list(islice(_orders(over, body), budget))
            budget = max(1, budget // len(orders))
            return min((_bound(order, body, taken, budget) for order in orders), key=str)
        case Product(factors):
            return Product(in_reading_order(_named(f, taken, budget) for f in factors))
        case Quotient(numerator, denominator):
            return Quotient(_named(numerator, taken, budget), _named(denominator, taken, budget))
        case _:
            return formula


def _bound(order: Iterable[Symbol], body: Expression, taken: Symbols, budget: int) -> Sum:
    """The sum whose symbols get the least free names, in order."""
    names: dict[Symbol, Symbol] = {}
    for symbol in order:
        names[symbol] = unused(Symbol(symbol.variable), taken | set(names.values()))
    over = frozenset(names.values())
    return Sum(over, _named(body.renamed(names), taken | over, budget))


def _orders(over: Symbols, body: Expression) -> Iterator[tuple[Symbol, ...]]:
    """The orders of the symbols of each variable that their parts in the body leave open."""
    blocks: list[Sequence[Symbol]] = []
    for _, group in groupby(sorted(over, key=by_name), key=lambda s: s.variable):
        symbols = list(group)
        part = {s: _part(s, body, over) if len(symbols) > 1 else "" for s in symbols}
        symbols.sort(key=part.__getitem__)
        blocks += [list(same) for _, same in groupby(symbols, key=part.__getitem__)]
    for choice in product(*map(permutations, blocks)):
        yield tuple(chain.from_iterable(choice))


def _part(symbol: Symbol, body: Expression, over: Symbols) -> str:
    """What the symbol does in the body, its fellows nameless: the same under every naming."""

    def place(s: Symbol, bound: Symbols) -> str:
        if s in bound or (s in over and s != symbol):
            return f"{Symbol(s.variable)}?"
        return f"{Symbol(s.variable)}!" if s == symbol else str(s)

    def places(symbols: Symbols, bound: Symbols) -> str:
        return ",".join(sorted(place(s, bound) for s in symbols))

    def told(formula: Expression, bound: Symbols) -> str:
        match formula:
            case P(of, given, do):
                return f"P({places(of, bound)}|{places(given, bound)}|{places(do, bound)})"
            case Sum(more, inner):
                return f"S({places(more, bound | more)};{told(inner, bound | more)})"
            case Product(factors):
                return f"({'*'.join(sorted(told(f, bound) for f in factors))})"
            case Quotient(numerator, denominator):
                return f"({told(numerator, bound)}/{told(denominator, bound)})"
            case _:
                return str(formula)

    return told(body, frozenset())
