"""What stands in a box: what can be shown of a name, on one line or two, and about how wide it is.

A line that is too long loses its middle; a name of several words is broken near its middle.
"""

from __future__ import annotations

import unicodedata

from causal.variables import Variable

__all__ = ["lines", "printable", "width"]

LONGEST, LONG = 26, 16  # characters of a line; names that are longer take two
NARROW, BROAD = frozenset("iljtfrI.,:;'|!()[] "), frozenset("mwMW@%—<>=+~…\ufffd")


def lines(name: Variable) -> tuple[str, ...]:
    """The lines of a label.

    >>> lines("X"), lines("heart attack within five years")
    (('X',), ('heart attack', 'within five years'))
    """
    shown = " ".join(printable(name).split()) or " "
    breaks = [i for i, character in enumerate(shown) if character == " "]
    if len(shown) <= LONG or not breaks:
        return (_cut(shown),)
    middle = min(breaks, key=lambda i: abs(i - len(shown) / 2))
    return _cut(shown[:middle]), _cut(shown[middle + 1 :])


def printable(name: Variable) -> str:
    """A name with blanks for whatever is blank, and � for what cannot be shown."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in name)


def width(line: str) -> float:
    """About how wide a line is, in 14-pixel type."""
    return sum(_advance(character) for character in line)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:15]}…{line[-9:]}"


def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 14.5
    if unicodedata.combining(character):
        return 0.0
    if character in BROAD:
        return 12.5
    return 4.8 if character in NARROW else 10.2 if character.isupper() else 8.5
