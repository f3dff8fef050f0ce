"""One value, one text: canonical JSON and its digest.

After RFC 8785 (JSON Canonicalization Scheme): keys sorted, no space, UTF-8. Numbers keep Python's
shortest form, so 1 and 1.0 are two values. What is not JSON (NaN, dates, objects) is refused.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import TypeAlias

from ablation.errors import NotJsonError

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Json) -> str:
    """Write a value as the one JSON text that stands for it.

    >>> canonical({"b": 1, "a": [True, 0.5]})
    '{"a":[true,0.5],"b":1}'
    """
    return _ENCODER.encode(_plain(value, "value"))


def digest(value: Json) -> str:
    """SHA-256 of the canonical text, in hexadecimal: equal values, equal digests.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def frozen(value: Mapping[str, Json], *, called: str = "value") -> Mapping[str, Json]:
    """Copy a mapping so that nobody can change it afterwards; `called` names it in an error.

    >>> frozen({"layers": [2, 3]})["layers"]
    (2, 3)
    """
    return _frozen_mapping(_plain_mapping(value, called))


def frozen_beside(value: Mapping[str, Json], known: Mapping[str, Json]) -> Mapping[str, Json]:
    """Freeze a mapping of which most items are those of a frozen one: these are not copied.

    >>> known = frozen({"layers": [2, 3], "rate": 0.1})
    >>> frozen_beside({**known, "rate": 0.2}, known)["layers"] is known["layers"]
    True
    """
    return MappingProxyType(
        {
            key: item if item is known.get(key) or item is False else _frozen(_plain(item, key))
            for key, item in value.items()
        }
    )


def plain(value: Mapping[str, Json]) -> dict[str, Json]:
    """Copy a mapping into ordinary dicts and lists, for whoever wants to change it.

    >>> plain(frozen({"layers": [2, 3]}))
    {'layers': [2, 3]}
    """
    return _plain_mapping(value, "value")


def same(first: Json, second: Json) -> bool:
    """Whether two values mean the same setting: 0 and 0.0 do, 0 and false do not.

    >>> same(0, 0.0), same(0, False), same([1], (1,))
    (True, False, True)
    """
    if _is_number(first) and _is_number(second):
        return first == second
    match first, second:
        case Mapping(), Mapping():
            return first.keys() == second.keys() and all(
                same(value, second[key]) for key, value in first.items()
            )
        case list() | tuple(), list() | tuple():
            return len(first) == len(second) and all(map(same, first, second))
    return type(first) is type(second) and first == second


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Json, where: str) -> Json:
    """Refuse what JSON cannot hold, naming the place; tuples become lists."""
    match value:
        case None | bool() | int():
            return value
        case str() if _is_text(value):
            return value
        case float() if isfinite(value):
            return value
        case Mapping():
            return _plain_mapping(value, where)
        case list() | tuple():
            return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    raise NotJsonError(where, value)


def _is_text(value: str) -> bool:
    """Whether the text can be written down: half of a surrogate pair cannot."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _plain_mapping(value: Mapping[str, Json], where: str) -> dict[str, Json]:
    if bad := [key for key in value if not isinstance(key, str)]:
        raise NotJsonError(f"a key of {where}", bad[0])
    return {key: _plain(item, f"{where}.{key}") for key, item in value.items()}


def _frozen(value: Json) -> Json:
    match value:
        case Mapping():
            return _frozen_mapping(value)
        case list() | tuple():
            return tuple(_frozen(item) for item in value)
    return value


def _frozen_mapping(value: Mapping[str, Json]) -> Mapping[str, Json]:
    return MappingProxyType({key: _frozen(item) for key, item in value.items()})
