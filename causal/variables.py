"""A variable is its name; everything about names lives here: order, lists, quotes, near misses."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias, TypeVar

from causal.errors import printable

__all__ = [
    "Names",
    "Symbol",
    "Variable",
    "Variables",
    "enclosed",
    "listed",
    "natural",
    "nearest",
    "quoted",
    "repeated",
    "typeset",
    "unquoted",
    "variables",
]

_Item = TypeVar("_Item", bound=Hashable)
Variable: TypeAlias = str
Variables: TypeAlias = frozenset[str]
Names: TypeAlias = str | Iterable[str]

_DIGITS = re.compile(r"(\d+)")
_LONGEST_NUMBER = 4000  # digits; Python reads no more than 4,300
_SUBSCRIPTED = re.compile(r"([A-Za-z])_?([0-9]+)")
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
_BARE = re.compile(r"[^\W\d][\w.]*|\d+", re.UNICODE)
_ESCAPE = re.compile(r"\\(?:u\{(0?[0-9a-f]{1,5}|10[0-9a-f]{4})\}|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def variables(names: Names) -> Variables:
    """Read one name, or an iterable of names, as a set.

    >>> sorted(variables("blood pressure")), sorted(variables(["X", "Z"]))
    (['blood pressure'], ['X', 'Z'])
    """
    return frozenset((names,)) if isinstance(names, str) else frozenset(names)


@lru_cache(maxsize=2**14)
def natural(name: Variable) -> tuple[tuple[bool, int, str], ...]:
    """Sort key in which numbers count as numbers.

    >>> sorted(["V10", "V2", "U"], key=natural)
    ['U', 'V2', 'V10']
    """
    return tuple(
        (part.isdecimal(), int(part[:_LONGEST_NUMBER]) if part.isdecimal() else 0, part)
        for part in _DIGITS.split(name)
        if part
    )


def listed(names: Iterable[Variable]) -> str:
    """Names in natural order, as a sentence would list them; what does not print is escaped.

    >>> listed({"Z", "X", "Y"})
    'X, Y and Z'
    """
    *first, last = map(printable, sorted(names, key=natural) or [""])
    return f"{', '.join(first)} and {last}" if first else last


def nearest(name: Variable, known: Iterable[Variable]) -> tuple[Variable, ...]:
    """Known names that look like a misspelt one, best first.

    >>> nearest("Treatmnet", ["Outcome", "Treatment"])
    ('Treatment',)
    """
    known = tuple(known)
    folded = [other for other in known if other.casefold() == name.casefold()]
    close = (
        difflib.get_close_matches(name[:200], known, n=3, cutoff=0.6) if len(known) < 5000 else []
    )
    return tuple(dict.fromkeys(folded + close))


def repeated(items: Iterable[_Item]) -> frozenset[_Item]:
    """What occurs more than once.

    >>> sorted(repeated("abcab"))
    ['a', 'b']
    """
    return frozenset(item for item, count in Counter(items).items() if count > 1)


def quoted(name: Variable) -> str:
    r"""The name as our text formats write it: bare when it can be, else in double quotes.

    What cannot be printed, or turns the direction of what follows, is written by its number.

    >>> print(quoted("X1"), quoted("blood sugar"), quoted("\x1b[31m"))
    X1 "blood sugar" "\u{1b}[31m"
    """
    if _BARE.fullmatch(name):
        return name
    return printable(enclosed(name))


def unquoted(literal: str) -> Variable:
    r"""What stands between quotes, with backslashes read: the inverse of ``quoted``.

    >>> unquoted(quoted('say "hi"\n')) == 'say "hi"\n'
    True
    """
    return _ESCAPE.sub(_character, literal[1:-1])


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2])


def enclosed(name: Variable) -> str:
    r"""The name in double quotes, with backslashes before what would end or break them.

    >>> print(enclosed('say "hi"'))
    "say \"hi\""
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def typeset(name: Variable) -> str:
    r"""The name in LaTeX, where it never becomes a command: every special character is escaped.

    >>> print(typeset("X1"), typeset("blood_sugar"))
    X_{1} \text{blood\_sugar}
    """
    if re.fullmatch(r"[A-Za-z]", name):
        return name
    if match := _SUBSCRIPTED.fullmatch(name):
        return f"{match[1]}_{{{match[2]}}}"
    printable = "".join(c if c.isprintable() else " " for c in name)
    return r"\text{" + "".join(_ESCAPED.get(c, c) for c in printable) + "}"


class Symbol(NamedTuple):
    """A value of a variable: x, and x', x'' where a formula speaks of several values of X.

    With a ``value`` it is that one: a constant, and no symbol to sum over.

    >>> str(Symbol("X")), str(Symbol("X", 1)), str(Symbol("X", value=1))
    ('X', "X'", 'X=1')
    """

    variable: Variable
    mark: int = 0
    value: Hashable | None = None

    def __str__(self) -> str:
        return quoted(self.variable) + ("'" * self.mark if self.value is None else f"={self.shown}")

    @property
    def shown(self) -> str:
        """The value as text: numbers as they are, words in quotes where they are no plain word."""
        if not isinstance(self.value, str):
            return str(self.value)
        plain = not self.value.isdecimal() and self.value not in ("True", "False")
        return quoted(self.value) if plain else f'"{self.value}"'
