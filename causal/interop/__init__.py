"""Graphs and formulas of other libraries: one door each, opened only when somebody asks.

>>> from causal import ADMG
>>> import networkx
>>> read(networkx.DiGraph([("X", "Z"), ("Z", "Y")]))
ADMG.parse('X -> Z; Z -> Y')
"""

from importlib import import_module
from typing import TYPE_CHECKING

from causal.interop.reading import read as read

if TYPE_CHECKING:
    from causal.interop.adjacency import to_adjacency as to_adjacency
    from causal.interop.causallearn import to_causallearn as to_causallearn
    from causal.interop.networkx import to_networkx as to_networkx
    from causal.interop.pgmpy import to_pgmpy as to_pgmpy
    from causal.interop.polynomial import to_polynomial as to_polynomial
    from causal.interop.sympy import to_sympy as to_sympy
    from causal.interop.y0 import to_y0 as to_y0

__all__ = [
    "read",
    "to_adjacency",
    "to_causallearn",
    "to_networkx",
    "to_pgmpy",
    "to_polynomial",
    "to_sympy",
    "to_y0",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module(f"{__name__}.{name.removeprefix('to_')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
