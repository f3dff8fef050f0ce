"""Questions, as values: ``P(Y | do(X), Z)`` and counterfactuals such as ``P(Y[X=1]=1 | X=0, Y=0)``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from causal.errors import QueryError, QuerySyntaxError
from causal.variables import Variable, Variables, listed, quoted

__all__ = ["Assignment", "Query", "Term", "Value"]

Value: TypeAlias = int | float | str | bool


@dataclass(frozen=True)
class Assignment:
    """A variable that is set: to a value, to a value left open (None), or to what it is in another world."""

    variable: Variable
    value: Value | Term | None = None

    def __str__(self) -> str:
        return quoted(self.variable) + _equals(self.value)


@dataclass(frozen=True)
class Term:
    """A variable, in the world where ``under`` has been set, and the value asked about.

    >>> str(Term("Y", value=1, under=(Assignment("X", 0),)))
    'Y[X=0]=1'
    """

    variable: Variable
    value: Value | None = None
    under: tuple[Assignment, ...] = ()

    def __str__(self) -> str:
        world = f"[{', '.join(map(str, self.under))}]" if self.under else ""
        return quoted(self.variable) + world + _equals(self.value)

    def variables(self) -> Iterator[Variable]:
        """Every variable it mentions, at any depth."""
        yield self.variable
        for assignment in self.under:
            yield assignment.variable
            if isinstance(assignment.value, Term):
                yield from assignment.value.variables()


@dataclass(frozen=True)
class Query:
    """P(outcome | do, given).

    >>> query = Query.parse("P(Y | do(X), Z)")
    >>> sorted(query.outcomes), sorted(query.actions), sorted(query.conditions)
    (['Y'], ['X'], ['Z'])
    """

    outcome: tuple[Term, ...]
    do: tuple[Assignment, ...] = ()
    given: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a query; raises QuerySyntaxError with line:column, or QueryError.

        >>> print(Query.parse('P(Y[X=1, M=M[X=0]]=1 | "blood type"=A)'))
        P(Y[X=1, M=M[X=0]]=1 | "blood type"=A)
        """
        return _Reader(text).query()

    def __post_init__(self) -> None:
        """Refuse what means nothing: a variable in two places of the same world."""
        if not self.outcome:
            raise QueryError("a query needs an outcome, as in P(Y | do(X))")
        if self.do and self.is_counterfactual:
            raise QueryError(
                f"{self} mixes do(...) with worlds in square brackets; write every world in brackets"
            )
        plain = [t.variable for t in (*self.outcome, *self.given) if not t.under]
        plain += [a.variable for a in self.do]
        if twice := {name for name in plain if plain.count(name) > 1}:
            raise QueryError(
                f"{listed(twice)} stands in two places of {self}; each variable has one"
            )

    @cached_property
    def outcomes(self) -> Variables:
        """What is asked about."""
        return frozenset(term.variable for term in self.outcome)

    @cached_property
    def actions(self) -> Variables:
        """What is set."""
        return frozenset(assignment.variable for assignment in self.do)

    @cached_property
    def conditions(self) -> Variables:
        """What is seen."""
        return frozenset(term.variable for term in self.given)

    @cached_property
    def variables(self) -> Variables:
        """Every variable it mentions."""
        named = (v for term in (*self.outcome, *self.given) for v in term.variables())
        return frozenset((*named, *self.actions))

    @cached_property
    def values(self) -> dict[Variable, Value]:
        """The values that the query fixes, in the factual or the one interventional world."""
        terms = [(t.variable, t.value) for t in (*self.outcome, *self.given) if not t.under]
        sets = [(a.variable, a.value) for a in self.do if not isinstance(a.value, Term)]
        return {name: value for name, value in (*terms, *sets) if value is not None}

    @property
    def is_counterfactual(self) -> bool:
        """Whether some term lives in a world of its own."""
        return any(term.under for term in (*self.outcome, *self.given))

    def __str__(self) -> str:
        behind = [f"do({', '.join(map(str, self.do))})"] if self.do else []
        behind += map(str, self.given)
        bar = f" | {', '.join(behind)}" if behind else ""
        return f"P({', '.join(map(str, self.outcome))}{bar})"


def _equals(value: Value | Term | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return "=" + (quoted(value) if _is_word(value) else _in_quotes(value))
        case _:
            return f"={value}"


def _is_word(value: str) -> bool:
    return not value.isdecimal() and value not in ("True", "False")


def _in_quotes(value: str) -> str:
    return f'"{value}"'


_TOKEN = re.compile(
    r"""(?P<skip>\s+)
      | (?P<number>-?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<mark>[()\[\],|=;])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


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
            value = re.sub(
                r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match["quoted"], flags=re.S
            )
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

    def query(self) -> Query:
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
        return Query(tuple(outcome), tuple(do), tuple(given))

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
        if not self.accept("="):
            return Assignment(name)
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if depth and self.here.kind in ("name", "quoted") and following.value == "[":
            return Assignment(name, self.term(depth, valued=False))
        return Assignment(name, self.value())

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
