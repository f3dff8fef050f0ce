"""A formula on data or on a law of floats, by arrays; what is empty is reported, not raised.

``Expression.evaluate`` is exact and raises where a formula is undefined.  This is its fast twin:
the same numbers to rounding, undefined cells as NaN, and a report of every condition never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DataError, MissingRegimeError, UnknownVariableError, printable
from causal.estimation.contraction import MOST_CELLS, Axes, Tensor, contracted, divided
from causal.expression import Expression, P, Product, Quotient, Sum, Zero
from causal.expression.law import in_order
from causal.expression.notation import by_name
from causal.variables import Symbol, Variable, Variables, listed, natural, nearest, quoted

__all__ = ["Coded", "Evaluation", "Gap", "Work", "coded", "empty_cells", "evaluate"]

Value: TypeAlias = Hashable
Ratio: TypeAlias = "Callable[[Expression, Tensor, Tensor, Coded], Tensor]"


@dataclass(frozen=True)
class Gap:
    """Conditions that a formula divides by, and that have probability zero."""

    part: str  # the conditional or the fraction, as text
    symbols: tuple[str, ...]
    cells: tuple[tuple[Value, ...], ...]

    def __str__(self) -> str:
        shown = [
            ", ".join(f"{s} = {printable(str(v))}" for s, v in zip(self.symbols, cell, strict=True))
            for cell in self.cells[:5]
        ]
        more = f" and {len(self.cells) - 5} more" if len(self.cells) > 5 else ""
        return f"{self.part} has nothing at {'; '.join(shown)}{more}"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The values of a formula, NaN where it is undefined, and why it is undefined there.

    A gap need not leave a value undefined: what is multiplied by zero does not matter.
    """

    values: pd.Series
    gaps: tuple[Gap, ...]

    @property
    def undefined(self) -> int:
        """How many values are undefined."""
        return int(self.values.isna().sum())

    def __str__(self) -> str:
        if not self.gaps:
            return "every cell that the formula divides by is filled"
        return "\n".join(map(str, self.gaps))


def evaluate(formula: Expression, law: pd.Series | pd.DataFrame) -> Evaluation:
    """The values of a formula on a law, as Expression.evaluate gives them, in floating point.

    ``law`` is a Series of probabilities whose index levels are the variables, or a DataFrame of
    observations.  Raises UnknownVariableError, MissingRegimeError for a law under actions, and
    DataError for missing values, for no rows, and when a table of more than 2^26 cells is needed.

    >>> from causal.expression import parse
    >>> data = pd.DataFrame({"X": [0, 0, 1], "Z": [0, 1, 1], "Y": [0, 1, 1]})
    >>> found = evaluate(parse("Σ_{Z} P(Y | X, Z) P(Z)"), data)
    >>> found.values[0, 1].round(3), found.undefined
    (np.float64(0.667), 2)
    >>> print(found)
    P(Y | X, Z) has nothing at X = 1, Z = 0
    """
    gaps: list[Gap] = []
    work = Work(coded(law, formula.variables), partial(_reported, gaps=gaps))
    tensor = work.tensor(formula)
    axes = tuple(sorted(tensor.axes, key=by_name))
    values = tensor.values.transpose([tensor.axes.index(s) for s in axes])
    if tensor.holes is not None:
        holes = tensor.holes.transpose([tensor.axes.index(s) for s in axes])
        values = np.where(holes, np.nan, values)
    return Evaluation(_labelled(values, axes, work.law), tuple(gaps))


@dataclass(frozen=True)
class Coded:
    """A law as columns of codes, one a variable, a weight a row, and the sum of the weights."""

    domains: Mapping[Variable, Sequence[Value]]
    codes: Mapping[Variable, NDArray[np.intp]]
    weights: NDArray[np.float64]
    whole: float

    def margin(self, names: Sequence[Variable]) -> NDArray[np.float64]:
        """The probability of each combination of values."""
        shape = [len(self.domains[name]) for name in names]
        if prod(shape) > MOST_CELLS:
            raise DataError(
                f"the law of {listed(map(quoted, names))} has {prod(shape):,} cells, more than "
                f"{MOST_CELLS:,}; Expression.evaluate keeps to the cells that occur"
            )
        if not names:
            return np.array(1.0)
        cell = np.ravel_multi_index([self.codes[name] for name in names], shape)
        sums = np.bincount(cell, self.weights, minlength=prod(shape))
        return sums.reshape(shape) / self.whole


@dataclass
class Work:
    """One evaluation: equal parts are computed once; ``ratio`` says what a fraction becomes.

    It is told which part of the formula the fraction is, and what stands above and below its bar:
    a conditional is one, too.
    """

    law: Coded
    ratio: Ratio
    known: dict[Expression, Tensor] = field(default_factory=dict)

    def tensor(self, formula: Expression) -> Tensor:
        """The value of a formula, for every value of its free symbols."""
        if formula not in self.known:
            self.known[formula] = self.computed(formula)
        return self.known[formula]

    def computed(self, formula: Expression) -> Tensor:
        """The same, worked out."""
        match formula:
            case P():
                return self.conditional(formula)
            case Sum(over, body):
                factors = body.factors if isinstance(body, Product) else (body,)
                return self.contracted(factors, over)
            case Product(factors):
                return self.contracted(factors, frozenset())
            case Quotient(numerator, denominator):
                return self.ratio(
                    formula, self.tensor(numerator), self.tensor(denominator), self.law
                )
            case _:
                return Tensor((), np.array(0.0 if isinstance(formula, Zero) else 1.0))

    def contracted(self, factors: Sequence[Expression], over: frozenset[Symbol]) -> Tensor:
        """A sum of a product."""
        tensors = [self.tensor(factor) for factor in factors]
        symbols = over.union(*(t.axes for t in tensors))
        return contracted(tensors, over, {s: len(self.law.domains[s.variable]) for s in symbols})

    def conditional(self, law: P) -> Tensor:
        """A law, as a ratio of two margins; raises MissingRegimeError for one under actions."""
        if law.do:
            done = ", ".join(map(str, sorted(law.do, key=by_name)))
            raise MissingRegimeError(f"do({done})", ["P(.)"])
        of, given = sorted(law.of, key=by_name), sorted(law.given, key=by_name)
        joint = self.law.margin([s.variable for s in (*of, *given)])
        base = self.at_constants(given, joint.sum(axis=tuple(range(len(of)))))
        whole = self.at_constants((*of, *given), joint)
        if not given:
            return whole
        return self.ratio(law, whole, base, self.law)

    def at_constants(self, symbols: Sequence[Symbol], values: NDArray[np.float64]) -> Tensor:
        """The cells in which every constant has its value; none of them when it never occurs."""
        for axis, symbol in reversed(list(enumerate(symbols))):
            if symbol.value is not None:
                domain = list(self.law.domains[symbol.variable])
                place = domain.index(symbol.value) if symbol.value in domain else None
                gone = np.zeros(values.shape[:axis] + values.shape[axis + 1 :])
                values = gone if place is None else np.asarray(values.take(place, axis=axis))
        return Tensor(tuple(s for s in symbols if s.value is None), values)


def empty_cells(below: Tensor, law: Coded) -> tuple[tuple[Value, ...], ...]:
    """Where a denominator is zero, and not itself undefined."""
    empty = below.values == 0
    if below.holes is not None:
        empty &= ~below.holes
    domains = [law.domains[s.variable] for s in below.axes]
    return tuple(
        tuple(domain[i] for domain, i in zip(domains, place, strict=True))
        for place in np.argwhere(empty).tolist()
    )


def _reported(
    part: Expression, above: Tensor, below: Tensor, law: Coded, *, gaps: list[Gap]
) -> Tensor:
    """The ratio; where its denominator is zero, that is noted."""
    if cells := empty_cells(below, law):
        gaps.append(Gap(str(part), tuple(map(str, below.axes)), cells))
    return divided(above, below)


def coded(law: object, needed: Variables) -> Coded:
    """A law, or rows, as numbered values; raises UnknownVariableError and DataError."""
    weights: NDArray[np.float64]
    if isinstance(law, pd.DataFrame):
        columns = {str(name): law[name] for name in law.columns}
        if not len(law):
            raise DataError("the data has no rows; a formula needs at least one observation")
        weights, whole = np.ones(len(law)), float(len(law))
    elif not isinstance(law, pd.Series):
        raise DataError(
            "one table is needed, a DataFrame of rows or a Series of probabilities; found the "
            f"{type(law).__name__} {law!r:.60}"
        )
    else:
        _check(law)
        law = law[law != 0]  # as in exact tables, a cell of probability zero is no cell
        columns = {
            str(name): law.index.get_level_values(i).to_series()
            for i, name in enumerate(law.index.names)
        }
        weights, whole = law.to_numpy(dtype=np.float64), 1.0
    if missing := sorted(needed - columns.keys(), key=natural):
        close = dict.fromkeys(hit for name in missing for hit in nearest(name, columns))
        raise UnknownVariableError(missing, tuple(columns), close, where="data")
    domains: dict[Variable, Sequence[Value]] = {}
    codes: dict[Variable, NDArray[np.intp]] = {}
    for name in sorted(needed, key=natural):
        codes[name], domains[name] = _factorized(columns[name], name)
    return Coded(domains, codes, weights, whole)


def _check(law: pd.Series) -> None:
    """Raise DataError unless the weights are probabilities that sum to one."""
    if not (law >= 0).all():
        raise DataError(f"{law[~(law >= 0)].iloc[0]} is no probability")
    if abs(excess := float(law.sum()) - 1) > 1e-9:
        raise DataError(f"the probabilities sum to {1 + excess:.6g}, not to 1")


def _factorized(column: pd.Series, name: Variable) -> tuple[NDArray[np.intp], Sequence[Value]]:
    """The codes, and the values in order."""
    codes, found = pd.factorize(column)
    if lost := int((codes < 0).sum()):
        raise DataError(
            f"{lost} of {len(column)} rows have a missing value in {quoted(name)}; "
            "drop or impute them first"
        )
    values = in_order(found)
    place = {value: i for i, value in enumerate(values)}
    return np.array([place[value] for value in found], dtype=np.intp)[codes], values


def _labelled(values: NDArray[np.float64], axes: Axes, law: Coded) -> pd.Series:
    if not axes:
        return pd.Series([float(values)])
    domains = [law.domains[s.variable] for s in axes]
    names = [s.variable + "'" * s.mark for s in axes]
    index = pd.MultiIndex.from_product(domains, names=names)
    return pd.Series(values.ravel(), index=index if len(axes) > 1 else index.get_level_values(0))
