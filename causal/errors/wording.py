"""How every error speaks: its base class, and names that cannot break out of a message."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["CausalError", "printable", "row", "shown"]

_WORD = re.compile(r"[^\W\d][\w.]*|\d+")
_LETTERS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(name: str, most: int = 60) -> str:
    r"""A name as messages write it: quoted unless it is a word, printable, and not too long.

    >>> print(shown("X1"), shown("a\nb"), shown("x" * 100, most=3))
    X1 "a\nb" xxx...
    """
    short = name if len(name) <= most else f"{name[:most]}..."
    if _WORD.fullmatch(short):
        return short
    return '"' + printable(short.replace("\\", r"\\").replace('"', r"\"")) + '"'


def printable(text: str) -> str:
    r"""The text, where what does not print, or turns the rest around, is written by its number.

    >>> print(printable("a\nb"), printable("\x1b[31m"))
    a\nb \u{1b}[31m
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _LETTERS.get(c, f"\\u{{{ord(c):x}}}") for c in text)


def _short(line: str, most: int = 1200) -> str:
    return line if len(line) <= most else f"{line[: most - 300]} ... {line[-295:]}"


def row(names: Sequence[str], most: int = 12) -> str:
    """Names in the order given; of many the first.

    >>> row(["X", "blood sugar"]), row(["X", "Y"], most=1)
    ('X, "blood sugar"', 'X, ...')
    """
    return ", ".join([*map(shown, names[:most]), *(["..."] if len(names) > most else [])])


class CausalError(Exception):
    """Base of every error raised on purpose; its message can be printed, and fits a screen."""

    __module__ = "causal.errors"  # where it is found, whatever page it stands on

    def __init_subclass__(cls) -> None:
        """The pages of this room are no part of a name."""
        if cls.__module__.startswith(f"{CausalError.__module__}."):
            cls.__module__ = CausalError.__module__

    def __init__(self, *lines: str) -> None:
        Exception.__init__(self, "\n".join(_short(printable(line)) for line in lines))

    def __str__(self) -> str:  # KeyError would show the repr
        return str(self.args[0])
