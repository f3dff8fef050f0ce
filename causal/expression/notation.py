"""How a formula is written: the same tree as plain text and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from causal.variables import Symbol, natural, typeset

__all__ = ["LATEX", "TEXT", "Notation", "by_name"]


class Notation(Protocol):
    """The marks on the page; precedence and order are decided by the tree."""

    def symbol(self, symbol: Symbol) -> str:
        """One value, such as x or x'."""

    def law(self, of: Iterable[Symbol], given: Iterable[Symbol], do: Iterable[Symbol]) -> str:
        """A probability P(of | do, given)."""

    def sum(self, over: Iterable[Symbol], body: str) -> str:
        """A sum; it reaches as far to the right as it can."""

    def product(self, factors: Sequence[str]) -> str:
        """Factors side by side."""

    def quotient(self, numerator: str, denominator: str) -> str:
        """A fraction."""

    def grouped(self, body: str) -> str:
        """A body in brackets."""

    @property
    def fractions_bracket(self) -> bool:
        """Whether a fraction is drawn so that its parts need no brackets."""


@lru_cache(maxsize=4096)
def by_name(symbol: Symbol) -> tuple[object, ...]:
    """Sort key: natural name order, then marks, then constants by their text."""
    constant = () if symbol.value is None else natural(symbol.shown)
    return (natural(symbol.variable), symbol.variable, symbol.mark, constant)


@dataclass(frozen=True)
class _Text:
    fractions_bracket: bool = False

    def symbol(self, symbol: Symbol) -> str:
        return str(symbol)

    def names(self, symbols: Iterable[Symbol]) -> str:
        return ", ".join(map(self.symbol, sorted(symbols, key=by_name)))

    def law(self, of: Iterable[Symbol], given: Iterable[Symbol], do: Iterable[Symbol]) -> str:
        actions = self.names(do)
        behind = [f"do({actions})"] if actions else []
        behind += [observed] if (observed := self.names(given)) else []
        bar = f" | {', '.join(behind)}" if behind else ""
        return f"P({self.names(of)}{bar})"

    def sum(self, over: Iterable[Symbol], body: str) -> str:
        return f"Σ_{{{self.names(over)}}} {body}"

    def product(self, factors: Sequence[str]) -> str:
        return " ".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        return f"{numerator} / {denominator}"

    def grouped(self, body: str) -> str:
        return f"({body})"


@dataclass(frozen=True)
class _Latex:
    fractions_bracket: bool = True

    def symbol(self, symbol: Symbol) -> str:
        if symbol.value is not None:
            shown = typeset(symbol.shown) if isinstance(symbol.value, str) else symbol.shown
            return f"{typeset(symbol.variable)} = {shown}"
        return typeset(symbol.variable) + "'" * symbol.mark

    def names(self, symbols: Iterable[Symbol]) -> str:
        return ", ".join(map(self.symbol, sorted(symbols, key=by_name)))

    def law(self, of: Iterable[Symbol], given: Iterable[Symbol], do: Iterable[Symbol]) -> str:
        actions = self.names(do)
        behind = [rf"\operatorname{{do}}({actions})"] if actions else []
        behind += [observed] if (observed := self.names(given)) else []
        bar = rf" \mid {', '.join(behind)}" if behind else ""
        return f"P({self.names(of)}{bar})"

    def sum(self, over: Iterable[Symbol], body: str) -> str:
        return rf"\sum_{{{self.names(over)}}} {body}"

    def product(self, factors: Sequence[str]) -> str:
        return r" \, ".join(factors)

    def quotient(self, numerator: str, denominator: str) -> str:
        return rf"\frac{{{numerator}}}{{{denominator}}}"

    def grouped(self, body: str) -> str:
        return rf"\left({body}\right)"


TEXT: Notation = _Text()
LATEX: Notation = _Latex()
