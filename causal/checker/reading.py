"""Formulas as nested tuples, read from the text that a person reads.

A formula is ("P", of, given, do), ("sum", over, body), ("product", factors), ("one",) or
("ratio", above, below); sets of symbols are frozensets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

__all__ = ["CheckError", "Formula", "Symbol", "Symbols", "laws", "plain", "read"]


class CheckError(Exception):
    """The certificate does not bear out its answer; the message says where."""


class Symbol(NamedTuple):
    """A value of a variable: x is ("X", 0) and x' is ("X", 1)."""

    name: str
    primes: int


Symbols: TypeAlias = frozenset[Symbol]
Formula: TypeAlias = tuple[Any, ...]  # tagged, as described above

_NAME = r"""(?:[^\W\d][\w.]*|\d+|"(?:[^"\\]|\\.)*")'{0,99}"""
_NAMES = rf"\s*{_NAME}\s*(?:,\s*{_NAME}\s*)*"
_LAW = (
    rf"P\((?P<of>{_NAMES})(?:\|\s*"
    rf"(?:do\((?P<do>{_NAMES})\)\s*(?:,(?P<also>{_NAMES}))?|(?P<given>{_NAMES})))?\)"
)
_TOKEN = re.compile(rf"\s*(?P<token>{_LAW}|Σ_\{{(?P<over>{_NAMES})\}}|[()/1])", re.DOTALL)
_ESCAPE = re.compile(r"(?s)\\(?:u\{(0?[0-9a-f]{1,5}|10[0-9a-f]{4})\}|(.))")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def read(text: str) -> Formula:
    """The formula that a text denotes; raises CheckError when it denotes none."""
    reader = _Reader(text.rstrip())
    formula = reader.ratio()
    reader.need("")
    return formula


def laws(formula: Formula) -> Iterator[Formula]:
    """Every P(...) in a formula."""
    if formula[0] == "P":
        yield formula
    for part in formula[1] if formula[0] == "product" else formula:
        if isinstance(part, tuple):
            yield from laws(part)


def plain(text: str) -> str:
    """A text on one line, without marks that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class _Reader:
    """Recursive descent over laws, signs of sums, brackets, / and 1."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str | Formula | Symbols] = []
        self.at = place = 0
        while place < len(text):
            if (match := _TOKEN.match(text, place)) is None:
                raise CheckError(f"cannot read {text[place : place + 40]!r} in a formula")
            self.tokens.append(_law(match) or _symbols(match["over"]) or match["token"])
            place = match.end()
        self.tokens.append("")

    def accept(self, token: str) -> bool:
        found = self.tokens[self.at] == token
        self.at += found
        return found

    def need(self, token: str) -> None:
        if not self.accept(token):
            raise CheckError(f"expected {token!r} in a formula, found {self.tokens[self.at]!r}")

    def ratio(self) -> Formula:
        above = self.product()
        return ("ratio", above, self.product()) if self.accept("/") else above

    def product(self) -> Formula:
        """Factors side by side; a sum takes all that follow."""
        factors = [self.factor()]
        while self.tokens[self.at] not in (")", "/", ""):
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else ("product", tuple(factors))

    def factor(self) -> Formula:
        if self.accept("("):
            inside = self.ratio()
            self.need(")")
            return inside
        token = self.tokens[self.at]
        self.at += 1
        match token:
            case tuple():
                return token
            case frozenset():
                return ("sum", token, self.product())
            case "1":
                return ("one",)
        raise CheckError(f"a formula has {token or 'its end'!r} in place of a factor")


def _law(match: re.Match[str]) -> Formula | None:
    if match["of"] is None:
        return None
    given = match["given"] or match["also"]
    parts = [_symbols(part) for part in (match["of"], given, match["do"])]
    names = [symbol.name for part in parts for symbol in part]
    if len(set(names)) < len(names):
        raise CheckError(f"a variable stands twice in {match['token']}")
    return ("P", *parts)


def _symbols(text: str | None) -> Symbols:
    found = []
    for written in re.findall(rf"(?s){_NAME}", text or ""):
        name = written.rstrip("'")
        primes = len(written) - len(name)
        if name.startswith('"'):
            name = _ESCAPE.sub(_unescaped, name[1:-1])
        found.append(Symbol(name, primes))
    if len(set(found)) < len(found):
        raise CheckError(f"a symbol stands twice in {text}")
    return frozenset(found)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2])
