"""Mechanisms made of others, as interventions make them: constant, moved, held, or drawn afresh.

What is left of the old mechanism keeps its noise, so that the worlds before and after remain
worlds of the same units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal.errors import ModelError
from causal.model.finite.answers import held_table, shifted_table
from causal.model.mechanism import (
    Chances,
    Column,
    Columns,
    Mechanism,
    Trait,
    Value,
    Values,
    is_finite,
)
from causal.model.noise import Law, floats
from causal.model.per_unit import PerUnit, plain
from causal.model.posterior import Point, Posterior
from causal.variables import Variables

__all__ = ["Constant", "Drawn", "Held", "Shifted", "held", "shifted"]


@dataclass(frozen=True)
class Constant:
    """Value := what was set, for everybody or for each unit."""

    value: Value | PerUnit
    values: Values = ()
    given: tuple[str, ...] = ()
    reads: Variables = frozenset()
    noise: None = None
    traits: frozenset[Trait] = frozenset({Trait.ADDITIVE})
    assumes: str = ""

    def part(self, units: slice, of: int) -> Column:
        """The value of each of some units, ``of`` all."""
        if isinstance(self.value, PerUnit):
            return self.value.part(units, of)
        return np.full(units.stop - units.start, self.value)

    def forward(self, given: Columns, noise: Column) -> Column:  # noqa: ARG002
        """What was set."""
        return self.part(slice(0, len(noise)), len(noise))

    def abduct(self, value: Column, given: Columns) -> Point:  # noqa: ARG002
        """Nothing to find out."""
        return Point(np.zeros(len(value)))

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:  # noqa: ARG002
        """What was set."""
        return self.forward(then, value)

    def to_dict(self) -> dict[str, object]:
        """The value, or the values of the units, as plain data."""
        return {"kind": "constant", "value": plain(self.value), "values": list(self.values)}


@dataclass(frozen=True)
class Drawn:
    """Value := a draw of its own, which nothing that was seen says anything about."""

    noise: Law
    values: Values = ()
    given: tuple[str, ...] = ()
    reads: Variables = frozenset()
    traits: frozenset[Trait] = frozenset({Trait.ADDITIVE})
    assumes: str = ""

    def forward(self, given: Columns, noise: Column) -> Column:  # noqa: ARG002
        """The draw."""
        return noise

    def abduct(self, value: Column, given: Columns) -> Point:  # noqa: ARG002
        """The draw."""
        return Point(value)

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:  # noqa: ARG002
        """The same draw."""
        return value

    def to_dict(self) -> dict[str, object]:
        """The law as plain data."""
        return {"kind": "drawn", "noise": self.noise.to_dict()}


@dataclass(frozen=True)
class Shifted:
    """Value := what the old mechanism gives, plus a number."""

    inner: Mechanism
    by: float

    @property
    def given(self) -> tuple[str, ...]:
        """What the old mechanism reads."""
        return self.inner.given

    @property
    def reads(self) -> Variables:
        """What the old mechanism reads."""
        return self.inner.reads

    @property
    def values(self) -> Values:
        """Any real number."""
        return ()

    @property
    def noise(self) -> Law | str | None:
        """The noise of the old mechanism."""
        return self.inner.noise

    @property
    def traits(self) -> frozenset[Trait]:
        """What the old mechanism was, a shift leaves it."""
        return self.inner.traits

    @property
    def assumes(self) -> str:
        """What the old mechanism assumes."""
        return self.inner.assumes

    def forward(self, given: Columns, noise: Column) -> Column:
        """The old value, moved."""
        return floats(self.inner.forward(given, noise)) + self.by

    def abduct(self, value: Column, given: Columns) -> Posterior:
        """Moved back, then as before."""
        return self.inner.abduct(floats(value) - self.by, given)

    def couple(self, value: Column, given: Columns, then: Columns) -> Column | Chances:
        """Moved back, carried over, moved again."""
        match self.inner.couple(floats(value) - self.by, given, then):
            case Chances() as chances:
                return chances
            case column:
                return floats(column) + self.by

    def to_dict(self) -> dict[str, object]:
        """The old mechanism and the number, as plain data."""
        return {"kind": "shifted", "inner": self.inner.to_dict(), "by": self.by}


@dataclass(frozen=True)
class Held:
    """The old mechanism, which sees a constant in place of one of its causes."""

    inner: Mechanism
    name: str
    value: Value

    @property
    def given(self) -> tuple[str, ...]:
        """What it still reads."""
        return tuple(name for name in self.inner.given if name != self.name)

    @property
    def reads(self) -> Variables:
        """What it still reads, the ignored included."""
        return self.inner.reads - {self.name}

    @property
    def values(self) -> Values:
        """As before."""
        return self.inner.values

    @property
    def noise(self) -> Law | str | None:
        """As before."""
        return self.inner.noise

    @property
    def traits(self) -> frozenset[Trait]:
        """As before, but not claimed to be linear, which engines read weights off."""
        return self.inner.traits - {Trait.LINEAR}

    @property
    def assumes(self) -> str:
        """As before."""
        return self.inner.assumes

    def filled(self, given: Columns, units: int) -> list[Column]:
        """The columns that the old mechanism reads, the constant in its place."""
        columns = dict(zip(self.given, given, strict=True))
        constant = np.full(units, self.value)
        return [columns.get(name, constant) for name in self.inner.given]

    def forward(self, given: Columns, noise: Column) -> Column:
        """The old mechanism with the constant in its place."""
        return self.inner.forward(self.filled(given, noise.shape[-1]), noise)

    def abduct(self, value: Column, given: Columns) -> Posterior:
        """The old mechanism with the constant in its place."""
        return self.inner.abduct(value, self.filled(given, len(value)))

    def couple(self, value: Column, given: Columns, then: Columns) -> Column | Chances:
        """The old mechanism with the constant in its place, in both worlds."""
        was, now = self.filled(given, len(value)), self.filled(then, len(value))
        return self.inner.couple(value, was, now)

    def to_dict(self) -> dict[str, object]:
        """The old mechanism, and which cause is held where."""
        kept = {"name": self.name, "value": plain(self.value)}
        return {"kind": "held", "inner": self.inner.to_dict(), **kept}


def held(mechanism: Mechanism, name: str, value: Value, *, of: str) -> Mechanism:
    """A mechanism that sees a constant in place of one cause; ModelError unless it reads it."""
    if name not in mechanism.reads:
        raise ModelError(
            f"{of} does not read {name}, so that there is no edge {name} -> {of} to be set",
            variables=(name, of),
        )
    if is_finite(mechanism):
        return held_table(mechanism, name, value)
    return Held(mechanism, name, value)


def shifted(mechanism: Mechanism, by: float, *, of: str) -> Mechanism:
    """A mechanism whose value is moved; DomainError when a value can move out of its domain."""
    if is_finite(mechanism):
        return shifted_table(mechanism, by, of=of)
    if not mechanism.values:
        return Shifted(mechanism, float(by))
    raise ModelError(
        f"{of} takes {', '.join(map(repr, mechanism.values))}, each with some probability; "
        f"a shift by {by:g} leaves that domain",
        variables=(of,),
    )
