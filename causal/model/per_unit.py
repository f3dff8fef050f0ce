"""One value for each unit, as a value: what an intervention sets need not be the same for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causal.errors import DataError
from causal.model.mechanism import Column, Value

__all__ = ["PerUnit", "plain"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class PerUnit:
    """One value for each unit; compares and hashes by content.

    >>> PerUnit([1, 2]) == PerUnit(np.array([1, 2]))
    True
    >>> PerUnit([1, 2])
    <2 values: 1, 2>
    """

    values: Column

    def __init__(self, values: Sequence[object] | Column) -> None:
        column: Column = np.array(values)
        if column.ndim != 1 or column.dtype.kind not in "fiubUO":
            raise DataError(
                f"one value a unit is one column, not {column.dtype} values of shape {column.shape}"
            )
        if column.dtype.kind == "f" and not np.isfinite(column).all():
            unit = int((~np.isfinite(column)).argmax())
            strange = "NaN" if np.isnan(column[unit]) else str(column[unit])
            raise DataError(f"the value for unit {unit} is {strange}")
        column.flags.writeable = False
        object.__setattr__(self, "values", column)

    def __repr__(self) -> str:
        first = ", ".join(map(str, self.values[:4].tolist()))
        return f"<{len(self.values)} values: {first}{', ...' if len(self.values) > 4 else ''}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PerUnit) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((len(self.values), *self.values[:8].tolist()))

    def part(self, units: slice, of: int) -> Column:
        """The values of some of the units; raises DataError unless there is one for each."""
        if len(self.values) != of:
            raise DataError(f"{len(self.values)} values are set for {of} units")
        return self.values[units]


def plain(value: Value | PerUnit) -> object:
    """A value, or the values of the units, as plain data.

    >>> plain(PerUnit([1, 2]))
    {'units': [1, 2]}
    """
    return {"units": value.values.tolist()} if isinstance(value, PerUnit) else value
