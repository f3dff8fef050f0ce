"""The grammar of formulas, read by recursive descent: the inverse of printing them.

formula = product ["/" product]
product = factor {factor}
factor  = "P(" symbols ["|" behind] ")" | "Σ_{" symbols "}" product | "(" formula ")" | "1" | "0"
behind  = "do(" symbols ")" ["," symbols] | symbols
symbol  = name ({"'"} | "=" value)

A sum takes all that follows, up to a closing bracket or a bar of a fraction.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple, final

from causal.errors import FormulaSyntaxError
from causal.expression.atoms import ONE, ZERO, P
from causal.expression.compounds import Product, Quotient, Sum
from causal.expression.formula import NOTHING, Expression, Symbols
from causal.variables import Symbol, unquoted

__all__ = ["parse"]

DEEPEST: Final = 100  # brackets and sums inside one another


def parse(text: str) -> Expression:
    """Read a formula; what ``str`` of a formula prints is read back as the same formula.

    Names that are no plain word stand in double quotes.  Raises FormulaSyntaxError, with line and
    column, in time linear in the text.

    >>> parse("Σ_{Z} P(Y | X, Z) P(Z)") == parse("sum_{Z} (P(Y | Z, X) P(Z))")
    True
    >>> parse("P(Y | do(X)")
    Traceback (most recent call last):
        ...
    causal.errors.FormulaSyntaxError: 1:12: expected a comma or ), found the end
      P(Y | do(X)
                 ^
    """
    return _Reader(text).whole()


class _Token(NamedTuple):
    kind: str  # "sum", "number", "name", "quoted", "mark" or "eof"
    value: str
    position: int


_TOKEN = re.compile(
    r"""(?P<skip>\s+)
      | (?P<sum>(?:Σ|sum)_(?=\{))
      | (?P<number>-?\d++\.\d++(?:[eE][-+]?\d++)?|-?\d++[eE][-+]?\d++|-\d++)
      | (?P<name>[^\W\d][\w.]*+|\d++)
      | (?P<quoted>"[^"\\]*+(?:\\.[^"\\]*+)*+")
      | (?P<mark>[{}()|,/'=])""",
    re.VERBOSE | re.DOTALL,
)


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            unclosed = text[position] == '"'
            problem = "this quote is never closed" if unclosed else f"unexpected {text[position]!r}"
            raise FormulaSyntaxError(text, position, problem)
        kind = str(match.lastgroup)
        if kind == "quoted":
            value = unquoted(match[0])
            yield _Token(kind, value, position)
        elif kind != "skip":
            yield _Token(kind, match[0], position)
        position = match.end()
    yield _Token("eof", "the end", position)


@final
class _Reader:
    """Where the reading stands, and how deep."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        formula = self.formula()
        if self.here.kind != "eof":
            raise self.error("a factor such as P(Y | X), or the end of the formula")
        return formula

    def formula(self) -> Expression:
        above = self.product()
        return Quotient(above, self.product()) if self.accept("/") else above

    def product(self) -> Expression:
        factors = [self.factor()]
        while not (self.here.kind == "eof" or self.at_mark(")") or self.at_mark("/")):
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def factor(self) -> Expression:
        if self.here.kind == "sum":
            return self.sum()
        if self.at_mark("("):
            self.deeper()
            inside = self.formula()
            self.expect(")", "a factor or the closing )")
            self.depth -= 1
            return inside
        match self.here:
            case ("name", "P", _):
                self.at += 1
                return self.law()
            case ("name", ("1" | "0") as digit, _):
                self.at += 1
                return ONE if digit == "1" else ZERO
        raise self.error("a factor: P(...), Σ_{...}, 1, or a formula in brackets")

    def sum(self) -> Expression:
        self.deeper()
        self.expect("{", "{")
        over = self.symbols("}")
        body = self.product()
        self.depth -= 1
        return Sum(over, body)

    def law(self) -> P:
        self.expect("(", "( after P")
        start = self.here.position
        of, given, do = self.symbols("|", ")"), NOTHING, NOTHING
        if self.tokens[self.at - 1].value == "|":
            more = True
            if self.here[:2] == ("name", "do") and self.tokens[self.at + 1][:2] == ("mark", "("):
                self.at += 2
                do = self.symbols(")")
                more = self.accept(",")
            if more:
                given = self.symbols(")")
            else:
                self.expect(")", "a comma or )")
        if twice := of & given | do & (of | given):
            problem = (
                f"{min(map(str, twice))} stands in two places of this law; each symbol has one"
            )
            raise FormulaSyntaxError(self.text, start, problem)
        return P(of, given, do)

    def symbols(self, *ends: str) -> Symbols:
        """Symbols up to and with one of the closing marks."""
        found = {self.symbol()}
        while self.accept(","):
            before = self.here.position
            symbol = self.symbol()
            if symbol in found:
                raise FormulaSyntaxError(self.text, before, f"{symbol} stands twice in one list")
            found.add(symbol)
        if not any(map(self.accept, ends)):
            raise self.error(f"a comma or {' or '.join(ends)}")
        return frozenset(found)

    def symbol(self) -> Symbol:
        token = self.here
        if token.kind not in ("name", "quoted") or not token.value:
            raise self.error("the name of a variable")
        self.at += 1
        if self.accept("="):
            return Symbol(token.value, value=self.value())
        start = self.at
        while self.accept("'"):
            pass
        return Symbol(token.value, self.at - start)

    def value(self) -> Hashable:
        kind, text, _ = self.here
        if kind not in ("number", "name", "quoted"):
            raise self.error("a value, such as 1 or male")
        self.at += 1
        if kind == "quoted" or not (kind == "number" or text.isdecimal()):
            return text == "True" if kind == "name" and text in ("True", "False") else text
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 40 else float(text)

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def at_mark(self, mark: str) -> bool:
        return self.here.kind == "mark" and self.here.value == mark

    def accept(self, mark: str) -> bool:
        found = self.at_mark(mark)
        self.at += found
        return found

    def expect(self, mark: str, wanted: str) -> None:
        if not self.accept(mark):
            raise self.error(wanted)

    def deeper(self) -> None:
        """One bracket or sum further in."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"at most {DEEPEST} brackets and sums inside one another")
        self.at += 1

    def error(self, wanted: str) -> FormulaSyntaxError:
        kind, value, position = self.here
        shown = value if len(value) <= 40 else value[:40] + "..."
        found = shown if kind == "eof" else repr(shown)
        return FormulaSyntaxError(self.text, position, f"expected {wanted}, found {found}")
