"""What is left of a probability: a difference of two formulas, divided by a third.

Sums, products and quotients are all that an estimand needs; a difference is needed only where a
variable has no third value, so that not to have one is to have the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from causal.expression.atoms import ONE
from causal.expression.compounds import Product, Quotient, Sum
from causal.expression.formula import Expression
from causal.expression.law import Experiments, Frame, Labelled

if TYPE_CHECKING:
    from pandas import Series

__all__ = ["Complement"]


@final
@dataclass(frozen=True)
class Complement:
    """(whole - part) / evidence; the evidence depends on no open value.

    >>> from causal.expression import parse
    >>> print(Complement(parse("P(Y | do(X=1))"), parse("P(Y, X=1)"), parse("P(X=0)")))
    (P(Y | do(X=1)) - P(X=1, Y)) / P(X=0)
    """

    whole: Expression
    part: Expression
    evidence: Expression = ONE

    def __str__(self) -> str:
        difference = f"{_grouped(self.whole)} - {_grouped(self.part)}"
        if self.evidence == ONE:
            return difference
        return f"({difference}) / {_grouped(self.evidence)}"

    def evaluate(self, law: Labelled | Frame | Experiments) -> Series:
        """The value on a law, or on ``{Do(X=1): law, Do(): law}``, as a formula has it."""
        whole, part, evidence = (e.evaluate(law) for e in (self.whole, self.part, self.evidence))
        value: Series = (whole - part) / evidence.iloc[0]
        return value


def _grouped(formula: Expression) -> str:
    return f"({formula})" if isinstance(formula, Sum | Product | Quotient) else str(formula)
