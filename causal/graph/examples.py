"""Graphs that everybody knows by name, with the paper that made them so."""

from __future__ import annotations

from causal.graph.admg import ADMG

__all__ = ["examples"]

_TEXTS = {
    "bow": "X -> Y; X <-> Y",  # Pearl (2009), fig. 3.8 (a)
    "back-door": "Z -> X -> Y; Z -> Y",  # Pearl (1995), fig. 1 in miniature
    "front-door": "X -> Z -> Y; X <-> Y",  # Pearl (1995), fig. 3
    "instrument": "Z -> X -> Y; X <-> Y",  # Bowden & Turkington (1984)
    "napkin": "W -> Z -> X -> Y; W <-> X; W <-> Y",  # Pearl & Mackenzie (2018), fig. 7.5
    "verma": "A -> B -> C -> D; B <-> D",  # Verma & Pearl (1990)
    "m-bias": "X -> Y; X <-> Z; Z <-> Y",  # Greenland, Pearl & Robins (1999)
}


def examples() -> dict[str, ADMG]:
    """The named graphs, by name.

    >>> print(examples()["front-door"])
    X -> Z; Z -> Y; X <-> Y
    """
    return {name: ADMG.parse(text) for name, text in _TEXTS.items()}
