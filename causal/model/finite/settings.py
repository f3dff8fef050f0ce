"""Settings: the values that a mechanism is given, as the keys of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from math import prod
from numbers import Real
from operator import lt
from typing import TypeVar, cast

from causal.errors import ModelError
from causal.model.mechanism import Value, Values
from causal.variables import Names

__all__ = ["all_settings", "by_setting", "named", "ranked", "setting"]

Entry = TypeVar("Entry")


def named(names: Names) -> tuple[str, ...]:
    """One name, or several in order, each once.

    >>> named("blood pressure"), named(["X", "U"])
    (('blood pressure',), ('X', 'U'))
    """
    found = (names,) if isinstance(names, str) else tuple(names)
    if len(set(found)) < len(found):
        raise ModelError(f"a mechanism reads each name once; given {', '.join(found)}")
    return found


def setting(key: Value, given: tuple[str, ...]) -> Values:
    """The setting that a row is written under: a bare value will do when only one name is given.

    >>> setting(1, ("X",)), setting((0, 1), ("X", "U"))
    ((1,), (0, 1))
    """
    values = key if isinstance(key, tuple) else (key,)
    if len(values) != len(given):
        needed = f"one value for each of {', '.join(given)}" if given else "the key ()"
        raise ModelError(f"the row {key!r} needs {needed}")
    return values


def by_setting(
    rows: Mapping[Value, Entry], given: tuple[str, ...]
) -> tuple[tuple[Values, ...], tuple[Entry, ...]]:
    """The settings of rows, and what stands there; sorted, so that equal mechanisms compare equal.

    >>> by_setting({1: "b", 0: "a"}, ("X",))
    (((0,), (1,)), ('a', 'b'))
    """
    if (written := tuple(rows)) and (written == _binary(len(given)) or _count_up(written, given)):
        return cast("tuple[Values, ...]", written), tuple(rows.values())
    keys = _keys(written, given)
    if _are_sorted(keys):
        return tuple(keys), tuple(rows.values())
    if len(set(keys)) < len(keys):
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise ModelError(f"the row {twice!r} is written twice")
    entries = dict(zip(keys, rows.values(), strict=True))
    ordered = tuple(sorted(keys, key=_ranks))
    return ordered, tuple([entries[key] for key in ordered])


def _keys(rows: Iterable[Value], given: tuple[str, ...]) -> list[Values]:
    keys = list(rows)
    if set(map(type, keys)) == {tuple}:
        settings = cast("list[Values]", keys)
        if set(map(len, settings)) == {len(given)}:
            return settings
    return [setting(key, given) for key in keys]


@lru_cache(maxsize=16)
def _binary(names: int) -> tuple[Values, ...]:
    """The settings of so many names that are 0 or 1, in order; True and 1.0 are 1 here."""
    return tuple(product((0, 1), repeat=names)) if names < 8 else ()


def _count_up(rows: tuple[Value, ...], given: tuple[str, ...]) -> bool:
    """Whether every name counts from 0, in order, as in most large tables."""
    last = rows[-1]
    if not isinstance(last, tuple) or len(last) != len(given) or set(map(type, last)) != {int}:
        return False
    counts = [top + 1 for top in last]
    if prod(counts) != len(rows):
        return False
    return rows == all_settings(tuple([tuple(range(count)) for count in counts]))


def _are_sorted(keys: Sequence[Values]) -> bool:
    """Whether whole numbers, for which no rank has to be looked at, ascend already."""
    return set(map(type, chain.from_iterable(keys))) <= {int} and all(map(lt, keys, keys[1:]))


def ranked(values: Values) -> tuple[int, ...] | None:
    """Where each value of a domain stands among the rows; None when that is the same order.

    >>> ranked((0, 1, 2)), ranked(("low", "high"))
    (None, (1, 0))
    """
    return _ranked(values, tuple(map(type, values)))


@lru_cache(maxsize=256)
def all_settings(domains: tuple[Values, ...]) -> tuple[Values, ...]:
    """Every setting of some names, in the order of rows.

    >>> all_settings(((0, 1), ("on", "off")))
    ((0, 'off'), (0, 'on'), (1, 'off'), (1, 'on'))
    """
    return tuple(product(*(sorted(domain, key=_rank) for domain in domains)))


@lru_cache(maxsize=1024)
def _ranked(values: Values, types: tuple[type, ...]) -> tuple[int, ...] | None:  # noqa: ARG001
    """Equal values of different types are told apart by their types, as ranks are."""
    order = sorted(values, key=_rank)
    places = tuple(order.index(value) for value in values)
    return None if places == tuple(range(len(values))) else places


def domain(values: Iterable[Value]) -> Values:
    """The values that a variable can take, in their order.

    >>> domain(["low", "high"])
    ('low', 'high')
    """
    found = tuple(values)
    if not found or len(set(found)) < len(found):
        raise ModelError(f"a variable has at least one value, and each once; given {found}")
    return found


def _ranks(values: Values) -> tuple[tuple[str, float, str], ...]:
    return tuple(map(_rank, values))


def _rank(value: object) -> tuple[str, float, str]:
    """Numbers first, in their order; then the rest by type and text."""
    if isinstance(value, Real):
        return ("", cast("float", value), "")
    return (type(value).__name__, 0.0, str(value))
