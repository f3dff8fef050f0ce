"""Any function of what is given and of a noise: a black box, unless an inverse comes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np

from causal.errors import FunctionError, ModelError
from causal.model.continuous.additive import read
from causal.model.continuous.calling import answer, numbers
from causal.model.continuous.curves import arity, called, names
from causal.model.continuous.laws import Normal
from causal.model.continuous.linear import written
from causal.model.mechanism import Column, Columns, Trait, Value, Values
from causal.model.noise import Floats, Law, floats
from causal.model.posterior import Point
from causal.variables import Names, Variables, variables

__all__ = ["Function"]

CLOSE = 1e-6  # how far what an inverse gives back may be from the value, relative to both


@dataclass(frozen=True, init=False)
class Function:
    """Value := rule(columns of what is given, the column of the noise).

    The rule is called with arrays and works unit by unit: what it returns for a unit depends on
    that unit alone. With ``inverse(value, *given) -> noise`` it can be solved for the noise;
    without one it can be drawn from, and what a unit would have been is refused.  Without noise
    (``noise=None``) the rule gets no last column.

    >>> import numpy as np
    >>> product = Function("X", lambda x, e: x * e, inverse=lambda y, x: y / x)
    >>> product.couple(np.array([6.0]), [np.array([2.0])], [np.array([5.0])])
    array([15.])
    """

    given: tuple[str, ...]
    rule: Callable[..., Column]
    noise: Law | str | None
    inverse: Callable[..., Column] | None
    values: Values
    ignores: tuple[str, ...]

    def __init__(
        self,
        given: Names,
        rule: Callable[..., Column],
        *,
        noise: Law | str | None = Normal(),
        inverse: Callable[..., Column] | None = None,
        values: Iterable[Value] = (),
        ignores: Names = (),
    ) -> None:
        columns = names(given)
        arity(rule, len(columns) + (noise is not None), of=", ".join((*columns, "noise")))
        if inverse is not None:
            arity(inverse, len(columns) + 1, of=", ".join(("value", *columns)))
        object.__setattr__(self, "given", columns)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "inverse", inverse)
        object.__setattr__(self, "values", tuple(values))
        object.__setattr__(self, "ignores", tuple(sorted(variables(ignores))))

    @property
    def reads(self) -> Variables:
        """What is given, a named noise, and the ignored ones."""
        return read(self.given, self.noise, self.ignores)

    @property
    def traits(self) -> frozenset[Trait]:
        """A black box, or monotone when there is an inverse."""
        return frozenset({Trait.BLACK_BOX if self.inverse is None else Trait.MONOTONE})

    @property
    def assumes(self) -> str:
        """That the rule holds for the unit, and not only for the crowd."""
        return "the function holds unit by unit" if self.given else ""

    def forward(self, given: Columns, noise: Column) -> Column:
        """The rule's answer, as it comes: whoever calls looks at its shape."""
        columns = given if self.noise is None else (*given, noise)
        return cast("Column", answer(self.rule, columns))

    def abduct(self, value: Column, given: Columns) -> Point:
        """The noise by the inverse, tried out on the spot; raises ModelError when there is none."""
        if self.inverse is None:
            raise ModelError(
                "a function without an inverse cannot be solved for its noise; give "
                "inverse=lambda value, *given: noise, or use an additive, location-scale or "
                "monotone mechanism"
            )
        found = answer(self.inverse, (value, *given))
        noise = numbers(found, len(value), by="an inverse that")
        self._check_inverse(value, given, noise)
        return Point(noise)

    def couple(self, value: Column, given: Columns, then: Columns) -> Column:
        """The rule under other circumstances, with the noise that the inverse finds."""
        return self.forward(then, self.abduct(value, given).noise)

    def _check_inverse(self, value: Column, given: Columns, noise: Floats) -> None:
        """Raise FunctionError unless the noise that was found gives back the value."""
        again = self.forward(given, noise)
        if not isinstance(again, np.ndarray) or again.shape != value.shape:
            return  # whoever goes on with it will say so
        if not self.values and again.dtype.kind not in "fiub":
            return
        if self.values:
            off = again != value
        else:
            if np.isnan(again).any():
                raise FunctionError(f"returns NaN for unit {int(np.isnan(again).argmax())}")
            size = np.maximum(np.abs(floats(value)), np.abs(noise))
            off = ~(np.abs(floats(again) - floats(value)) <= CLOSE * np.maximum(size, 1))
        if off.any():
            unit = int(off.argmax())
            raise FunctionError(
                f"has an inverse that does not undo it: for {value[unit]} it gives the noise "
                f"{noise[unit]:g}, and that gives {again[unit]}"
            )

    def to_dict(self) -> dict[str, object]:
        """What is data about it, and where the functions are to be found."""
        return {
            "kind": "function",
            "given": list(self.given),
            "rule": called(self.rule),
            "inverse": None if self.inverse is None else called(self.inverse),
            "noise": written(self.noise),
            "values": list(self.values),
            "ignores": list(self.ignores),
        }
