"""Which mechanism an equation of real numbers is: linear, additive, stretched, a threshold, any.

What matters is how the noise comes in.  Added, or multiplied by what does not depend on it, it can
be solved for: then one value of a unit that was seen tells its noise.  Compared with zero, it lies
in an interval.  Anything else can be drawn from, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.model.continuous.additive import Additive
from causal.model.continuous.curves import Curve, FreeCurve, Polynomial
from causal.model.continuous.function import Function
from causal.model.continuous.laws import Normal
from causal.model.continuous.linear import Linear
from causal.model.continuous.threshold import Threshold
from causal.model.equations.columns import Rule
from causal.model.equations.polynomials import Terms, degree, polynomial
from causal.model.equations.syntax import Chain, Compare, Expression, Name, Number, Unary, names
from causal.model.mechanism import Mechanism
from causal.model.noise import Law

__all__ = ["Noisy", "is_truth_value", "shaped"]

ZERO, ONE = Number(0), Number(1)


@dataclass(frozen=True)
class Noisy:
    """``mean + scale * noise``, neither of which mentions the noise."""

    mean: Expression
    scale: Expression

    @property
    def constant(self) -> float | None:
        """The scale, when it is a number other than zero."""
        terms = polynomial(self.scale)
        if terms is None or degree(terms) > 0 or not terms:
            return None
        return float(terms[()])


def shaped(expression: Expression, noise: str | None, law: Law | str | None) -> Mechanism:
    """The mechanism of an equation, one of whose names is its own ``noise``.

    >>> from causal.model.equations.parsing import parse_equation
    >>> shaped(parse_equation("2 * X - 1 + 3 * E"), "E", Normal())
    Linear({'X': 2.0}, intercept=-1.0, noise=Normal(mean=0.0, sd=3.0))
    >>> type(shaped(parse_equation("X ** 2 + E"), "E", Normal())).__name__
    'Additive'
    >>> type(shaped(parse_equation("X > E"), "E", Normal())).__name__
    'Threshold'
    """
    if noise is None:
        return _deterministic(expression)
    if (found := _threshold(expression, noise, law)) is not None:
        return found
    split = separated_noise(expression, noise)
    if split is None or is_truth_value(expression):
        return _any(expression, noise, law, inverse=None)
    constant = split.constant
    if constant == 1:
        return _added(split.mean, law)
    if constant is not None and isinstance(law, Normal):
        return _added(split.mean, Normal(law.mean * constant, law.sd * abs(constant)))
    return _any(expression, noise, law, inverse=split)


def is_truth_value(expression: Expression) -> bool:
    """Whether an equation can only be 0 or 1."""
    match expression:
        case Compare() | Unary("not", _):
            return True
        case Number(value):
            return value in (0, 1)
    return False


def separated_noise(expression: Expression, noise: str) -> Noisy | None:
    """The equation as mean + scale * noise; None where the noise comes in otherwise."""
    if not _mentions(expression, noise):
        return Noisy(expression, ZERO)
    match expression:
        case Name():
            return Noisy(ZERO, ONE)
        case Unary("-", operand):
            inside = separated_noise(operand, noise)
            return inside and Noisy(Unary("-", inside.mean), Unary("-", inside.scale))
        case Chain(first, steps) if all(sign in "+-" for sign, _ in steps):
            return _summed(first, steps, noise)
        case Chain(first, steps) if all(sign in "*/" for sign, _ in steps):
            return _multiplied(first, steps, noise)
    return None


def _summed(
    first: Expression, steps: tuple[tuple[str, Expression], ...], noise: str
) -> Noisy | None:
    means: list[tuple[str, Expression]] = []
    scales: list[tuple[str, Expression]] = []
    for sign, operand in (("+", first), *steps):
        part = separated_noise(operand, noise)
        if part is None:
            return None
        means += [(sign, part.mean)] if part.mean != ZERO else []
        scales += [(sign, part.scale)] if part.scale != ZERO else []
    return Noisy(Chain(ZERO, tuple(means)), Chain(ZERO, tuple(scales)))


def _multiplied(
    first: Expression, steps: tuple[tuple[str, Expression], ...], noise: str
) -> Noisy | None:
    """A product with the noise in one factor, which is not what is divided by."""
    factors = (("*", first), *steps)
    noisy = [i for i, (_, operand) in enumerate(factors) if _mentions(operand, noise)]
    if len(noisy) != 1 or factors[noisy[0]][0] == "/":
        return None
    inside = separated_noise(factors[noisy[0]][1], noise)
    rest = tuple(factor for i, factor in enumerate(factors) if i != noisy[0])
    return inside and Noisy(
        ZERO if inside.mean == ZERO else Chain(inside.mean, rest), Chain(inside.scale, rest)
    )


def _added(mean: Expression, law: Law | str | None) -> Mechanism:
    terms = polynomial(mean)
    if terms is None:
        return Additive(_curve(mean), law)
    if degree(terms) > 1:
        return Additive(_polynomial(terms), law)
    weights = {each[0]: float(c) for each, c in terms.items() if each}
    return Linear(weights, intercept=float(terms.get((), 0)), noise=law)


def _deterministic(expression: Expression) -> Mechanism:
    if is_truth_value(expression):
        given = _given(expression)
        return Function(given, Rule(expression, given), noise=None, values=(0, 1))
    return _added(expression, None)


def _threshold(expression: Expression, noise: str, law: Law | str | None) -> Threshold | None:
    """``score > 0`` as a threshold, the noise having come to stand alone on one side."""
    if isinstance(law, str) or law is None:
        return None
    match expression:
        case Compare(first, ((sign, right),)) if sign in ("<", "<=", ">", ">="):
            split = separated_noise(Chain(first, (("-", right),)), noise)
        case _:
            return None
    if split is None or (constant := split.constant) is None:
        return None
    index = _any_curve(Chain(split.mean, (("/", split.scale),)))
    upwards = (sign[0] == ">") == (constant > 0)
    return Threshold(index, noise=law, values=(0, 1) if upwards else (1, 0))


def _any(
    expression: Expression, noise: str, law: Law | str | None, *, inverse: Noisy | None
) -> Function:
    given = tuple(name for name in _given(expression) if name != noise)
    back = None
    if inverse is not None:
        value = Name("\0value")  # no name that a text can have
        rest = Chain(value, (("-", inverse.mean),))
        back = Rule(Chain(rest, (("/", inverse.scale),)), (value.name, *given))
    values = (0, 1) if is_truth_value(expression) else ()
    rule = Rule(expression, (*given, noise))
    return Function(given, rule, noise=law, inverse=back, values=values)


def _any_curve(expression: Expression) -> Curve:
    terms = polynomial(expression)
    return _curve(expression) if terms is None else _polynomial(terms)


def _curve(expression: Expression) -> FreeCurve:
    given = _given(expression)
    return FreeCurve(given, Rule(expression, given))


def _polynomial(terms: Terms) -> Polynomial:
    return Polynomial({each: float(c) for each, c in terms.items()})


def _given(expression: Expression) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.name for name in names(expression)))


def _mentions(expression: Expression, noise: str) -> bool:
    return any(name.name == noise for name in names(expression))
