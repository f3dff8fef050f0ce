"""Plain data, as JSON gives it, believed only as far as it fits."""

from collections.abc import Callable, Iterable, Set
from typing import Any, TypeAlias

Json: TypeAlias = Any


class CheckError(Exception):
    """The certificate does not bear out its answer; the message says where."""


class TooLargeError(CheckError):
    """There is more than is worth enumerating."""


def require(claim: object, otherwise: str, error: type[CheckError] = CheckError) -> None:
    """Raise an error unless something holds."""
    if not claim:
        raise error(otherwise)


def fields(data: Json, *keys: str) -> list[Json]:
    """What an object holds under some keys; it may have no others, as nobody would verify them."""
    odd = sorted(data.keys() ^ {*keys}) if isinstance(data, dict) else [f"{data!r:.60}"]
    require(not odd, f"expected an object with {', '.join(keys)}; it lacks or adds {odd}")
    return [data[key] for key in keys]


def items(data: Json, *kinds: type) -> list[Json]:
    """A list of things of some kinds."""
    require(isinstance(data, list) and {*map(type, data)} <= {*kinds}, f"no list: {data!r:.60}")
    return list(data)


def reached(start: Iterable[Any], near: Callable[[Any], Set[Any]]) -> set[Any]:
    """Whatever can be reached in steps, the start included."""
    found, waiting = set(start), list(start)
    while waiting:
        new = near(waiting.pop()) - found
        found |= new
        waiting += new
    return found
