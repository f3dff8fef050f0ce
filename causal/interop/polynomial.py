"""sympy, once more: the mean of a linear or polynomial mechanism, for algebra by machine.

The formula is built from numbers and generated symbols; no name of a user reaches sympy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from causal.model import Linear, Polynomial
from causal.model.continuous.curves import Monomial
from causal.variables import Variable

__all__ = ["MeanInSympy", "to_polynomial"]


@dataclass(frozen=True, eq=False)
class MeanInSympy:
    """A polynomial in sympy, and which variable each of its symbols stands for."""

    expression: sympy.Expr
    variables: Mapping[sympy.Symbol, Variable]

    def __str__(self) -> str:
        known = [f"{symbol} = {name}" for symbol, name in self.variables.items()]
        return "\n".join([str(self.expression), *known])


def to_polynomial(mean: Linear | Polynomial) -> MeanInSympy:
    """The mean of what is given, without the noise; whole coefficients become integers.

    >>> print(to_polynomial(Polynomial({(): 1, "dose": 2, ("dose", "dose"): -0.5})))
    -0.5*x0**2 + 2*x0 + 1
    x0 = dose
    """
    terms = dict(_polynomial(mean).terms)
    symbols = {name: sympy.Symbol(f"x{i}", real=True) for i, name in enumerate(mean.given)}
    expression = sympy.Add(
        *(
            sympy.Mul(_number(weight), *(symbols[name] for name in names))
            for names, weight in terms.items()
        )
    )
    return MeanInSympy(expression, {symbol: name for name, symbol in symbols.items()})


def _polynomial(mean: Linear | Polynomial) -> Polynomial:
    if isinstance(mean, Polynomial):
        return mean
    terms: dict[Monomial | str, float] = {(name,): weight for name, weight in mean.pairs}
    return Polynomial({(): mean.intercept, **terms} if mean.intercept else terms)


def _number(weight: float) -> sympy.Number:
    return sympy.Integer(int(weight)) if weight.is_integer() else sympy.Float(weight)
