"""An equation over columns of numbers: the same grammar, evaluated with arrays, unit by unit.

The equation stays a value: it compares, prints and hashes, which compiled code does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

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
from causal.model.mechanism import Column
from causal.model.noise import Floats, floats

__all__ = ["Rule"]

Two = Callable[[Floats, Floats], Floats]

COMPARE: dict[str, Two] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
STEP: dict[str, Two] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "//": np.floor_divide,
    "%": np.mod,
}
ONE: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "int": np.trunc,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
}


@dataclass(frozen=True)
class Rule:
    """An equation as a function of columns, one a name in order.

    >>> from causal.model.equations.parsing import parse_equation
    >>> rule = Rule(parse_equation("X if X > 0 else -2 * X"), ("X",))
    >>> rule(np.array([3.0, -1.0]))
    array([3., 2.])
    """

    expression: Expression
    given: tuple[str, ...]

    def __call__(self, *columns: Column) -> Column:
        """The value for each unit; what has no value there is NaN, and is refused by who asks."""
        at = dict(zip(self.given, map(floats, columns), strict=True))
        with np.errstate(all="ignore"):
            found = _value(self.expression, at)
        units = len(columns[0]) if columns else 1
        return np.array(np.broadcast_to(found, (units,)))

    def __str__(self) -> str:
        return str(self.expression)


def _value(expression: Expression, at: Mapping[str, Floats]) -> Floats:
    match expression:
        case Number() | Name():
            return at[expression.name] if isinstance(expression, Name) else _constant(expression)
        case Unary(sign, operand):
            inside = _value(operand, at)
            return -inside if sign == "-" else floats(inside == 0)
        case Power(base, exponent):
            return floats(np.power(_value(base, at), _value(exponent, at)))
        case Chain(first, steps):
            return _chained(_value(first, at), steps, at)
        case Compare(first, steps):
            return _compared(_value(first, at), steps, at)
        case All(word, operands):
            return _joined(word, operands, at)
        case Either(then, test, otherwise):
            return np.where(_value(test, at) != 0, _value(then, at), _value(otherwise, at))
        case Call(function, arguments):
            return _called(function, [_value(argument, at) for argument in arguments])


def _constant(number: Number) -> Floats:
    return floats(np.array(float(number.value)))


def _chained(
    found: Floats, steps: Sequence[tuple[str, Expression]], at: Mapping[str, Floats]
) -> Floats:
    for sign, operand in steps:
        found = STEP[sign](found, _value(operand, at))
    return found


def _compared(
    before: Floats, steps: Sequence[tuple[str, Expression]], at: Mapping[str, Floats]
) -> Floats:
    holds: Floats = floats(np.array(1.0))
    for sign, operand in steps:
        after = _value(operand, at)
        holds = holds * COMPARE[sign](before, after)
        before = after
    return holds


def _joined(word: str, operands: Sequence[Expression], at: Mapping[str, Floats]) -> Floats:
    *rest, found = [_value(operand, at) for operand in operands]
    for value in reversed(rest):
        decided = (value != 0) == (word == "or")
        found = np.where(decided, value, found)
    return found


def _called(function: str, values: list[Floats]) -> Floats:
    match function:
        case "min":
            return floats(np.minimum.reduce(np.broadcast_arrays(*values)))
        case "max":
            return floats(np.maximum.reduce(np.broadcast_arrays(*values)))
        case "choose":
            place, *options = np.broadcast_arrays(*values)
            if not np.isin(place, np.arange(len(options))).all():
                raise ModelError(f"choose(...) has {len(options)} to choose from, not {place}")
            chosen = np.take_along_axis(np.stack(options), place.astype(np.intp)[None], axis=0)[0]
            return floats(chosen)
    return ONE[function](values[0])
