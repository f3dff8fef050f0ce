"""Parallel worlds over one graph: what would be, had something else been done."""

from causal.graph.parallel.merging import Contradiction as Contradiction
from causal.graph.parallel.merging import Merged as Merged
from causal.graph.parallel.merging import merged as merged
from causal.graph.parallel.potential import Potential as Potential
from causal.graph.parallel.potential import Setting as Setting
from causal.graph.parallel.potential import Source as Source
from causal.graph.parallel.weaving import Copy as Copy
from causal.graph.parallel.world_graph import WorldGraph as WorldGraph

__all__ = [
    "Contradiction",
    "Copy",
    "Merged",
    "Potential",
    "Setting",
    "Source",
    "WorldGraph",
    "merged",
]
