"""Formulas as nested tuples, read from the text that a person reads.

A formula is ("P", of, given, do), ("sum", over, body), ("product", factors), ("one",) or
("ratio", above, below); sets of symbols are frozensets of (name, primes).
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

__all__ = ["CheckError", "Formula", "Symbol", "read"]

Symbol: TypeAlias = tuple[str, int]
Formula: TypeAlias = tuple[Any, ...]  # tagged, as described above

_TOKEN = re.compile(
    r"""\s*(?:(?P<sum>Σ_(?=\{))|(?P<name>[^\W\d][\w.]*|\d+)
       |"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<mark>[{}()|,/']))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class CheckError(Exception):
    """The certificate does not bear out its answer; the message says where."""


def read(text: str) -> Formula:
    """The formula that a text denotes.

    >>> read("P(Y | do(X), Z)")[0]
    'P'
    """
    tokens, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise CheckError(f"cannot read {text[position : position + 20]!r}")
        quoted = match["quoted"]
        if quoted is None:
            tokens.append((str(match.lastgroup), match[0].strip()))
        else:
            plain = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), quoted, flags=re.DOTALL)
            tokens.append(("quoted", plain))
        position = match.end()
    formula, rest = _group(tokens, 0)
    if rest != len(tokens):
        raise CheckError(f"cannot read {text!r} beyond {tokens[rest][1]!r}")
    return formula


_Tokens: TypeAlias = list[tuple[str, str]]


def _is(tokens: _Tokens, at: int, *marks: str) -> bool:
    return at < len(tokens) and tokens[at][0] != "quoted" and tokens[at][1] in marks


def _need(tokens: _Tokens, at: int, mark: str) -> int:
    if not _is(tokens, at, mark):
        raise CheckError(f"expected {mark!r} in a formula")
    return at + 1


def _group(tokens: _Tokens, at: int) -> tuple[Formula, int]:
    """A product, or a ratio of two of them; a sum takes all that follows."""
    above, at = _product(tokens, at)
    if _is(tokens, at, "/"):
        below, at = _product(tokens, at + 1)
        return ("ratio", above, below), at
    return above, at


def _product(tokens: _Tokens, at: int) -> tuple[Formula, int]:
    factors = []
    while at < len(tokens) and not _is(tokens, at, ")", "/"):
        factor, at = _factor(tokens, at)
        factors.append(factor)
    if not factors:
        raise CheckError("a formula has an empty part")
    return (factors[0] if len(factors) == 1 else ("product", tuple(factors))), at


def _factor(tokens: _Tokens, at: int) -> tuple[Formula, int]:
    if _is(tokens, at, "("):
        inside, at = _group(tokens, at + 1)
        return inside, _need(tokens, at, ")")
    if _is(tokens, at, "Σ_"):
        over, at = _symbols(tokens, _need(tokens, at + 1, "{"), "}")
        body, at = _product(tokens, at)
        return ("sum", over, body), at
    if _is(tokens, at, "1"):
        return ("one",), at + 1
    return _law(tokens, _need(tokens, _need(tokens, at, "P"), "("))


def _law(tokens: _Tokens, at: int) -> tuple[Formula, int]:
    of, at = _symbols(tokens, at, "|", ")")
    given: frozenset[Symbol] = frozenset()
    do: frozenset[Symbol] = frozenset()
    if _is(tokens, at - 1, "|"):
        if _is(tokens, at, "do") and _is(tokens, at + 1, "("):
            do, at = _symbols(tokens, at + 2, ")")
            at = at + 1 if _is(tokens, at, ",") else at
        given, at = _symbols(tokens, at, ")")
    names = [name for part in (of, given, do) for name, _ in part]
    if not of or len(set(names)) < len(names):
        raise CheckError(f"a law needs outcomes, and each variable once; found {sorted(names)}")
    return ("P", of, given, do), at


def _symbols(tokens: _Tokens, at: int, *ends: str) -> tuple[frozenset[Symbol], int]:
    found: list[Symbol] = []
    while not _is(tokens, at, *ends):
        if found:
            at = _need(tokens, at, ",")
        if at >= len(tokens) or tokens[at][0] not in ("name", "quoted"):
            raise CheckError("expected the name of a variable in a formula")
        name, primes = tokens[at][1], 0
        at += 1
        while _is(tokens, at, "'"):
            primes, at = primes + 1, at + 1
        found.append((name, primes))
    if len(set(found)) < len(found):
        raise CheckError("a symbol stands twice in one list")
    return frozenset(found), at + 1
