"""What a mechanism returns is looked at once: the right shape, numbers, and values it may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite

import numpy as np

from causal.errors import DomainError, FunctionError, MechanismError
from causal.model.mechanism import Column, Values
from causal.variables import Variable

__all__ = ["all_finite", "blaming", "checked", "is_number"]


@contextmanager
def blaming(variable: Variable) -> Iterator[None]:
    """Say whose function it is that fails: a FunctionError becomes a MechanismError.

    >>> with blaming("Y"):
    ...     raise FunctionError("returns NaN for unit 3")
    Traceback (most recent call last):
        ...
    causal.errors.MechanismError: the mechanism of Y returns NaN for unit 3
    """
    try:
        yield
    except FunctionError as error:
        raise MechanismError(variable, error.does) from (error.__cause__ or error)


def checked(
    variable: Variable, column: object, units: int, values: Values = (), *, first: int = 0
) -> Column:
    """The column that a mechanism returned; raises MechanismError or DomainError when it is wrong.

    ``first`` is the number of the first unit, where the column is a part of a longer one.

    >>> checked("Y", np.array([0.5, float("nan")]), 2)
    Traceback (most recent call last):
        ...
    causal.errors.MechanismError: the mechanism of Y returns NaN for unit 1
    """
    if not isinstance(column, np.ndarray):
        raise MechanismError(variable, f"returns a {type(column).__name__}, not an array")
    if column.shape != (units,):
        shape = "a single number" if column.shape == () else f"the shape {column.shape}"
        raise MechanismError(variable, f"returns {shape} for {units} units, not one value each")
    if values:
        _check_values(variable, column, values)
    elif column.dtype.kind not in "fiub":
        raise MechanismError(variable, f"returns {column.dtype} values, not real numbers")
    elif column.dtype.kind == "f" and not all_finite(column):
        unit = int(np.flatnonzero(~np.isfinite(column))[0])
        strange = "NaN" if np.isnan(column[unit]) else "an infinite value"
        raise MechanismError(variable, f"returns {strange} for unit {first + unit}")
    return column


def all_finite(column: Column) -> bool:
    """Whether all entries are finite numbers: the least and the largest are, and NaN is neither.

    Without a temporary, and without the threads that a product would start.

    >>> all_finite(np.array([1e200, 1.0])), all_finite(np.array([np.inf]))
    (True, False)
    """
    return not column.size or (isfinite(column.min()) and isfinite(column.max()))


def is_number(value: object) -> bool:
    """Whether a value is a real number that is finite, also in double precision.

    >>> is_number(2), is_number(float("inf")), is_number(10**400), is_number("2")
    (True, False, False, False)
    """
    try:
        return isinstance(value, int | float) and isfinite(value)
    except OverflowError:
        return False


def _check_values(variable: Variable, column: Column, values: Values) -> None:
    strange = ~np.isin(column, np.asarray(values))
    if strange.any():
        [value] = column[np.flatnonzero(strange)[:1]].tolist()
        raise DomainError(variable, value, values)
