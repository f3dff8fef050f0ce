"""Functions that a user gave: called with columns, and looked at before anything relies on them.

Whoever knows the variable says its name: see ``blaming`` in causal.model.checking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from causal.errors import CausalError, FunctionError
from causal.model.noise import Floats, floats

__all__ = ["answer", "numbers", "reals"]


def answer(function: Callable[..., object], arguments: Iterable[object]) -> object:
    """What a function returns; raises FunctionError, its own error as the cause, where it raises.

    >>> answer(lambda x: 1 / x, [0])
    Traceback (most recent call last):
        ...
    causal.errors.FunctionError: this mechanism raises ZeroDivisionError: division by zero
    """
    try:
        return function(*arguments)
    except CausalError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())
        raise FunctionError(f"raises {type(error).__name__}{said and f': {said}'}") from error


def numbers(found: object, units: int, *, by: str = "a function that") -> Floats:
    """What a function returned, as one number for each unit; raises FunctionError if it is not.

    >>> numbers([1, 2], 2)
    array([1., 2.])
    """
    values = reals(found, units, by=by)
    if units and np.isnan(values.min()):
        unit = int(np.isnan(values).argmax())
        raise FunctionError(f"has {by} returns NaN for unit {unit}")
    return values


def reals(found: object, units: int, *, by: str = "a function that") -> Floats:
    """The same where some of the numbers may be NaN."""
    try:
        column = np.asarray(found)
    except ValueError as error:
        raise FunctionError(f"has {by} returns rows of different lengths") from error
    if column.shape != (units,):
        raise FunctionError(
            f"has {by} returns the shape {column.shape} for {units} units; "
            "it is called with columns and returns one"
        )
    if column.dtype.kind not in "fiub":
        raise FunctionError(f"has {by} returns {column.dtype} values, not real numbers")
    return floats(column)
