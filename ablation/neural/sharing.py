"""Which values of a program may lie in the same memory, so that a write to one is a write to all.

A view taken before a write shows what was written after it; what a write returns is what it wrote
into. Where it is not known whether memory is shared, it counts as shared.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from torch import fx

from ablation.neural.wiring import Sources


@dataclass(eq=False)
class Sharing:
    """What each value of a program was made from, kept equal where a write reaches several.

    >>> graph = fx.Graph()
    >>> x, y = graph.placeholder("x"), graph.placeholder("y")
    >>> view = graph.call_method("view", (x, -1))
    >>> sharing = Sharing()
    >>> for node, source, of in [(x, "x", []), (y, "y", []), (view, "x", [x])]:
    ...     sharing.made(node, frozenset({source}), of)
    >>> sharing.written(x, frozenset({"y"}))
    >>> sorted(sharing.sources([view]))
    ['x', 'y']
    """

    made_from: dict[fx.Node, Sources] = field(default_factory=dict)
    beside: dict[fx.Node, set[fx.Node]] = field(default_factory=dict)  # one set for one memory

    def sources(self, nodes: Iterable[fx.Node]) -> Sources:
        """What these values were made from."""
        return frozenset[str]().union(*(self.made_from[each] for each in nodes))

    def made(self, node: fx.Node, sources: Sources, of: Iterable[fx.Node]) -> None:
        """Note a value, and the earlier ones whose memory it may share."""
        together = {node}.union(*(self.beside[each] for each in of))
        self.made_from[node] = sources
        self.beside.update(dict.fromkeys(together, together))

    def written(self, node: fx.Node, sources: Sources) -> None:
        """Note that a value was written into, and with it all that share its memory."""
        for each in self.beside[node]:
            self.made_from[each] |= sources
