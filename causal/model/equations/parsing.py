"""The grammar of equations: a part of Python's expressions, read by us and never run.

equation   = either
either     = or ["if" or "else" either]
or         = and {"or" and}                    and = not {"and" not}
not        = "not" not | compare
compare    = sum {("==" "!=" "<" "<=" ">" ">=") sum}
sum        = product {("+" | "-") product}     product = sign {("*" "/" "//" "%") sign}
sign       = ("-" | "+") sign | power          power = atom ["**" sign]
atom       = number | name | function "(" equation {"," equation} ")" | "(" equation ")"

A name is any word, or anything in double quotes.  Reading takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from causal.errors import EquationSyntaxError
from causal.model.equations.syntax import (
    FUNCTIONS,
    KEYWORDS,
    All,
    Call,
    Chain,
    Compare,
    Either,
    Expression,
    Name,
    Number,
    Power,
    Unary,
)
from causal.variables import nearest, unquoted

__all__ = ["parse_equation"]

DEEPEST = 40  # brackets, signs and conditions inside one another
LONGEST = 100_000  # characters

_TOKEN = re.compile(
    r"""(?P<skip>\s++)
      | (?P<number>(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+(?![\w.]))
      | (?P<word>[^\W\d][\w.]*+)
      | (?P<name>"[^"\\]*+(?:\\.[^"\\]*+)*+")
      | (?P<mark>\*\*|//|==|!=|<=|>=|[-+*/%<>(),])""",
    re.VERBOSE | re.DOTALL,
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_WORKABLE = re.compile(r"[\d.]{1,40}([eE][-+]?\d{1,2})?")


def parse_equation(text: str, *, of: str = "") -> Expression:
    """Read the right side of an equation; raises EquationSyntaxError with line:column.

    >>> parse_equation("int(A or C)")
    Call(function='int', arguments=(All(word='or', operands=(Name(name='A', position=4), \
Name(name='C', position=9))),), position=0)
    >>> print(parse_equation("1 if 0 <= U - 1 < 2 else choose(U, A, 1 - A)"))
    1 if (0 <= (U - 1) < 2) else choose(U, A, 1 - A)
    """
    return _Reader(text, of).equation()


@dataclass(frozen=True)
class _Token:
    kind: str  # "number", "word", "name", "mark" or "eof"
    text: str
    position: int


def _tokens(text: str, of: str) -> Iterator[_Token]:
    if len(text) > LONGEST:
        raise EquationSyntaxError(text, LONGEST, f"longer than {LONGEST} characters", of)
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            quote = text[position] == '"'
            problem = "this quote is never closed" if quote else f"unexpected {text[position]!r}"
            raise EquationSyntaxError(text, position, problem, of)
        if match.lastgroup != "skip":
            yield _Token(str(match.lastgroup), match[0], position)
        position = match.end()
    yield _Token("eof", "the end", position)


class _Reader:
    """Recursive descent over the tokens; how deep brackets go is bounded."""

    def __init__(self, text: str, of: str) -> None:
        self.text, self.of = text, of
        self.tokens = list(_tokens(text, of))
        self.at = self.depth = 0

    def equation(self) -> Expression:
        found = self.either()
        if self.here.kind != "eof":
            raise self.error("an operator or the end of the equation")
        return found

    def either(self) -> Expression:
        then = self.disjunction()
        if not self.accept("if"):
            return then
        test = self.disjunction()
        self.expect("else")
        return Either(then, test, self.deeper(self.either))

    def disjunction(self) -> Expression:
        return self.joined("or", lambda: self.joined("and", self.negation))

    def joined(self, word: str, operand: Callable[[], Expression]) -> Expression:
        operands = [operand()]
        while self.accept(word):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else All(word, tuple(operands))

    def negation(self) -> Expression:
        if self.accept("not"):
            return Unary("not", self.deeper(self.negation))
        first = self.sum()
        steps = self.steps(_COMPARISONS, self.sum)
        return Compare(first, steps) if steps else first

    def sum(self) -> Expression:
        return self.chain(("+", "-"), lambda: self.chain(("*", "/", "//", "%"), self.sign))

    def chain(self, signs: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        first = operand()
        steps = self.steps(signs, operand)
        return Chain(first, steps) if steps else first

    def steps(
        self, signs: tuple[str, ...], operand: Callable[[], Expression]
    ) -> tuple[tuple[str, Expression], ...]:
        found = []
        while self.here.kind == "mark" and (sign := self.here.text) in signs:
            self.at += 1
            found.append((sign, operand()))
        return tuple(found)

    def sign(self) -> Expression:
        if self.accept("-"):
            return Unary("-", self.deeper(self.sign))
        if self.accept("+"):
            return self.deeper(self.sign)
        base = self.atom()
        return Power(base, self.deeper(self.sign)) if self.accept("**") else base

    def atom(self) -> Expression:
        token = self.here
        self.at += token.kind != "eof"
        match token.kind:
            case "number":
                return Number(self.number(token), token.text)
            case "name":
                return Name(unquoted(token.text), token.position)
            case "word" if token.text in ("True", "False"):
                return Number(int(token.text == "True"), token.text)
            case "word" if token.text not in KEYWORDS:
                if self.accept("("):
                    return self.call(token)
                return Name(token.text, token.position)
            case "mark" if token.text == "(":
                inside = self.deeper(self.either)
                self.expect(")")
                return inside
        self.at -= token.kind != "eof"
        raise self.error("a number, a name, or an opening bracket")

    def call(self, function: _Token) -> Expression:
        if function.text not in FUNCTIONS:
            close = nearest(function.text, FUNCTIONS)
            hint = f"did you mean {' or '.join(close)}?" if close else "a name with brackets is one"
            problem = f"there is no function {function.text} ({', '.join(FUNCTIONS)}); {hint}"
            raise EquationSyntaxError(self.text, function.position, problem, self.of)
        arguments = [self.deeper(self.either)]
        while self.accept(","):
            arguments.append(self.deeper(self.either))
        self.expect(")")
        least, most = FUNCTIONS[function.text]
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            problem = f"{function.text} takes {wanted} arguments, not {len(arguments)}"
            raise EquationSyntaxError(self.text, function.position, problem, self.of)
        return Call(function.text, tuple(arguments), function.position)

    def number(self, token: _Token) -> int | Fraction:
        if not _WORKABLE.fullmatch(token.text):
            problem = "a number has at most 40 digits and an exponent of two"
            raise EquationSyntaxError(self.text, token.position, problem, self.of)
        return int(token.text) if token.text.isdecimal() else Fraction(token.text)

    def deeper(self, reading: Callable[[], Expression]) -> Expression:
        if self.depth >= DEEPEST:
            raise self.error(f"at most {DEEPEST} brackets, signs and conditions inside one another")
        self.depth += 1
        found = reading()
        self.depth -= 1
        return found

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def accept(self, text: str) -> bool:
        if self.here.kind in ("mark", "word") and self.here.text == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.error(f"{text!r}")

    def error(self, wanted: str) -> EquationSyntaxError:
        found = self.here.text if self.here.kind == "eof" else repr(self.here.text)
        problem = f"expected {wanted}, found {found}"
        return EquationSyntaxError(self.text, self.here.position, problem, self.of)
