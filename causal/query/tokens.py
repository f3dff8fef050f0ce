"""Tokens of the query language, and a cursor over them: what comes next, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from causal.errors import QuerySyntaxError
from causal.query.terms import Value
from causal.variables import Variable, unquoted

__all__ = ["Cursor", "Token"]

Mark = TypeVar("Mark", bound=str)

_TOKEN = re.compile(
    r"""(?P<skip>\s+)
      | (?P<number>-?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<mark>->|!=|<=|>=|[()\[\],|=;<>+*/-])""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One word or mark, and where it stands."""

    kind: str  # "number", "name", "quoted", "mark" or "eof"
    value: str
    position: int


def _tokens(text: str) -> Iterator[Token]:
    position, end = 0, len(text)
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            problem = f"unexpected {text[position]!r}"
            if text[position] == '"':
                problem = "this quote is never closed"
            raise QuerySyntaxError(text, position, problem)
        kind = str(match.lastgroup)
        if kind == "quoted":
            yield Token(kind, unquoted(match[0]), position)
        elif kind != "skip":
            yield Token(kind, match[0], position)
        position = match.end()
    yield Token("eof", "the end", position)


@dataclass
class Cursor:
    """A place in a text that is being read.

    >>> cursor = Cursor("Y = 1")
    >>> cursor.name(), cursor.accept("="), cursor.value(), cursor.here.kind
    ('Y', True, 1, 'eof')
    """

    text: str
    tokens: list[Token] = field(init=False)
    at: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Cut the text into tokens; raises QuerySyntaxError."""
        self.tokens = list(_tokens(self.text))

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    @property
    def following(self) -> Token:
        """The token after the next one."""
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def accept(self, mark: str) -> bool:
        """Step over a mark or word if it comes next."""
        kind, value, _ = self.tokens[self.at]
        if value == mark and kind in ("mark", "name"):
            self.at += 1
            return True
        return False

    def accept_any(self, marks: Iterable[Mark]) -> Mark | None:
        """Step over one of several marks if it comes next, and say which."""
        kind, value, _ = self.tokens[self.at]
        if kind == "mark":
            for mark in marks:
                if mark == value:
                    self.at += 1
                    return mark
        return None

    def expect(self, mark: str, wanted: str) -> None:
        """Step over a mark or word; raises QuerySyntaxError when something else comes next."""
        if not self.accept(mark):
            raise self.error(wanted)

    def end(self) -> None:
        """Raise QuerySyntaxError unless everything has been read."""
        if self.here.kind != "eof":
            raise self.error("the end of the query")

    def name(self) -> Variable:
        """Step over the name of a variable."""
        token = self.here
        whole = token.kind == "number" and token.value.isdecimal()
        if not (whole or token.kind in ("name", "quoted")) or not token.value:
            raise self.error("the name of a variable")
        self.at += 1
        return token.value

    def names_a_world(self) -> bool:
        """Whether what comes next has brackets behind it, and so is a variable and no value."""
        mark = self.following
        return self.here.kind != "mark" and mark.kind == "mark" and mark.value == "["

    def value(self) -> Value:
        """Step over a value: a number, a truth value, or text."""
        token = self.here
        if token.kind not in ("number", "name", "quoted"):
            raise self.error("a value, such as 1 or male")
        self.at += 1
        if token.kind == "number":
            whole = token.value.lstrip("-").isdecimal()
            return int(token.value) if whole and len(token.value) < 40 else float(token.value)
        if token.kind == "name" and token.value in ("True", "False"):
            return token.value == "True"
        return token.value

    def error(self, wanted: str) -> QuerySyntaxError:
        """What to raise when something else was wanted here."""
        value = self.here.value
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        found = shown if self.here.kind == "eof" else repr(shown)
        return QuerySyntaxError(self.text, self.here.position, f"expected {wanted}, found {found}")
