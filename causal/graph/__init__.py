"""The assumptions: acyclic directed mixed graphs, their text, and what they separate."""

from causal.graph.admg import ADMG as ADMG
from causal.graph.examples import examples as examples
from causal.graph.separation import OpenPath as OpenPath

__all__ = ["ADMG", "OpenPath", "examples"]
