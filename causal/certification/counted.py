"""The numbers of an answer on data, with the rows from which anybody can work them out again.

The interval is that of the infinitesimal jackknife (Jaeckel 1972): what one row more would change
is the influence of a row, and the mean square of the influences, over n, is the variance.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import sqrt
from statistics import NormalDist
from typing import Final, TypeAlias

import pandas as pd

from causal.errors import DataError, PositivityError
from causal.expression.law import Cell, Law, read
from causal.expression.table import Hole
from causal.identification import Identified
from causal.variables import Variable, Variables, natural, quoted

__all__ = ["Numbers"]

Value: TypeAlias = Hashable
At: TypeAlias = Mapping[Variable, Value]
NORMAL: Final = NormalDist().inv_cdf(0.975)
MOST_ROWS: Final = 256  # different ones, up to which an interval is given


@dataclass(frozen=True)
class Numbers:
    """A formula on rows: what each weighs, and how many they are; an exact law counts as one.

    >>> from causal import ADMG, identify
    >>> data = pd.DataFrame({"X": [0, 0, 1, 1], "Y": [0, 1, 1, 1]})
    >>> answer = identify(ADMG.parse("X -> Y"), "P(Y=1 | do(X=0))")
    >>> Numbers.of(answer, data).to_dict()["cells"][0]["value"]
    0.5
    """

    answer: Identified
    law: Law
    n: int

    @classmethod
    def of(cls, answer: Identified, data: pd.DataFrame | pd.Series) -> Numbers:
        """The numbers on observations, or on an exact law, a Series of Fractions."""
        names = answer.query.variables | answer.estimand.variables
        law = read(data, names)
        if isinstance(data, pd.DataFrame):
            return cls(answer, law, len(data))
        if any(isinstance(p, float) for p in law.cells.values()):
            raise DataError("a certified number needs an exact law, a Series of Fractions")
        return cls(answer, law, 1)

    def to_dict(self, *, intervals: bool = True) -> dict[str, object]:
        """Plain data: the rows, and a value for each cell that the query asks about.

        Cells in which the formula is undefined are passed; PositivityError if it is so in all.
        """
        rows = {cell: Fraction(p) * self.n for cell, p in self.law.cells.items() if p}
        wanted = self.n > 1 and intervals and len(rows) <= MOST_ROWS
        values = [(at, self._value(self.law, at)) for at in self._asked()]
        holes = [value for _, value in values if isinstance(value, Hole)]
        if len(holes) == len(values):
            raise PositivityError(holes[0].conditional, sorted({hole.cell for hole in holes}))
        cells = [
            {
                "at": {v: self._label(v, value) for v, value in at.items()},
                "value": float(exact) if self.n > 1 else str(exact),
                "interval": self._interval(rows, at, exact) if wanted else None,
            }
            for at, exact in values
            if isinstance(exact, Fraction)
        ]
        listed = [[*map(self._label, self.law.variables, row), str(w)] for row, w in rows.items()]
        return {"of": list(self.law.variables), "rows": listed, "n": self.n, "cells": cells}

    def _asked(self) -> Iterator[At]:
        """Values of all that is free: the one that the query fixes, else every one.

        What the formula does not depend on has the value of most rows, as in an estimate.
        """
        choices = {v: self._choices(v) for v in sorted(self._mentioned, key=natural)}
        for values in product(*choices.values()):
            yield dict(zip(choices, values, strict=True))

    @property
    def _mentioned(self) -> Variables:
        return self.answer.query.variables | self.answer.free

    def _choices(self, v: Variable) -> Sequence[Value]:
        fixed, seen = self.answer.query.values, self.law.domains[v]
        if v in self.answer.free:
            margin = self.law.margin([v])
            return max(margin, key=margin.__getitem__)
        if v not in fixed:
            return seen
        if fixed[v] not in seen:
            known = ", ".join(map(repr, seen[:12]))
            raise DataError(f"{quoted(v)} is never {fixed[v]!r} in the data; it takes {known}")
        return (fixed[v],)

    def _value(self, law: Law, at: At) -> Fraction | Hole:
        table = self.answer.estimand.table(law)
        found = table.cells.get(tuple(at[s.variable] for s in table.symbols), Fraction(0))
        return found if isinstance(found, Hole) else Fraction(found)

    def _interval(self, rows: Mapping[Cell, Fraction], at: At, exact: Fraction) -> list[float]:
        squares = Fraction(0)
        for row, weight in rows.items():
            more = {cell: (w + (cell == row)) / (self.n + 1) for cell, w in rows.items()}
            value = self._value(Law(self.law.variables, more), at)
            if isinstance(value, Hole):
                raise PositivityError(value.conditional, [value.cell])
            squares += weight * ((self.n + 1) * (value - exact)) ** 2
        reach = NORMAL * sqrt(squares) / self.n
        return [max(0.0, exact - reach), min(1.0, exact + reach)]

    def _label(self, v: Variable, value: Value) -> str:
        """A value as text, and as no other one."""
        texts = {str(one) for one in self.law.domains[v]}
        return str(value) if len(texts) == len(self.law.domains[v]) else repr(value)
