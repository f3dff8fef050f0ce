"""The value of an equation, in exact arithmetic: what Python would say, with fractions for floats.

Truth values are the numbers 1 and 0; ``and`` and ``or`` return an operand, as in Python.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import trunc
from typing import TypeAlias

from causal.errors import ModelError
from causal.model.equations.syntax import (
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
from causal.variables import Variable

__all__ = ["EvaluationError", "Exact", "evaluated"]

LARGEST = 2000  # bits of a number
EXPONENTS = range(65)

Exact: TypeAlias = int | Fraction

COMPARE: dict[str, Callable[[Exact, Exact], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
STEP: dict[str, Callable[[Exact, Exact], Exact]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: _plain(Fraction(a) / b),
    "//": operator.floordiv,
    "%": operator.mod,
}


class EvaluationError(ModelError):
    """An equation without a value at some setting of what it reads."""


def evaluated(expression: Expression, at: Mapping[Variable, Exact]) -> Exact:
    """The value of an equation; raises EvaluationError where it has none.

    >>> from causal.model.equations.parsing import parse_equation
    >>> evaluated(parse_equation("2 * A + (C > 1) if A else 7 // 2"), {"A": 3, "C": 2})
    7
    """
    match expression:
        case Number(value):
            return value
        case Name(name):
            return at[name]
        case Unary(sign, operand):
            value = evaluated(operand, at)
            return -value if sign == "-" else int(not value)
        case Power(base, exponent):
            return _power(evaluated(base, at), evaluated(exponent, at))
        case Chain(first, steps):
            return _chained(evaluated(first, at), steps, at)
        case Compare(first, steps):
            return _compared(evaluated(first, at), steps, at)
        case All(word, operands):
            return _joined(word, operands, at)
        case Either(then, test, otherwise):
            return evaluated(then if evaluated(test, at) else otherwise, at)
        case Call(function, arguments):
            return _called(function, arguments, at)


def _chained(
    value: Exact, steps: Sequence[tuple[str, Expression]], at: Mapping[Variable, Exact]
) -> Exact:
    for sign, operand in steps:
        other = evaluated(operand, at)
        if not other and sign in ("/", "//", "%"):
            raise EvaluationError("a division by zero")
        value = STEP[sign](value, other)
    return _held(value)


def _compared(
    value: Exact, steps: Sequence[tuple[str, Expression]], at: Mapping[Variable, Exact]
) -> Exact:
    for sign, operand in steps:
        other = evaluated(operand, at)
        if not COMPARE[sign](value, other):
            return 0
        value = other
    return 1


def _joined(word: str, operands: Sequence[Expression], at: Mapping[Variable, Exact]) -> Exact:
    value: Exact = int(word == "and")
    for operand in operands:
        value = evaluated(operand, at)
        if bool(value) == (word == "or"):
            break
    return value


def _power(base: Exact, exponent: Exact) -> Exact:
    if exponent not in EXPONENTS:
        raise EvaluationError(f"the exponent {exponent}; exponents are whole, from 0 to 64")
    return _held(base ** int(exponent))


def _called(function: str, arguments: Sequence[Expression], at: Mapping[Variable, Exact]) -> Exact:
    if function == "choose":
        place = evaluated(arguments[0], at)
        if place not in range(len(arguments) - 1):
            raise EvaluationError(f"choose({place}, ...) with {len(arguments) - 1} to choose from")
        return evaluated(arguments[1 + int(place)], at)
    values = [evaluated(argument, at) for argument in arguments]
    match function:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "abs":
            return max(values[0], -values[0])
        case "int":
            return trunc(values[0])
    raise EvaluationError(f"{function}(...), which is for models of real numbers")


def _held(value: Exact) -> Exact:
    if value.numerator.bit_length() + value.denominator.bit_length() > LARGEST:
        raise EvaluationError(f"a number of more than {LARGEST} bits")
    return value


def _plain(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value
