"""Post-nonlinear mechanisms: a strictly increasing or decreasing link around a solvable one.

Zhang & Hyvärinen (2009).  The link and its inverse are tried out when they are given, because a
wrong inverse would give wrong counterfactuals without a sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from causal.errors import FunctionError, ModelError
from causal.model.continuous.additive import Additive, LocationScale
from causal.model.continuous.calling import answer, numbers, reals
from causal.model.continuous.curves import called
from causal.model.continuous.linear import Linear
from causal.model.mechanism import Column, Columns, Trait, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Point
from causal.variables import Variables

__all__ = ["CUBE", "EXP", "LOGISTIC", "Link", "Monotone"]

Inner: TypeAlias = Linear | Additive | LocationScale
TRIED = np.linspace(-3.0, 3.0, 61)


@dataclass(frozen=True)
class Link:
    """A strictly monotone function of one column, and its inverse; both are tried on [-3, 3].

    >>> Link("tanh", np.tanh, np.arctanh).name
    'tanh'
    >>> Link("square", np.square, np.sqrt)
    Traceback (most recent call last):
        ...
    causal.errors.ModelError: the link square is not strictly monotone on [-3, 3]
    """

    name: str
    forward: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]

    def __post_init__(self) -> None:
        try:
            image = reals(answer(self.forward, [TRIED]), len(TRIED))
            back = reals(answer(self.inverse, [image]), len(TRIED))
        except FunctionError as error:
            raise ModelError(f"the link {self.name} {error.does}") from error
        steps = np.diff(image)
        if not (np.all(steps > 0) or np.all(steps < 0)):
            raise ModelError(f"the link {self.name} is not strictly monotone on [-3, 3]")
        if not np.allclose(back, TRIED, rtol=1e-6, atol=1e-6):
            raise ModelError(f"the inverse of the link {self.name} does not undo it on [-3, 3]")

    def to_dict(self) -> dict[str, object]:
        """The name, and where the two functions are to be found."""
        forward, inverse = called(self.forward), called(self.inverse)
        return {"name": self.name, "forward": forward, "inverse": inverse}


EXP = Link("exp", np.exp, np.log)
CUBE = Link("cube", lambda z: z**3, np.cbrt)
LOGISTIC = Link("logistic", special.expit, special.logit)


@dataclass(frozen=True)
class Monotone:
    """Value := link(an additive or location-scale mechanism).

    >>> price = Monotone(Linear({"size": 1.0}), EXP)
    >>> price.couple(np.array([2.0]), [np.zeros(1)], [np.log([3.0])]).round(9)
    array([6.])
    """

    inner: Inner
    link: Link

    @property
    def given(self) -> tuple[str, ...]:
        """What the inner mechanism reads."""
        return self.inner.given

    @property
    def reads(self) -> Variables:
        """What the inner mechanism reads."""
        return self.inner.reads

    @property
    def values(self) -> Values:
        """Any real number in the range of the link."""
        return ()

    @property
    def noise(self) -> Law | str | None:
        """The noise of the inner mechanism."""
        return self.inner.noise

    @property
    def traits(self) -> frozenset[Trait]:
        """Monotone in the noise."""
        return frozenset({Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """What the inner mechanism assumes, before the link."""
        inner = self.inner.assumes
        return f"{inner}, before the link {self.link.name}" if inner else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The inner value, through the link."""
        return self._through(floats(self.inner.forward(given, noise)))

    def abduct(self, value: Column, given: Columns) -> Point:
        """The noise that the inner mechanism had; ModelError where no inner value is behind it."""
        return self.inner.abduct(self._back(value), given)

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """Back through the link, moved there, and forward again; what does not move stays."""
        before = self._back(value)
        after = floats(self.inner.couple(before, given, then))
        return np.where(after == before, floats(value), self._through(after))

    def _through(self, inner: Floats) -> Floats:
        return numbers(answer(self.link.forward, [inner]), len(inner), by="a link that")

    def _back(self, value: Column) -> Floats:
        with np.errstate(all="ignore"):
            found = answer(self.link.inverse, [floats(value)])
        before = reals(found, len(value), by="a link whose inverse")
        if (outside := np.flatnonzero(~np.isfinite(before))).size:
            raise ModelError(
                f"{value[outside[0]]} is not in the range of the link {self.link.name}"
            )
        return before

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""
        return {"kind": "monotone", "inner": self.inner.to_dict(), "link": self.link.to_dict()}
