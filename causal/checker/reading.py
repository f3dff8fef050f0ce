"""Formulas, read from the text that a person reads.

The tokens of a text are laws ("P", of, given, do), signs of sums, which are sets of symbols, and
marks.  They denote a product of factors with exponents 1 and -1, where a factor is a law or
("sum", over, product).  The law of nothing is one.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from causal.checker.plain import require


class Symbol(NamedTuple):
    """A value of a variable: x is ("X", 0) and x' is ("X", 1)."""

    name: str
    primes: int


Tokens: TypeAlias = tuple[Any, ...]  # as described above
Formula: TypeAlias = tuple[tuple[Tokens, int], ...]

_BARE, _QUOTED = r"[^\W\d][\w.]*|\d+", r'"(?:[^"\\]|\\.)*"'
_NAMES = r"\s*NAME\s*(?:,\s*NAME\s*)*".replace("NAME", rf"(?:{_BARE}|{_QUOTED})'{{0,99}}")
_DO = rf"do\((?P<do>{_NAMES})\)\s*(?:,(?P<also>{_NAMES}))?"
_LAW = rf"P\((?P<of>{_NAMES})(?:\|\s*(?:{_DO}|(?P<given>{_NAMES})))?\)"
_TOKEN = re.compile(rf"\s*(?:{_LAW}|Σ_\{{(?P<over>{_NAMES})\}}|(?P<mark>[()/1])|(?P<odd>\S.*))")
_SYMBOL = re.compile(rf"(?:({_BARE})|({_QUOTED}))('*)")
_ESCAPE = re.compile(r"\\(?:u\{(0?[0-9a-f]{1,5}|10[0-9a-f]{4})\}|(.))")


def symbols(tokens: Tokens) -> set[Symbol]:
    """Every value that is mentioned, free or summed over."""
    sets = (token[1:] if isinstance(token, tuple) else (token,) for token in tokens)
    return {s for part in sets for each in part if isinstance(each, frozenset) for s in each}


def is_law(tokens: Tokens) -> bool:
    """Whether they are one P(...)."""
    return len(tokens) == 1 and isinstance(tokens[0], tuple)


@lru_cache(maxsize=256)
def read(text: str) -> Tokens:
    """The tokens of a text; raises CheckError at what is none."""
    require(text.isprintable(), f"{text!r:.60} cannot be printed")
    return tuple(map(_token, _TOKEN.finditer(text)))


def meaning(tokens: Tokens) -> Formula:
    """The formula that tokens denote, from right to left: a sum takes all that follow it."""
    above, below = Formula(), Formula()
    outer = [(above, below)]
    for sign in reversed(("(", *tokens, ")")):
        require(outer and (above or sign == ")" or isinstance(sign, tuple)), "a formula has a gap")
        match sign:
            case ")":
                outer.append((above, below))
                above, below = Formula(), Formula()
            case "(":
                inside = above + tuple((factor, -n) for factor, n in below)
                above, below = inside + outer[-1][0], outer.pop()[1]
            case "/":
                above, below = Formula(), above + below
            case frozenset():
                above = ((("sum", sign, above), 1),)
            case _:
                above = ((sign, 1), *above)
    require(len(outer) == 1, "a formula has a bracket too many")
    return above


def _token(match: re.Match[str]) -> str | Tokens | frozenset[Symbol]:
    require(not match["odd"], f"cannot read {match['odd']!r:.40} in a formula")
    of, given, also, do, over = map(_symbols, match.group("of", "given", "also", "do", "over"))
    every = [s.name for s in of + given + also + do]
    require(len({*every}) == len(every), f"a variable stands twice in {match[0]:.60}")
    law = ("P", *map(frozenset, (of, given + also, do)))
    return frozenset(over) or (law if match["mark"] in (None, "1") else match["mark"])


def _symbols(text: str | None) -> list[Symbol]:
    written = _SYMBOL.findall(text or "")
    return [Symbol(b or _ESCAPE.sub(_unescaped, q[1:-1]), len(primes)) for b, q, primes in written]


def _unescaped(m: re.Match[str]) -> str:
    return chr(int(m[1], 16)) if m[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(m[2], m[2])
