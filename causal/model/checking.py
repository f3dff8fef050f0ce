"""What a mechanism returns is looked at once: the right shape, numbers, and values it may take."""

from __future__ import annotations

import numpy as np

from causal.errors import DomainError, MechanismError
from causal.model.mechanism import Column, Values
from causal.variables import Variable

__all__ = ["checked"]


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
    # One pass without a temporary: the sum of squares is NaN exactly when some entry is.
    elif column.dtype.kind == "f" and np.isnan(np.dot(column, column)):
        unit = first + int(np.flatnonzero(np.isnan(column))[0])
        raise MechanismError(variable, f"returns NaN for unit {unit}")
    return column


def _check_values(variable: Variable, column: Column, values: Values) -> None:
    strange = ~np.isin(column, np.asarray(values))
    if strange.any():
        [value] = column[np.flatnonzero(strange)[:1]].tolist()
        raise DomainError(variable, value, values)
