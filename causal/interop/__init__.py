"""Graphs of other libraries: one door each, opened only when somebody asks.

>>> from causal import ADMG
>>> import networkx
>>> read(networkx.DiGraph([("X", "Z"), ("Z", "Y")]))
ADMG.parse('X -> Z; Z -> Y')
>>> to_networkx(ADMG.parse("X -> Y")).edges
OutEdgeView([('X', 'Y')])
"""

from causal.interop.adjacency import to_adjacency as to_adjacency
from causal.interop.causallearn import to_causallearn as to_causallearn
from causal.interop.networkx import to_networkx as to_networkx
from causal.interop.pgmpy import to_pgmpy as to_pgmpy
from causal.interop.reading import read as read
from causal.interop.y0 import to_y0 as to_y0

__all__ = ["read", "to_adjacency", "to_causallearn", "to_networkx", "to_pgmpy", "to_y0"]
