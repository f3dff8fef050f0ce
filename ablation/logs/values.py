"""From the text of a log to values: numbers, truth, lists; what is none of these stays text."""

import json
from sys import float_info

from ablation.canonical import Json

_WORDS: dict[str, Json] = {"true": True, "false": False, "none": None, "null": None}


def value_of(text: str) -> Json:
    """Read one value as configuration files write it.

    >>> [value_of(text) for text in ("0.1", "3", "True", "None", "[1, 2]", "adam", "1e-3")]
    [0.1, 3, True, None, [1, 2], 'adam', 0.001]
    """
    stripped = text.strip()
    if stripped.lower() in _WORDS:
        return _WORDS[stripped.lower()]
    for read in (int, _finite, _structure):
        try:
            return read(stripped)
        except ValueError:
            continue
    return text


def number_of(value: object) -> float | None:
    """Read what may have been measured; truth is no number, nor is one beyond all floats.

    >>> number_of(3), number_of(True), number_of("3"), number_of(10**400)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= float_info.max else None


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError("no configuration holds infinity or what is no number")
    return number


def _structure(text: str) -> Json:
    if not text.startswith(("[", "{", '"')):
        raise ValueError("no list, no table")
    value: Json = json.loads(text)
    return value
