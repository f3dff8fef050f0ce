r"""sympy: a formula as sums of indexed symbols, for algebra by machine.

Each law becomes an array p0, p1, ... indexed by the numbers of values, each value a generated
symbol v0, v1, ..., each number of values n0, n1, ...; what they stand for is kept beside them.  No
name of a user reaches sympy, which would run some of them as code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy

from causal.expression import Expression, P, Product, Quotient, Sum, Zero, fresh
from causal.expression.notation import by_name
from causal.variables import Symbol, Variable

__all__ = ["InSympy", "to_sympy"]


@dataclass(frozen=True, eq=False)
class InSympy:
    """A sympy expression, and what its generated symbols stand for.

    The indices of a law are its outcomes, then what it is given, then what is set, each in natural
    order of names; they count values from 0.
    """

    expression: sympy.Expr
    laws: Mapping[sympy.IndexedBase, P]  # one for each law, up to names of values
    values: Mapping[sympy.Symbol, Symbol]
    sizes: Mapping[sympy.Symbol, Variable]  # how many values a summed variable takes

    def __str__(self) -> str:
        known = [f"{array} = {law}" for array, law in self.laws.items()]
        return "\n".join([str(self.expression), *known])


def to_sympy(formula: Expression) -> InSympy:
    """The formula for sympy; sums are unevaluated, from 0 to the number of values less one.

    >>> from causal.expression import parse
    >>> print(to_sympy(parse("Σ_{Z} P(Y | X, Z) P(Z)")))
    Sum(p0[v0, v1, v2]*p1[v2], (v2, 0, n0 - 1))
    p0 = P(Y | X, Z)
    p1 = P(Z)
    """
    work = _Translation()
    expression = work.translated(fresh(formula))
    return InSympy(
        expression,
        laws={array: law for law, array in work.laws.items()},
        values={value: symbol for symbol, value in work.values.items()},
        sizes={size: variable for variable, size in work.sizes.items()},
    )


@dataclass
class _Translation:
    """The generated symbols so far, in the order in which they were needed."""

    laws: dict[P, sympy.IndexedBase] = field(default_factory=dict)
    values: dict[Symbol, sympy.Symbol] = field(default_factory=dict)
    sizes: dict[Variable, sympy.Symbol] = field(default_factory=dict)

    def translated(self, formula: Expression) -> sympy.Expr:
        match formula:
            case P():
                return self.entry(formula)
            case Sum(over, body):
                inner = self.translated(body)
                limits = [
                    (self.value(s), 0, self.size(s.variable) - 1) for s in sorted(over, key=by_name)
                ]
                return sympy.Sum(inner, *limits)
            case Product(factors):
                return sympy.Mul(*map(self.translated, factors))
            case Quotient(numerator, denominator):
                return self.translated(numerator) / self.translated(denominator)
            case _:
                return sympy.Integer(0 if isinstance(formula, Zero) else 1)

    def entry(self, law: P) -> sympy.Expr:
        order = [s for part in (law.of, law.given, law.do) for s in sorted(part, key=by_name)]
        plain = law if len(law.variables) < len(order) else _unmarked(law)
        if plain not in self.laws:
            self.laws[plain] = sympy.IndexedBase(f"p{len(self.laws)}")
        return self.laws[plain][tuple(map(self.value, order))]

    def value(self, symbol: Symbol) -> sympy.Symbol:
        if symbol not in self.values:
            self.values[symbol] = sympy.Symbol(f"v{len(self.values)}", integer=True)
        return self.values[symbol]

    def size(self, variable: Variable) -> sympy.Symbol:
        if variable not in self.sizes:
            name = f"n{len(self.sizes)}"
            self.sizes[variable] = sympy.Symbol(name, integer=True, positive=True)
        return self.sizes[variable]


def _unmarked(law: P) -> P:
    """The law without marks: P(Y | X') is the same table as P(Y | X)."""
    return law.renamed({s: Symbol(s.variable) for s in law.symbols})
