"""Equations as values: a handful of node types, which print as they are read.

Sums, products and comparisons are flat lists of steps, so that a long line is not a deep tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from causal.variables import Variable, quoted

__all__ = [
    "FUNCTIONS",
    "KEYWORDS",
    "All",
    "Call",
    "Chain",
    "Compare",
    "Either",
    "Expression",
    "Name",
    "Number",
    "Power",
    "Unary",
    "names",
]

KEYWORDS = frozenset({"and", "or", "not", "if", "else", "True", "False"})
FUNCTIONS: dict[str, tuple[int, int]] = {  # the least and the largest number of arguments
    "choose": (2, 10_000),
    "min": (1, 1000),
    "max": (1, 1000),
    "abs": (1, 1),
    "int": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "tanh": (1, 1),
}


@dataclass(frozen=True)
class Number:
    """A number, exactly as it is written.

    >>> str(Number(Fraction(1, 10), "0.1"))
    '0.1'
    """

    value: int | Fraction
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.text or str(self.value)


@dataclass(frozen=True)
class Name:
    """A variable or a noise, and where in the text it is named."""

    name: Variable
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        bare = self.name not in KEYWORDS and not self.name.isdecimal()
        return quoted(self.name) if bare else f'"{self.name}"'


@dataclass(frozen=True)
class Unary:
    """The negative of something, or 1 where it is zero and else 0."""

    sign: str  # "-" or "not"
    operand: Expression

    def __str__(self) -> str:
        return f"{self.sign}{' ' * (self.sign == 'not')}{_inside(self.operand)}"


@dataclass(frozen=True)
class Power:
    """A whole power."""

    base: Expression
    exponent: Expression

    def __str__(self) -> str:
        return f"{_inside(self.base)} ** {_inside(self.exponent)}"


@dataclass(frozen=True)
class Chain:
    """A sum, or a product: a first operand, then signs and operands, from left to right.

    >>> str(Chain(Name("A"), (("+", Name("B")), ("-", Number(1)))))
    'A + B - 1'
    """

    first: Expression
    steps: tuple[tuple[str, Expression], ...]

    def __str__(self) -> str:
        return " ".join([_inside(self.first), *(f"{s} {_inside(e)}" for s, e in self.steps)])


@dataclass(frozen=True)
class Compare:
    """Comparisons, each with what stands before it, all of which must hold."""

    first: Expression
    steps: tuple[tuple[str, Expression], ...]

    def __str__(self) -> str:
        return " ".join([_inside(self.first), *(f"{s} {_inside(e)}" for s, e in self.steps)])


@dataclass(frozen=True)
class All:
    """``and`` or ``or``: the first operand that decides, or the last."""

    word: str
    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(map(_inside, self.operands))


@dataclass(frozen=True)
class Either:
    """One of two, by whether a third is other than zero."""

    then: Expression
    test: Expression
    otherwise: Expression

    def __str__(self) -> str:
        return f"{_inside(self.then)} if {_inside(self.test)} else {_inside(self.otherwise)}"


@dataclass(frozen=True)
class Call:
    """A function of a few arguments."""

    function: str
    arguments: tuple[Expression, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.arguments))})"


Expression: TypeAlias = Number | Name | Unary | Power | Chain | Compare | All | Either | Call


def names(expression: Expression) -> Iterator[Name]:
    """Every name in an equation, from left to right, as often as it stands there.

    >>> [name.name for name in names(All("or", (Name("A"), Name("C"))))]
    ['A', 'C']
    """
    waiting = [expression]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Name):
            yield here
        waiting += reversed(_parts(here))


def _parts(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Unary(_, operand):
            return (operand,)
        case Power(base, exponent):
            return (base, exponent)
        case Chain(first, steps) | Compare(first, steps):
            return (first, *(operand for _, operand in steps))
        case All(_, operands) | Call(_, operands):
            return operands
        case Either(then, test, otherwise):
            return (then, test, otherwise)
    return ()


def _inside(expression: Expression) -> str:
    """An operand in brackets, unless nothing could be taken from it."""
    bare = isinstance(expression, Number | Name | Call)
    return str(expression) if bare else f"({expression})"
