"""A table as CSV that a spreadsheet can open without running anything.

A cell of text that begins with =, +, -, @, a tab or a carriage return is a formula to Excel and
LibreOffice (OWASP, "CSV injection"); here it gets an apostrophe in front, and is text again.
"""

import pandas as pd

from ablation.pages.visible import visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV: all its columns, numbers at full length.

    >>> print(to_csv(pd.DataFrame({"component": ["=cmd|calc"], "effect": [-0.25]})), end="")
    component,effect
    '=cmd|calc,-0.25
    """
    return table.rename(columns=_harmless).map(_harmless).to_csv(index=False, lineterminator="\n")


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) or text[:1] in _FORMULA else text
