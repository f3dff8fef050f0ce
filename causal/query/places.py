"""Where a text names its variables: what an error about one of them points at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from causal.errors import QueryError, QueryInTextError
from causal.variables import Variable, unquoted

__all__ = ["mentions", "pointed_at"]

# A name is no value (``Y=name``, unless a world follows it) and no function (``do(``).
_NAME = re.compile(
    r"""(?P<equals>=\s*+)?+
        (?P<name>"[^"\\]*+(?:\\.[^"\\]*+)*+"|(?<![\w.])(?:[^\W\d][\w.]*+|\d++(?![\w.])))
        (?P<world>\s*+\[)?+(?P<call>\s*+\()?+""",
    re.VERBOSE | re.DOTALL,
)


def mentions(text: str) -> dict[Variable, list[int]]:
    """Where each variable of a query or a formula is named.

    >>> mentions("P(Y=high | do(X), Y[X=0])")
    {'Y': [2, 18], 'X': [14, 20]}
    """
    places: dict[Variable, list[int]] = {}
    for found in _NAME.finditer(text):
        quoted = found["name"].startswith('"')
        is_value = found["equals"] and not found["world"]
        if not is_value and (quoted or not found["call"]):
            name = unquoted(found["name"]) if quoted else found["name"]
            places.setdefault(name, []).append(found.start("name"))
    return places


@contextmanager
def pointed_at(text: str) -> Iterator[None]:
    """Let an error about the sense of a text say where: at the last mention of what it is about.

    >>> with pointed_at("P(Y | do(X), X)"):
    ...     raise QueryError("X stands in two places", ["X"])
    Traceback (most recent call last):
    ...
    causal.errors.QueryInTextError: 1:14: X stands in two places
      P(Y | do(X), X)
                   ^
    """
    try:
        yield
    except QueryError as error:
        known = mentions(text)
        places = [place for name in error.variables for place in known.get(name, ())]
        raise QueryInTextError(text, max(places, default=0), error) from error
