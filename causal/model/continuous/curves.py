"""Curves: the functions of what is given that mechanisms are made of.

A polynomial is data, so that it prints, compares, saves and can be read as a formula.  Any other
function becomes a curve by saying what it reads.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Protocol, TypeAlias

import numpy as np

from causal.errors import ModelError
from causal.model.continuous.calling import answer, numbers
from causal.model.mechanism import Column, Columns
from causal.model.noise import Floats, floats
from causal.variables import Names, natural

__all__ = ["Curve", "Curved", "FreeCurve", "Monomial", "Polynomial", "arity", "curve"]

Monomial: TypeAlias = tuple[str, ...]


class Curve(Protocol):
    """A function of columns, value by value."""

    @property
    def given(self) -> tuple[str, ...]:
        """What it reads, in the order of the columns."""

    def at(self, given: Columns, units: int) -> Floats:
        """The value for each unit."""

    def to_dict(self) -> dict[str, object]:
        """The curve as plain data."""


Curved: TypeAlias = Curve | float


@dataclass(frozen=True, init=False, repr=False)
class Polynomial:
    """A sum of coefficients times products of what is read; a power is a name repeated.

    >>> bend = Polynomial({(): 1, "X": 2, ("X", "X"): -0.5, ("X", "Z"): 3})
    >>> print(bend)
    1 + 2 X - 0.5 X^2 + 3 X Z
    >>> bend.at([np.array([2.0]), np.array([10.0])], 1)
    array([63.])
    """

    terms: tuple[tuple[Monomial, float], ...]

    def __init__(self, terms: Mapping[Monomial | str, float]) -> None:
        read: dict[Monomial, float] = {}
        for names, coefficient in terms.items():
            monomial = (names,) if isinstance(names, str) else tuple(sorted(names, key=natural))
            if not isfinite(coefficient):
                raise ModelError(f"the coefficient of {_product(monomial)} is {coefficient}")
            read[monomial] = read.get(monomial, 0.0) + float(coefficient)
        ranked = sorted(read.items(), key=lambda term: (len(term[0]), list(map(natural, term[0]))))
        object.__setattr__(self, "terms", tuple(ranked))

    def __repr__(self) -> str:
        return f"Polynomial({dict(self.terms)})"

    def __str__(self) -> str:
        shown = ""
        for names, coefficient in self.terms:
            sign = " - " if coefficient < 0 else " + "
            factor = "" if abs(coefficient) == 1 and names else f"{abs(coefficient):g}"
            shown += sign + " ".join(filter(None, (factor, _product(names))))
        return (shown.removeprefix(" + ") or "0").replace(" - ", "-", shown.startswith(" - "))

    @property
    def given(self) -> tuple[str, ...]:
        """The names that occur."""
        return tuple(sorted({name for names, _ in self.terms for name in names}, key=natural))

    def at(self, given: Columns, units: int) -> Floats:
        """The polynomial of each unit."""
        columns = dict(zip(self.given, map(floats, given), strict=True))
        total = np.zeros(units)
        for names, coefficient in self.terms:
            product: Floats | float = coefficient
            for name in names:
                product = product * columns[name]
            total += product
        return total

    def to_dict(self) -> dict[str, object]:
        """The terms as plain data."""
        return {"kind": "polynomial", "terms": [[list(names), c] for names, c in self.terms]}


@dataclass(frozen=True)
class FreeCurve:
    """Any function of columns, by what it reads; called with one array a name, in order.

    >>> FreeCurve(("X",), np.sin).at([np.zeros(2)], 2)
    array([0., 0.])
    """

    given: tuple[str, ...]
    function: Callable[..., Column]

    def __post_init__(self) -> None:
        arity(self.function, len(self.given), of=", ".join(self.given))

    def at(self, given: Columns, units: int) -> Floats:
        """The function's value for each unit."""
        return numbers(answer(self.function, given), units)

    def to_dict(self) -> dict[str, object]:
        """What it reads and how it is called; the function itself is code, which data cannot be."""
        return {"kind": "function", "given": list(self.given), "function": called(self.function)}


def curve(shape: Curved) -> Curve:
    """A curve as it is, a number as the constant curve.

    >>> curve(2)
    Polynomial({(): 2.0})
    """
    return Polynomial({(): shape}) if isinstance(shape, int | float) else shape


def arity(function: Callable[..., object], arguments: int, *, of: str) -> None:
    """Raise ModelError unless a function can be called with so many columns.

    >>> arity(lambda x: x, 2, of="X, noise")
    Traceback (most recent call last):
        ...
    causal.errors.ModelError: the function cannot be called with 2 columns (X, noise)
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a compiled function does not say what it takes
        return
    try:
        signature.bind(*range(arguments))
    except TypeError as error:
        raise ModelError(
            f"the function cannot be called with {arguments} columns ({of})"
        ) from error


def called(function: Callable[..., object]) -> str:
    """Where a function is to be found: package.module:name."""
    kind = type(function)
    module = getattr(function, "__module__", None) or kind.__module__
    return f"{module}:{getattr(function, '__qualname__', kind.__qualname__)}"


def names(given: Names) -> tuple[str, ...]:
    """One name, or several in order, each once."""
    found = (given,) if isinstance(given, str) else tuple(given)
    if len(set(found)) < len(found):
        raise ModelError(f"a mechanism reads each name once; given {', '.join(found)}")
    return found


def _product(monomial: Iterable[str]) -> str:
    powers: dict[str, int] = {}
    for name in monomial:
        powers[name] = powers.get(name, 0) + 1
    return " ".join(name if n == 1 else f"{name}^{n}" for name, n in powers.items())
