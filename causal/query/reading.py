"""The grammar of queries, read by recursive descent; errors say line, column and what was expected.

query   = "P(" term {"," term} ["|" seen {"," seen}] ")"
seen    = term | "do(" set {"," set} ")"
term    = name ["[" set {"," set} "]"] ["=" value]
set     = name ["->" name] ["=" (value | term)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from causal.errors import QuerySyntaxError
from causal.query.terms import Assignment, Term, Value
from causal.variables import Variable, unquoted

__all__ = ["read"]

Parts = tuple[tuple[Term, ...], tuple[Assignment, ...], tuple[Term, ...]]


def read(text: str) -> Parts:
    """The outcome, the actions and the observations of a query; raises QuerySyntaxError.

    >>> outcome, do, given = read("P(Y=1 | do(X), Z)")
    >>> print(*outcome, *do, *given)
    Y=1 X Z
    """
    return _Reader(text).query()


_TOKEN = re.compile(
    r"""(?P<skip>\s+)
      | (?P<number>-?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<mark>->|[()\[\],|=;])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class _Token:
    kind: str  # "number", "name", "quoted", "mark" or "eof"
    value: str
    position: int


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            problem = f"unexpected {text[position]!r}"
            if text[position] == '"':
                problem = "this quote is never closed"
            raise QuerySyntaxError(text, position, problem)
        kind = str(match.lastgroup)
        if kind == "quoted":
            value = unquoted(match[0])
            yield _Token(kind, value, position)
        elif kind != "skip":
            yield _Token(kind, match[0], position)
        position = match.end()
    yield _Token("eof", "the end", position)


class _Reader:
    """Recursive descent over the tokens; the depth of nested worlds is bounded."""

    deepest = 20

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def query(self) -> Parts:
        self.expect("P", "a query such as P(Y | do(X))")
        self.expect("(", "( after P")
        outcome = [self.term()]
        while self.accept(","):
            outcome.append(self.term())
        do: list[Assignment] = []
        given: list[Term] = []
        if self.accept("|"):
            self.condition(do, given)
            while self.accept(",") or self.accept(";"):
                self.condition(do, given)
        self.expect(")", "a comma or the closing ) of P(...)")
        if self.here.kind != "eof":
            raise self.error("the end of the query")
        return tuple(outcome), tuple(do), tuple(given)

    def condition(self, do: list[Assignment], given: list[Term]) -> None:
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if self.here.kind == "name" and self.here.value == "do" and following.value == "(":
            self.at += 2
            do.append(self.assignment(0))
            while self.accept(","):
                do.append(self.assignment(0))
            self.expect(")", "a comma or the closing ) of do(...)")
        else:
            given.append(self.term())

    def term(self, depth: int = 0, *, valued: bool = True) -> Term:
        name = self.name()
        under: list[Assignment] = []
        if self.accept("["):
            if depth >= self.deepest:
                raise self.error(f"at most {self.deepest} worlds inside one another")
            under.append(self.assignment(depth + 1))
            while self.accept(","):
                under.append(self.assignment(depth + 1))
            self.expect("]", "a comma or the closing ]")
        value = self.value() if valued and self.accept("=") else None
        return Term(name, value, tuple(under))

    def assignment(self, depth: int) -> Assignment:
        name = self.name()
        reader = self.name() if depth and self.accept("->") else None
        if not self.accept("="):
            return Assignment(name, reader=reader)
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if depth and self.here.kind in ("name", "quoted") and following.value == "[":
            return Assignment(name, self.term(depth, valued=False), reader)
        return Assignment(name, self.value(), reader)

    def name(self) -> Variable:
        token = self.here
        whole = token.kind == "number" and token.value.isdecimal()
        if not (whole or token.kind in ("name", "quoted")) or not token.value:
            raise self.error("the name of a variable")
        self.at += 1
        return token.value

    def value(self) -> Value:
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

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def accept(self, mark: str) -> bool:
        if self.here.kind in ("mark", "name") and self.here.value == mark:
            self.at += 1
            return True
        return False

    def expect(self, mark: str, wanted: str) -> None:
        if not self.accept(mark):
            raise self.error(wanted)

    def error(self, wanted: str) -> QuerySyntaxError:
        found = self.here.value if self.here.kind == "eof" else repr(self.here.value)
        return QuerySyntaxError(self.text, self.here.position, f"expected {wanted}, found {found}")
