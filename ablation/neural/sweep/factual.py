"""What every operation computed in the factual pass, within a bound of memory.

Values used longest ago are let go, and computed again from the nearest that are left: ablations
run deepest first, so the window of kept values moves up the network once (Griewank 1992).
"""

from collections import OrderedDict
from collections.abc import Iterable

from torch import fx

from ablation.neural.sweep.recording import Recording, compute, filled
from ablation.neural.trees import copied, tensors


class Factual:
    """The values of a recording, by node; reading one may compute it again."""

    def __init__(self, recording: Recording, memory: int) -> None:
        self.recording, self.memory, self.again = recording, memory, 0.0
        self.inputs = {n: v for n, v in recording.values.items() if n.op == "placeholder"}
        self.kept: OrderedDict[fx.Node, object] = OrderedDict()
        self.size = 0
        self.order = {node: i for i, node in enumerate(recording.nodes)}
        for node, value in recording.values.items():
            if node not in recording.spoiled:
                self._keep(node, value)

    def get(self, nodes: Iterable[fx.Node]) -> dict[fx.Node, object]:
        """The values of these nodes."""
        wanted = list(nodes)
        found = {node: self._kept(node) for node in wanted if self._has(node)}
        missing = [node for node in wanted if node not in found]
        if missing:
            found |= self._computed(missing)
        return {node: found[node] for node in wanted}

    def _computed(self, wanted: list[fx.Node]) -> dict[fx.Node, object]:
        """Compute what is missing and all that it rests on, each once."""
        local: dict[fx.Node, object] = {}
        needed: set[fx.Node] = set()
        open_ = list(wanted)
        while open_:
            node = open_.pop()
            if node in needed or node in local:
                continue
            if self._has(node):
                local[node] = self._kept(node)
                continue
            needed.add(node)
            open_ += node.all_input_nodes
        steps = sorted(needed, key=self.order.__getitem__)
        last = {each: node for node in steps for each in node.all_input_nodes}
        for node in steps:
            local[node] = evaluated(self.recording, node, local)
            self.again += self.recording.seconds.get(node, 0.0)
            if node not in self.recording.spoiled:
                self._keep(node, local[node])
            for each in node.all_input_nodes:
                if last[each] is node and each not in wanted:
                    local.pop(each, None)
        return {node: local[node] for node in wanted}

    def _has(self, node: fx.Node) -> bool:
        return node in self.kept or node in self.inputs

    def _kept(self, node: fx.Node) -> object:
        if node in self.inputs:
            return self.inputs[node]
        self.kept.move_to_end(node)
        return self.kept[node]

    def _keep(self, node: fx.Node, value: object) -> None:
        if node in self.inputs or node in self.kept:
            return
        self.kept[node] = value
        self.size += bytes_of(value)
        while self.size > self.memory and len(self.kept) > 1:
            _, gone = self.kept.popitem(last=False)
            self.size -= bytes_of(gone)


def bytes_of(value: object) -> int:
    """How much memory the tensors of a value take.

    >>> import torch
    >>> bytes_of((torch.ones(2, 2), None))
    16
    """
    return sum(each.numel() * each.element_size() for each in tensors(value))


def evaluated(recording: Recording, node: fx.Node, local: dict[fx.Node, object]) -> object:
    """Run one operation on these values; what it writes into is a copy of its own."""
    own = {each: copied(local[each]) for each in node.meta.get("writes", ())}
    values = local | own if own else local
    args, kwargs = filled((node.args, node.kwargs), values.__getitem__)
    return compute(recording.root, node, args, kwargs)
