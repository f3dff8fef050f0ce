"""A frame as the rows of a page: values in words or digits, columns given a side."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from ablation.pages.blocks import Table
from ablation.pages.inline import Code, Mark, Strong, Text, plain_text
from ablation.pages.numbers import MISSING, count

_DIGITS = re.compile(r"[\d.,e+−–\[\]<>%×∞±:\s-]+")
_INLINE = (str, Strong, Code, Mark)


@dataclass(frozen=True)
class Grid:
    """Headings, the side each column is set to, and the cells."""

    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Text, ...], ...]


def grid(table: Table) -> Grid:
    """Lay a table out; a frame whose index has something to say begins with its index.

    >>> frame = pd.DataFrame({"name": ["mlp"], "effect": [-0.25]})
    >>> made = grid(Table(frame, formats={"effect": ".1%"}))
    >>> made.rows, made.numeric
    ((('mlp', '−25.0%'),), (False, True))
    """
    frame = table.frame
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.name is not None:
        frame = frame.reset_index()
    columns = [
        tuple(_cells(frame.iloc[:, i], table.formats.get(str(name), "")))
        for i, name in enumerate(frame.columns)
    ]
    return Grid(
        headings=tuple(table.labels.get(str(name), str(name)) for name in frame.columns),
        numeric=tuple(_is_numeric(column) for column in columns),
        rows=tuple(zip(*columns, strict=True)),
    )


def _cells(column: Iterable[object], spec: str) -> Iterator[Text]:
    for value in column:
        yield _cell(value, spec)


def _cell(value: object, spec: str) -> Text:
    """Put one value into words or digits; a Fraction, a date or any other is its str.

    A whole number counts something, unless its format says otherwise.
    """
    if isinstance(value, str | Strong | Code | Mark):
        return value
    if isinstance(value, tuple):
        return tuple(part if isinstance(part, _INLINE) else str(part) for part in value)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or value is pd.NA or value is pd.NaT:
        return MISSING
    if isinstance(value, Integral):
        return format(int(value), spec).replace("-", "−") if spec else count(int(value))
    if isinstance(value, float):
        return MISSING if math.isnan(value) else format(value, spec or ".4g").replace("-", "−")
    return str(value)


def _is_numeric(column: tuple[Text, ...]) -> bool:
    return bool(column) and all(_DIGITS.fullmatch(plain_text(cell)) for cell in column)
