"""Long lists of numbers out of plain data into arrays, and back, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from causal.errors import ModelError

__all__ = ["Arrays", "packed", "unpacked"]

Arrays = dict[str, NDArray[np.generic]]
LONG = 32  # numbers in a list that becomes an array
MARK = "array"


def packed(data: object, arrays: Arrays) -> object:
    """The data with long lists of numbers replaced by the names of arrays, which are added.

    >>> found: Arrays = {}
    >>> packed({"samples": [0.5] * 100, "few": [1, 2]}, found)
    {'samples': {'array': 'a0'}, 'few': [1, 2]}
    """
    match data:
        case dict():
            return {key: packed(value, arrays) for key, value in data.items()}
        case list() if len(data) >= LONG and len({type(item) for item in data}) == 1:
            column = np.array(data) if type(data[0]) in (int, float) else None
            if column is not None and column.dtype.kind in "iuf":  # no integers beyond 64 bits
                name = f"a{len(arrays)}"
                arrays[name] = column
                return {MARK: name}
    if isinstance(data, list | tuple):
        return [packed(item, arrays) for item in data]
    return data


def unpacked(data: object, arrays: Mapping[str, NDArray[np.generic]]) -> object:
    """The inverse of ``packed``; raises ModelError for an array that is not there."""
    match data:
        case {"array": str(name), **others} if not others:
            if name not in arrays:
                raise ModelError(f"the array {name!r} is missing")
            return arrays[name].tolist()
        case dict():
            return {key: unpacked(value, arrays) for key, value in data.items()}
        case list():
            return [unpacked(item, arrays) for item in data]
    return data
