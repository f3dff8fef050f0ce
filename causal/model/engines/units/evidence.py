"""The units as they were seen: columns by name, read where they lie, and looked at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from causal.errors import DataError, MissingColumnsError
from causal.model.mechanism import Column
from causal.variables import Variable, natural, nearest

__all__ = ["Evidence", "Units"]

Units: TypeAlias = pd.DataFrame | Mapping[str, ArrayLike]


@dataclass
class Evidence:
    """Columns of a table, one entry a unit, fetched when they are first needed.

    >>> seen = Evidence.of({"X": [1.0, 2.0]})
    >>> len(seen), seen.column("X")
    (2, array([1., 2.]))
    """

    table: Units
    names: Collection[str]
    index: pd.Index
    fetched: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, units: Units) -> Evidence:
        """Read a DataFrame, or a mapping of columns of one length."""
        if isinstance(units, pd.DataFrame):
            if not units.columns.is_unique:
                twice = units.columns[units.columns.duplicated()][0]
                raise DataError(f"the units have two columns {twice}")
            return cls(units, units.columns, units.index)
        lengths = {name: len(np.atleast_1d(column)) for name, column in units.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise DataError(f"the columns of the units have different lengths: {shown}")
        count = next(iter(lengths.values()), 0)
        return cls(units, tuple(units), pd.RangeIndex(count))

    def __len__(self) -> int:
        return len(self.index)

    def require(self, names: Iterable[Variable], why: str) -> None:
        """Raise MissingColumnsError unless the units have these columns."""
        if missing := sorted({name for name in names if name not in self.names}, key=natural):
            known = list(map(str, self.names))
            close = dict.fromkeys(hit for name in missing for hit in nearest(name, known))
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise MissingColumnsError(missing, why + hint)

    def column(self, name: Variable, *, real: bool = False) -> Column:
        """A column without a copy where memory allows; raises DataError if it has no numbers."""
        if name not in self.fetched:
            table = self.table
            found = table[name].to_numpy() if isinstance(table, pd.DataFrame) else table[name]
            self.fetched[name] = np.asarray(found)
        column = self.fetched[name]
        if column.ndim != 1:
            raise DataError(f"the column {name} has the shape {column.shape}, not one value a unit")
        if real and column.dtype.kind not in "fiub":
            raise DataError(
                f"{name} takes real numbers, but its column holds {column.dtype} values"
            )
        return column

    def shared(self, name: Variable) -> pd.Series:
        """A column to be handed on: whoever writes to it gets a copy, as pandas does it.

        An array that came without a table is copied at once, as nothing else would protect it.
        """
        if isinstance(self.table, pd.DataFrame):
            found: pd.Series = self.table[name]
            return found
        return pd.Series(np.array(self.column(name)), index=self.index, copy=False)

    def check(self, name: Variable, units: slice) -> None:
        """Raise DataError where a column has no finite number."""
        column = self.column(name)[units]
        if column.dtype.kind == "f" and not np.isfinite(column).all():
            at = int(np.flatnonzero(~np.isfinite(column))[0])
            row = self.index[units.start + at]
            raise DataError(
                f"{name} is {column[at]} in row {row!r}; what each unit would have been needs "
                "every column that is read, in full"
            )
