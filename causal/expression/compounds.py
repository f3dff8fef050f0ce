"""The inner nodes of a formula: sums, products and fractions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import final

from causal.errors import FormulaError
from causal.expression.formula import NOTHING, Expression, Symbols, hashed_once, in_order
from causal.expression.law import Law
from causal.expression.notation import Notation
from causal.expression.table import Table, eliminated, quotient
from causal.variables import Symbol, Variables

__all__ = ["Product", "Quotient", "Sum", "aside", "in_reading_order", "unused"]


@final
@dataclass(frozen=True, repr=False)
class Sum(Expression):
    """The body, summed over every value of ``over``."""

    over: Symbols
    body: Expression

    def __post_init__(self) -> None:
        """Refuse a sum over nothing."""
        if not self.over:
            raise FormulaError("a sum needs a symbol to sum over")

    @cached_property
    def free(self) -> Symbols:
        """What the body depends on and the sum does not bind."""
        return self.body.free - self.over

    @cached_property
    def variables(self) -> Variables:
        """Those of the body, and those summed over."""
        return self.body.variables | {s.variable for s in self.over}

    @property
    def size(self) -> int:
        """That of the body."""
        return self.body.size

    def write(self, notation: Notation) -> str:
        """The sum sign and the body; in plain text a fraction is bracketed, lest it end the sum."""
        text = self.body.written(notation)
        loose = isinstance(self.body, Quotient) and not notation.fractions_bracket
        return notation.sum(self.over, notation.grouped(text) if loose else text)

    def table(self, law: Law) -> Table:
        """Joined and summed, the cheapest symbol first."""
        factors = self.body.factors if isinstance(self.body, Product) else (self.body,)
        return eliminated([f.table(law) for f in factors], self.over, law)

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Sum:
        """The same with its free symbols renamed; bound ones step aside."""
        names = {old: new for old, new in names.items() if old in self.free}
        taken = {names.get(s, s) for s in self.free}
        inner = dict(names)
        for symbol in sorted(self.over & taken):
            inner[symbol] = unused(symbol, taken | self.over | set(inner.values()))
        over = frozenset(inner.get(s, s) for s in self.over)
        return Sum(over, self.body.renamed(inner))

    def to_dict(self) -> dict[str, object]:
        """``{"sum": {"over": [...], "of": ...}}``."""
        return {"sum": {"over": in_order(self.over), "of": self.body.to_dict()}}

    __hash__ = hashed_once


@final
@dataclass(frozen=True, repr=False)
class Product(Expression):
    """The product of two or more factors."""

    factors: tuple[Expression, ...]

    def __post_init__(self) -> None:
        """Refuse a product of fewer factors."""
        if len(self.factors) < 2:
            raise FormulaError(f"a product needs two or more factors, not {len(self.factors)}")

    @cached_property
    def free(self) -> Symbols:
        """What any factor depends on."""
        return NOTHING.union(*(f.free for f in self.factors))

    @cached_property
    def variables(self) -> Variables:
        """Those of all factors."""
        return frozenset().union(*(f.variables for f in self.factors))

    @cached_property
    def size(self) -> int:
        """That of all factors."""
        return sum(f.size for f in self.factors)

    def write(self, notation: Notation) -> str:
        """Factors side by side; brackets where a factor would not be read back as one."""
        last = len(self.factors) - 1
        written = []
        for i, factor in enumerate(self.factors):
            text = factor.written(notation)
            loose = isinstance(factor, Quotient) and not notation.fractions_bracket
            if loose or isinstance(factor, Product) or (isinstance(factor, Sum) and i < last):
                text = notation.grouped(text)
            written.append(text)
        return notation.product(written)

    def table(self, law: Law) -> Table:
        """The pointwise product."""
        return eliminated([f.table(law) for f in self.factors], NOTHING, law)

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Product:
        """The same with its free symbols renamed."""
        return Product(tuple(f.renamed(names) for f in self.factors))

    def to_dict(self) -> dict[str, object]:
        """``{"product": [...]}``."""
        return {"product": [f.to_dict() for f in self.factors]}

    __hash__ = hashed_once


@final
@dataclass(frozen=True, repr=False)
class Quotient(Expression):
    """Numerator over denominator."""

    numerator: Expression
    denominator: Expression

    @cached_property
    def free(self) -> Symbols:
        """What either part depends on."""
        return self.numerator.free | self.denominator.free

    @cached_property
    def variables(self) -> Variables:
        """Those of both parts."""
        return self.numerator.variables | self.denominator.variables

    @cached_property
    def size(self) -> int:
        """That of both parts."""
        return self.numerator.size + self.denominator.size

    def write(self, notation: Notation) -> str:
        """A fraction; in plain text its compound parts are bracketed."""
        parts = []
        for part in (self.numerator, self.denominator):
            text = part.written(notation)
            compound = isinstance(part, Sum | Product | Quotient)
            bracket = compound and not notation.fractions_bracket
            parts.append(notation.grouped(text) if bracket else text)
        return notation.quotient(*parts)

    def table(self, law: Law) -> Table:
        """The pointwise ratio."""
        return quotient(self.numerator.table(law), self.denominator.table(law), law, str(self))

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Quotient:
        """The same with its free symbols renamed."""
        return Quotient(self.numerator.renamed(names), self.denominator.renamed(names))

    def to_dict(self) -> dict[str, object]:
        """``{"quotient": [numerator, denominator]}``."""
        return {"quotient": [self.numerator.to_dict(), self.denominator.to_dict()]}

    __hash__ = hashed_once


def unused(symbol: Symbol, taken: Set[Symbol]) -> Symbol:
    """The symbol with the fewest marks more that is not taken yet: x, x', x''."""
    while symbol in taken:
        symbol = Symbol(symbol.variable, symbol.mark + 1)
    return symbol


def aside(symbols: Set[Symbol], taken: Set[Symbol]) -> dict[Symbol, Symbol]:
    """New names for symbols, none of them taken and no two equal."""
    names: dict[Symbol, Symbol] = {}
    for symbol in sorted(symbols):
        names[symbol] = unused(symbol, taken | set(names.values()))
    return names


def in_reading_order(factors: Iterable[Expression]) -> tuple[Expression, ...]:
    """Laws first, sums last, each by its text: equal products print alike."""
    return tuple(sorted(factors, key=lambda f: (isinstance(f, Sum), f.reading)))
