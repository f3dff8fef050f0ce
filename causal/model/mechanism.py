"""What a mechanism is: one variable's equation, over what it reads and a noise of its own.

Pearl (2009), 7.1: V := f(parents, noise).  Three verbs do all work: ``forward`` computes the
equation, ``abduct`` says what a value tells about the noise, and ``couple`` says what the same
unit's value would have been, had what the equation reads been different.  All of them work on
columns, one entry a unit, and the entry of a unit depends on nothing but that unit.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias, TypeGuard

import numpy as np

from causal.errors import ModelError
from causal.model.exact import Row
from causal.model.noise import Column, Floats, Law
from causal.model.posterior import Posterior
from causal.variables import Variable, Variables

__all__ = [
    "Chances",
    "Column",
    "Columns",
    "FiniteMechanism",
    "Mechanism",
    "Trait",
    "Value",
    "Values",
    "is_finite",
    "private",
    "require_mechanism",
]

Value: TypeAlias = Hashable
Values: TypeAlias = tuple[Value, ...]
Columns: TypeAlias = Sequence[Column]

VERBS = ("forward", "abduct", "couple")


class Trait(Enum):
    """What an engine may rely on; a mechanism has as many as hold."""

    __hash__ = object.__hash__  # a member equals nothing but itself; the hash of its name is slow

    TABLE = "everything is finite, and a table says it all"
    LINEAR = "the noise plus a weighted sum of what is given"
    ADDITIVE = "the noise plus a function of what is given"
    LOCATION_SCALE = "a mean, plus the noise times a positive scale"
    MONOTONE = "strictly monotone in the noise"
    THRESHOLD = "finitely many values, each an interval of the noise"
    GUMBEL = "finitely many values, the largest of perturbed scores"
    BLACK_BOX = "any function, which nobody can invert"


@dataclass(frozen=True, eq=False)
class Chances:
    """The law of a value unit by unit: one row a value, one column a unit.

    >>> Chances((0, 1), np.array([[0.25, 1.0], [0.75, 0.0]])).certain
    False
    """

    values: Values
    weights: Floats

    @property
    def certain(self) -> bool:
        """Whether every unit has one possible value, up to rounding."""
        return bool((self.weights.max(axis=0) > 1 - 1e-12).all()) if self.weights.size else True

    @property
    def likeliest(self) -> Column:
        """The likeliest value of every unit."""
        values: Column = np.asarray(self.values)
        likeliest: Column = values[self.weights.argmax(axis=0)]
        return likeliest


class Mechanism(Protocol):
    """How a variable gets its value."""

    @property
    def given(self) -> tuple[str, ...]:
        """The names on which the value may depend, parents and noises, in the order of columns."""

    @property
    def reads(self) -> Variables:
        """What the graph must show, and all it may show: ``given``, a named noise, the ignored."""

    @property
    def values(self) -> Values:
        """The domain, in order; empty when the value is any real number."""

    @property
    def noise(self) -> Law | str | None:
        """The law of the private noise, or the name of a shared noise in its place, or none."""

    @property
    def traits(self) -> frozenset[Trait]:
        """What an engine may rely on."""

    @property
    def assumes(self) -> str:
        """What it says about several worlds beyond what one world can show; empty when nothing."""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value of each unit; without noise of its own, ``noise`` says how many there are."""

    def abduct(self, value: Column, given: Columns) -> Posterior:
        """What the value says about the noise of each unit; ModelError if that cannot be said."""

    def couple(self, value: Column, given: Columns, then: Columns) -> Column | Chances:
        """What the value would have been, had ``then`` been given instead, the noise unchanged."""

    def to_dict(self) -> dict[str, object]:
        """The mechanism as plain data."""


class FiniteMechanism(Mechanism, Protocol):
    """A mechanism with finitely many inputs, values and private noises: a table says it all."""

    @property
    def rows(self) -> Mapping[Values, Row]:
        """The law of the value under each setting of ``given``, private noise summed out."""

    @property
    def settings(self) -> tuple[Values, ...]:
        """What is given in each row."""

    @property
    def cells(self) -> Row:
        """The probabilities of the private noise."""

    @property
    def picks(self) -> Sequence[Sequence[int]]:
        """For each cell, the place of the value under every setting, in the order of ``rows``."""

    def respond(self, given: Values, cell: int) -> Value:
        """The value under a setting of ``given`` and one cell of private noise."""


def is_finite(mechanism: Mechanism) -> TypeGuard[FiniteMechanism]:
    """Whether a mechanism says of itself that a table says it all."""
    return Trait.TABLE in mechanism.traits


def require_mechanism(variable: Variable, given: object) -> None:
    """Raise ModelError for what is no mechanism.

    >>> require_mechanism("Y", 3)
    Traceback (most recent call last):
        ...
    causal.errors.ModelError: Y has the mechanism 3, which is none; causal.Linear() is one
    """
    if not all(map(callable, [getattr(given, verb, None) for verb in VERBS])):
        raise ModelError(
            f"{variable} has the mechanism {given!r}, which is none; causal.Linear() is one",
            variables=(variable,),
        )


def private(variable: Variable) -> str:
    """The name of the noise that only this variable's mechanism reads.

    >>> private("Y")
    'noise of Y'
    """
    return f"noise of {variable}"
