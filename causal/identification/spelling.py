"""A step about variables, carried over to the symbols that stand for them in a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from causal.calculus import Step
from causal.expression import Expression, P, Product, Quotient, Sum, Symbols
from causal.variables import Symbol

__all__ = ["names_of", "spelled", "spelled_formula"]


def names_of(*laws: P) -> dict[Symbol, Symbol] | None:
    """The symbol of each variable of some laws; None if one has two.

    >>> names_of(P.of_names("Y", "X").renamed({Symbol("X"): Symbol("X", 1)}))[Symbol("X")]
    Symbol(variable='X', mark=1, value=None)
    """
    symbols = frozenset().union(*(law.symbols for law in laws))
    names = {Symbol(s.variable): s for s in symbols}
    return names if len(names) == len(symbols) else None


def spelled(step: Step, names: Mapping[Symbol, Symbol]) -> Step:
    """The step with other symbols throughout; its separation speaks of variables, and stays."""
    before, after = (spelled_formula(side, names) for side in (step.before, step.after))
    return replace(step, before=before, after=after)


def spelled_formula(formula: Expression, names: Mapping[Symbol, Symbol]) -> Expression:
    """The formula with other symbols throughout, also for what it sums over.

    >>> from causal.expression import parse
    >>> print(spelled_formula(parse("Σ_{Z} P(Y | Z) P(Z)"), {Symbol("Z"): Symbol("Z", 1)}))
    Σ_{Z'} P(Y | Z') P(Z')
    """

    def anew(symbols: Symbols) -> Symbols:
        return frozenset(names.get(s, s) for s in symbols)

    match formula:
        case P(of, given, do):
            return P(anew(of), anew(given), anew(do))
        case Sum(over, body):
            return Sum(anew(over), spelled_formula(body, names))
        case Product(factors):
            return Product(tuple(spelled_formula(factor, names) for factor in factors))
        case Quotient(numerator, denominator):
            return Quotient(spelled_formula(numerator, names), spelled_formula(denominator, names))
        case _:
            return formula
