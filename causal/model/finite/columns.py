"""Tables at the speed of columns: values become places, and rows are looked up.

The private noise of a table is which cell a unit is in.  Seeing a value leaves the cells that give
it; so the value of the same unit under another setting has the law that those cells, by their
weights, give it there (Balke & Pearl 1994).  In floating point, unit by unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DomainError, ImpossibleEvidenceError
from causal.model.exact import Row
from causal.model.mechanism import Chances, Column, Columns, Value, Values
from causal.model.noise import Floats
from causal.model.posterior import Cells

__all__ = ["Lookup", "places"]

Places: TypeAlias = NDArray[np.intp]


class Responding(Protocol):
    """What there is to look up: a value for every setting of what is given, and every cell."""

    @property
    def given(self) -> tuple[str, ...]:
        """What a row is written under."""

    @property
    def values(self) -> Values:
        """The domain."""

    @property
    def cells(self) -> Row:
        """The probabilities of the private noise."""

    @property
    def settings(self) -> tuple[Values, ...]:
        """What is given in each row."""

    def respond(self, given: Values, cell: int) -> Value:
        """The value in a row and a cell."""


def places(column: Column, domain: Values, of: str) -> Places:
    """Where each value stands in a domain; raises DomainError on the first that does not.

    >>> places(np.array(["low", "high", "low"]), ("low", "high"), of="dose")
    array([0, 1, 0])
    """
    if column.dtype.kind in "iu" and domain == tuple(range(len(domain))):
        counted = column.astype(np.intp)
        if not counted.size or (counted.min() >= 0 and counted.max() < len(domain)):
            return counted
    plain = [int(value) if isinstance(value, bool) else value for value in domain]
    read = column.astype(np.intp) if column.dtype == np.bool_ else column
    found: Places = pd.Index(plain, tupleize_cols=False).get_indexer(pd.Index(read))
    if (strangers := np.flatnonzero(found < 0)).size:
        [value] = column[strangers[:1]].tolist()
        raise DomainError(of, value, domain)
    return found


@dataclass(frozen=True, eq=False)
class Lookup:
    """A finite mechanism as arrays: which value (a place) each row and each cell gives.

    Rows stand in grid order over the domains of what is given.
    """

    given: tuple[str, ...]
    domains: tuple[Values, ...]
    values: Values
    picks: Places  # one row a setting, one column a cell
    weights: Floats  # of the cells

    @classmethod
    def of(cls, mechanism: Responding) -> Lookup:
        """Tabulate the responses; what is given takes the values that the rows have."""
        given, settings = mechanism.given, mechanism.settings
        domains = tuple(tuple(dict.fromkeys(s[i] for s in settings)) for i in range(len(given)))
        place = {value: i for i, value in enumerate(mechanism.values)}
        grid = np.full((prod(map(len, domains)), len(mechanism.cells)), -1, dtype=np.intp)
        ranks = [{value: i for i, value in enumerate(domain)} for domain in domains]
        for setting in settings:
            row = 0
            for rank, domain, value in zip(ranks, domains, setting, strict=True):
                row = row * len(domain) + rank[value]
            grid[row] = [place[mechanism.respond(setting, c)] for c in range(grid.shape[1])]
        weights = np.array([float(p) for p in mechanism.cells])
        return cls(given, domains, mechanism.values, grid, weights)

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value in the row of each unit, in its cell."""
        cell = np.asarray(noise, dtype=np.intp) if self.weights.size > 1 else 0
        values: Column = np.asarray(self.values)
        picked: Column = values[self.picks[self._rows(given, len(noise)), cell]]
        return picked

    def abduct(self, value: Column, given: Columns) -> Cells:
        """The cells that give the value, by their weights; ImpossibleEvidenceError if none does."""
        seen = places(value, self.values, of="a value")
        picks = self.picks[self._rows(given, len(value))].T
        weights = self.weights[:, None] * (picks == seen)
        if (none := np.flatnonzero(weights.sum(axis=0) == 0)).size:
            raise ImpossibleEvidenceError(self._event(value, given, int(none[0])))
        return Cells(weights / weights.sum(axis=0))

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """The law of the value in another row, by the cells that gave this one in this row."""
        rows, settings = len(self.picks), len(self.values)
        seen = places(value, self.values, of="a value")
        pair = (self._rows(given, len(value)) * settings + seen) * rows
        pair += self._rows(then, len(value))
        laws = np.zeros((settings, rows * settings * rows))
        for used in np.flatnonzero(np.bincount(pair)):
            before, other = divmod(int(used), rows)
            row, place = divmod(before, settings)
            cells = self.weights * (self.picks[row] == place)
            if not cells.any():
                unit = int(np.flatnonzero(pair == used)[0])
                raise ImpossibleEvidenceError(self._event(value, given, unit))
            laws[:, used] = np.bincount(self.picks[other], cells, settings) / cells.sum()
        return Chances(self.values, laws[:, pair])

    def _rows(self, given: Columns, units: int) -> Places:
        row: Places = np.zeros(units, dtype=np.intp)
        for name, column, domain in zip(self.given, given, self.domains, strict=True):
            row = row * len(domain) + places(column, domain, of=name)
        return row

    def _event(self, value: Column, given: Columns, unit: int) -> str:
        pairs = zip(self.given, given, strict=True)
        where = ", ".join(f"{name}={column[unit]}" for name, column in pairs)
        return f"the value {value[unit]}{f' where {where}' if where else ''}"
