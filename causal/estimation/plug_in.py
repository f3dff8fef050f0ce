"""The plug-in estimate: the formula on the empirical law, its interval by resampling rows.

Efron & Tibshirani (1993), chapter 13: the percentile interval.  It is honest about sampling noise
when every cell that the formula divides by is well filled, and says nothing of what the graph
assumes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DataError, OptionError, PositivityError, TooFewRowsError
from causal.estimation.estimate import Diagnostics, Estimate
from causal.estimation.replicates import Draws, Replicates
from causal.expression import laws
from causal.expression.law import Cell, Law, Number, read
from causal.expression.table import Entry, Hole
from causal.identification import Identified
from causal.model.streams import Randomness, root, stream
from causal.variables import Variable, natural, quoted

__all__ = ["PlugIn"]

Value: TypeAlias = Hashable
Counts: TypeAlias = NDArray[np.int64]
FEWEST = 10  # rows below which percentiles of resampled rows mean nothing


@dataclass(frozen=True)
class PlugIn:
    """Read the formula on the data as they are; bootstrap rows for the interval.

    >>> PlugIn(level=95)
    Traceback (most recent call last):
        ...
    causal.errors.OptionError: level is 95, but it lies between 0 and 1
    """

    draws: int = 400
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse options outside their range."""
        if not 0 < self.level < 1:
            raise OptionError("level", self.level, "it lies between 0 and 1")
        if self.draws < 1:
            raise OptionError("draws", self.draws, "it is at least 1")

    def estimate(self, answer: Identified, data: pd.DataFrame, *, rng: Randomness) -> Estimate:
        """The estimate of a query all of whose variables have values.

        Raises UnknownVariableError, DataError, TooFewRowsError, or PositivityError with the cells
        that the formula divides by and the data do not have.
        """
        law = read(data, answer.estimand.variables | answer.query.variables)
        if len(data) < FEWEST:
            raise TooFewRowsError(len(data), FEWEST, "a bootstrap interval")
        cell = _cell(answer, law)
        value = _value(answer, law, cell)
        if isinstance(value, Hole):
            raise PositivityError(value.conditional, [value.cell])
        draws = _resampled(answer, law, cell, _bootstrap(law, len(data), self.draws, rng))
        known = draws[~np.isnan(draws)]
        if not known.size:
            raise DataError(
                f"no bootstrap draw of {len(data)} rows fills every cell of the formula"
            )
        low, high = np.quantile(known, [(1 - self.level) / 2, (1 + self.level) / 2])
        return Estimate(
            query=answer.query,
            value=float(value),
            interval=(float(low), float(high)),
            level=self.level,
            n=len(data),
            assumptions=tuple(_assumptions(answer, cell)),
            diagnostics=Diagnostics(
                cells=len(law.cells),
                supporting=_supporting(answer, law, len(data)),
                draws=self.draws,
                undefined=self.draws - known.size,
            ),
        )


def _bootstrap(law: Law, n: int, draws: int, rng: Randomness) -> Counts:
    """How often each cell occurs when ``n`` rows are drawn with replacement."""
    share = np.array([float(p) for p in law.cells.values()])
    return stream(root(rng), "bootstrap").multinomial(n, share / share.sum(), size=draws)


def _resampled(
    answer: Identified, law: Law, asked: Mapping[Variable, Value], counts: Counts
) -> Draws:
    """The value on every resampled law at once; a row of ``counts`` is a draw, a column a cell."""
    shares = [Replicates(column) for column in (counts / counts[0].sum()).T]
    cells = dict(zip(law.cells, shares, strict=True))
    # A cell beside every seen one for the values asked about: where a draw loses the condition,
    # the probability of an outcome never seen there is undefined, and no longer zero.
    never = Replicates(np.zeros(len(counts)))
    for v, value in _asked(answer):
        place = law.variables.index(v)
        beside = [(*cell[:place], value, *cell[place + 1 :]) for cell in cells]
        cells = dict.fromkeys(beside, never) | cells
    # Replicates is a number to the formula's arithmetic, though not to the type of a law.
    resampled = Law(law.variables, cast("dict[Cell, Number]", cells))
    drawn = _value(answer, resampled, asked)
    if isinstance(drawn, Replicates):
        return drawn.draws
    return np.full(len(counts), np.nan if isinstance(drawn, Hole) else float(drawn))


def _asked(answer: Identified) -> Iterator[tuple[Variable, Value]]:
    """The values that the query, or its formula, speaks of."""
    yield from answer.query.values.items()
    for law in laws(answer.estimand):
        yield from ((s.variable, s.value) for s in law.symbols if s.value is not None)


def _cell(answer: Identified, law: Law) -> dict[Variable, Value]:
    """The values asked about; a free variable of the formula gets the value most rows have."""
    for v, value in _asked(answer):
        if value not in law.domains[v]:
            seen = ", ".join(map(repr, law.domains[v][:12]))
            raise DataError(f"{quoted(v)} is never {value!r} in the data; it takes {seen}")
    margins = {v: law.margin([v]) for v in sorted(answer.free, key=natural)}
    usual = {v: max(margin, key=lambda key: margin[key])[0] for v, margin in margins.items()}
    return {**answer.query.values, **usual}


def _value(answer: Identified, law: Law, cell: Mapping[Variable, Value]) -> Entry:
    table = answer.estimand.table(law)
    return table.cells.get(tuple(cell[s.variable] for s in table.symbols), Fraction(0))


def _supporting(answer: Identified, law: Law, n: int) -> int:
    """The rows in which the actions have the values asked about."""
    actions = sorted(answer.query.actions, key=natural)
    asked = tuple(answer.query.values[v] for v in actions)
    return round(law.margin(actions)[asked] * n)


def _assumptions(answer: Identified, cell: Mapping[Variable, Value]) -> Iterator[str]:
    yield f"the graph: {answer.graph}"
    yield "rows are independent units from one law"
    yield "interval: percentile bootstrap over rows"
    for v in sorted(answer.free, key=natural):
        yield f"the formula holds for every {quoted(v)}; the number is for {quoted(v)}={cell[v]}"
