"""Which cells a formula reads, and how many rows there are in each: positivity as an answer.

A conditional is read where its condition occurs in a term of the formula that is not zero without
it; an empty cell that is read leaves the formula undefined, and one that is not does no harm.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DataError, UnsupportedQueryError, printable
from causal.estimation.contraction import MOST_CELLS, Tensor, divided
from causal.estimation.evaluation import Coded, Work, coded, empty_cells
from causal.expression import Expression, P
from causal.expression.notation import by_name
from causal.identification import Answer, Identified, NotIdentified, Undecided
from causal.variables import Symbol

__all__ = ["Demand", "Positivity", "positivity"]

Cell: TypeAlias = tuple[Hashable, ...]
TAG = 1000  # marks of a symbol that stands for a cell of a condition, and for no value of a formula


@dataclass(frozen=True)
class Demand:
    """The conditions under which a formula needs rows for one of its parts, and the rows there.

    ``part`` is a conditional, or a fraction; of a fraction only the cells are listed in which its
    denominator is zero.
    """

    part: str
    symbols: tuple[str, ...]  # of the condition; where it is at fixed values, none
    cells: tuple[Cell, ...]
    rows: tuple[float, ...]  # in each cell; of a law in the place of data, its probability

    @property
    def empty(self) -> tuple[Cell, ...]:
        """The cells without a row."""
        return tuple(c for c, n in zip(self.cells, self.rows, strict=True) if not n)

    def at(self, cell: Cell) -> str:
        """A cell in words."""
        pairs = zip(self.symbols, cell, strict=True)
        shown = (f"{s} = {printable(str(v))}" for s, v in pairs)
        return ", ".join(shown) or "the values asked about"

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON: values as text."""
        return {
            "part": self.part,
            "condition": list(self.symbols),
            "needed": [
                {"at": [str(v) for v in cell], "rows": rows}
                for cell, rows in zip(self.cells, self.rows, strict=True)
            ],
            "empty": len(self.empty),
        }

    def __str__(self) -> str:
        count = len(self.cells)
        conditions = f"{count} condition{'s' * (count != 1)}"
        if self.empty:
            shown = "; ".join(map(self.at, self.empty[:5]))
            more = f" and {len(self.empty) - 5} more" if len(self.empty) > 5 else ""
            return f"{self.part}: of {conditions} {len(self.empty)} without a row: {shown}{more}"
        fewest = min(range(count), key=self.rows.__getitem__)
        return f"{self.part}: {conditions}, the fewest rows {self.rows[fewest]:g} at " + self.at(
            self.cells[fewest]
        )


@dataclass(frozen=True)
class Positivity:
    """What a formula needs of data, part by part, and what the data have."""

    formula: Expression
    rows: int | None  # None for a law in the place of data
    demands: tuple[Demand, ...] = field(repr=False)

    @property
    def holds(self) -> bool:
        """Whether every cell that the formula reads has a row."""
        return not any(demand.empty for demand in self.demands)

    def frame(self) -> pd.DataFrame:
        """One row a condition that is needed: part, condition, rows; the emptiest first."""
        table = pd.DataFrame(
            [
                (demand.part, demand.at(cell), rows)
                for demand in self.demands
                for cell, rows in zip(demand.cells, demand.rows, strict=True)
            ],
            columns=["part", "condition", "rows"],
        )
        return table.sort_values("rows", kind="stable", ignore_index=True)

    def __str__(self) -> str:
        if not self.demands:
            return "the formula divides by nothing"
        return "\n".join(map(str, self.demands))


def positivity(what: Answer | Expression, law: pd.DataFrame | pd.Series) -> Positivity:
    """How well data support a formula: which conditions it needs rows for, and how many there are.

    ``what`` is a formula, or an identified query, whose formula is read at the values it fixes;
    ``law`` is data, or a Series of probabilities.  Raises UnsupportedQueryError where there is no
    formula, UnknownVariableError, MissingRegimeError for a formula over experiments, and DataError.

    >>> from causal import ADMG, identify
    >>> answer = identify(ADMG.parse("Z -> X -> Y; Z -> Y"), "P(Y=1 | do(X=1))")
    >>> data = pd.DataFrame({"X": [0, 0, 1, 1], "Z": [0, 1, 1, 1], "Y": [0, 1, 1, 0]})
    >>> found = positivity(answer, data)
    >>> print(found.holds, found, sep="; ")
    False; P(Y=1 | X=1, Z): of 2 conditions 1 without a row: Z = 0
    """
    formula = _formula(what)
    known = coded(law, formula.variables)
    parts: dict[Expression, Tensor] = {}
    Work(known, partial(_noted, parts=parts)).tensor(formula)
    rows = len(law) if isinstance(law, pd.DataFrame) else None
    demands = (_demand(formula, part, below, known, rows) for part, below in parts.items())
    return Positivity(formula, rows, tuple(demand for demand in demands if demand.cells))


def _formula(what: Answer | Expression) -> Expression:
    match what:
        case Identified():
            return what.formula
        case NotIdentified() | Undecided():
            raise UnsupportedQueryError(f"there is no formula that could need data: {what}")
        case _:
            return what


def _noted(
    part: Expression, above: Tensor, below: Tensor, _: Coded, *, parts: dict[Expression, Tensor]
) -> Tensor:
    """The ratio, its denominator kept."""
    parts[part] = below
    return divided(above, below)


def _demand(
    formula: Expression, part: Expression, below: Tensor, law: Coded, rows: int | None
) -> Demand:
    """The cells of one part that are read, and their rows."""
    cells = _read_cells(formula, part, below, law)
    domains = [law.domains[s.variable] for s in below.axes]
    found = []
    for place in cells:
        share = float(below.values[place]) if below.axes else float(below.values)
        cell = tuple(domain[i] for domain, i in zip(domains, place, strict=True))
        found.append((cell, share if rows is None else round(share * rows)))
    if not isinstance(part, P):
        zero = set(empty_cells(below, law))
        found = [(cell, 0) for cell, _ in found if cell in zero]
    symbols = tuple(map(str, below.axes))
    return Demand(str(part), symbols, tuple(c for c, _ in found), tuple(n for _, n in found))


def _read_cells(
    formula: Expression, target: Expression, below: Tensor, law: Coded
) -> Iterator[tuple[int, ...]]:
    """The cells of a denominator that the formula reads, by their places.

    The formula is worked out once for every cell side by side, that cell being a hole and all
    others filled: where the outcome has a hole, it was read.
    """
    tags = {s: Symbol(s.variable, TAG + i) for i, s in enumerate(sorted(below.axes, key=by_name))}
    tensor = Work(law, partial(_pierced, target=target, tags=tags)).tensor(formula)
    if tensor.holes is None:
        return
    order = [tags[s] for s in below.axes if tags[s] in tensor.axes]
    others = tuple(i for i, s in enumerate(tensor.axes) if s not in tags.values())
    left = [s for s in tensor.axes if s in tags.values()]
    read: NDArray[np.bool_] = np.asarray(tensor.holes.any(axis=others))
    places = np.argwhere(np.transpose(read, [left.index(s) for s in order]))
    yield from map(tuple, places.tolist())


def _pierced(
    part: Expression,
    above: Tensor,
    below: Tensor,
    _: Coded,
    *,
    target: Expression,
    tags: dict[Symbol, Symbol],
) -> Tensor:
    """The ratio with nothing undefined in it; of the target, one cell is, in turn."""
    filled = divided(above, below)
    values = filled.values if filled.holes is None else np.where(filled.holes, 1.0, filled.values)
    if part != target:
        return Tensor(filled.axes, values)
    sizes = [below.values.shape[below.axes.index(s)] for s in tags]
    if prod(sizes) * values.size > MOST_CELLS:
        raise DataError(f"{part} has too many conditions to say which of them the formula reads")
    axes = (*filled.axes, *tags.values())
    here = np.ones((*values.shape, *sizes), dtype=bool)
    for i, (symbol, size) in enumerate(zip(tags, sizes, strict=True)):
        shape = [1] * len(axes)
        shape[filled.axes.index(symbol)] = shape[values.ndim + i] = size
        here &= np.eye(size, dtype=bool).reshape(shape)
    spread = np.broadcast_to(values.reshape((*values.shape, *[1] * len(sizes))), here.shape)
    return Tensor(axes, np.where(here, 0.0, spread), here)
