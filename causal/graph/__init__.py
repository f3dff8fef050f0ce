"""The assumptions: acyclic directed mixed graphs, their text, and what they separate.

Parallel worlds are opened by whoever asks for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from causal.graph.admg import ADMG as ADMG
from causal.graph.examples import examples as examples
from causal.graph.latent import with_latents as with_latents
from causal.graph.questions import a_graph as a_graph
from causal.graph.questions import open_path as open_path
from causal.graph.questions import separated as separated
from causal.graph.separation import OpenPath as OpenPath
from causal.graph.separators import separators as separators

if TYPE_CHECKING:
    from causal.graph.parallel import WorldGraph as WorldGraph

__all__ = [
    "ADMG",
    "OpenPath",
    "WorldGraph",
    "a_graph",
    "examples",
    "open_path",
    "separated",
    "separators",
    "with_latents",
]


def __getattr__(name: str) -> object:
    if name == "WorldGraph":
        return import_module("causal.graph.parallel").WorldGraph
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
