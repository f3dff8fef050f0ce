"""Ablations that begin where they differ from the factual pass, several side by side.

Below the first cut nothing changes, so nothing is computed (the shared prefix of a twin network,
Balke & Pearl 1994). A run joins the others at its own first cut; from there on each operation is
done once for all runs that have reached it, and only where its result can differ at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, fx

from ablation.neural.forwards import standing_in
from ablation.neural.replacement import Replacement
from ablation.neural.sweep.cutting import Cut, site_of
from ablation.neural.sweep.factual import Factual, evaluated
from ablation.neural.sweep.recording import Recording, filled, passed_on
from ablation.neural.sweep.rows import Growth, joined, repeated, taken
from ablation.operators import Zero

Changes: TypeAlias = dict[fx.Node, list[tuple[int, int]]]  # which cut, in which of its calls


@dataclass(eq=False, slots=True)
class Branch:
    """One ablation: its cuts, and at which operation each is made, in which call."""

    cuts: tuple[Cut, ...]
    changes: Changes

    @classmethod
    def of(cls, recording: Recording, cuts: Sequence[Cut]) -> "Branch":
        """Find where in the recording the cuts are made."""
        changes: Changes = {}
        for which, cut in enumerate(cuts):
            for number, node in enumerate(recording.sites[site_of(cut.place)]):
                changes.setdefault(node, []).append((which, number))
        return cls(tuple(cuts), changes)


@dataclass(frozen=True, slots=True)
class _Runs:
    """What several runs made of one operation: the first `many` of those that have joined."""

    value: object
    many: int


@dataclass(frozen=True, slots=True)
class Outputs:
    """What several runs returned: side by side, or one by one."""

    order: tuple[int, ...]
    value: object
    many: int  # how many of them differ from the factual pass
    factual: object
    grows: Sequence[Growth]

    @property
    def together(self) -> object | None:
        """All outputs side by side, examples first; none where they are not one such tensor."""
        stacked = len(self.order) > 1 and self.many == len(self.order)
        return self.value if stacked and list(self.grows) == [0] else None

    def one(self, place: int) -> object:
        """The output of one run."""
        if place < self.many:
            return taken(self.value, self.grows, place, self.many)
        return self.factual


@dataclass(eq=False)
class Suffix:
    """Runs branches of a recorded pass; `grows` tells the axes, where several may run at once."""

    recording: Recording
    factual: Factual
    grows: dict[fx.Node, list[Growth]]

    def __post_init__(self) -> None:
        self.order = self.factual.order
        self.last = {each: node for node in self.recording.nodes for each in node.all_input_nodes}
        self.masks: dict[tuple[fx.Node, tuple[Branch, ...]], tuple[Tensor, list[Cut]]] = {}
        self.prepared: dict[Branch, list[Replacement]] = {}
        self.useful = _leading_to(self.recording.output)
        self.reads = {node: _reads(node) for node in self.recording.nodes}
        self.inputs = {node: node.all_input_nodes for node in self.recording.nodes}
        self.firsts: dict[Branch, int] = {}
        self.paths: dict[frozenset[fx.Node], list[fx.Node]] = {}

    def first(self, branch: Branch) -> int:
        """The position of the first cut; that of the output where nothing is cut."""
        if branch not in self.firsts:
            end = len(self.order) - 1
            self.firsts[branch] = min(map(self.order.__getitem__, branch.changes), default=end)
        return self.firsts[branch]

    def reached(self, nodes: Iterable[fx.Node]) -> list[fx.Node]:
        """All operations whose result can differ when these are changed, in order."""
        start = frozenset(nodes)
        if start not in self.paths:
            changed = set(start)
            for node in self.recording.nodes:
                if not changed.isdisjoint(self.reads[node]):
                    changed.add(node)
            known = self.recording.nodes
            self.paths[start] = [n for n in known if n in changed and n in self.useful]
        return self.paths[start]

    def run(self, branches: Sequence[Branch]) -> "Outputs":
        """The outputs of some branches, in the order in which their first cuts come."""
        order = tuple(sorted(range(len(branches)), key=lambda i: self.first(branches[i])))
        group = tuple(branches[i] for i in order)
        self.prepared.clear()
        changed: dict[fx.Node, _Runs] = {}
        with torch.no_grad(), standing_in({}):
            for node in self.reached(node for branch in group for node in branch.changes):
                changed[node] = self._step(node, group, changed)
                for each in self.inputs[node]:
                    if self.last[each] is node:
                        changed.pop(each, None)
        output = self.recording.output
        end = changed.get(output, _Runs(None, 0))
        factual = self.factual.get([output])[output] if end.many < len(group) else None
        return Outputs(order, end.value, end.many, factual, self._grows(output))

    def _step(self, node: fx.Node, group: Sequence[Branch], changed: dict[fx.Node, _Runs]) -> _Runs:
        many = max((changed[each].many for each in self.reads[node] if each in changed), default=0)
        if node.target is passed_on:
            here = max((i + 1 for i, each in enumerate(group) if node in each.changes), default=0)
            if here:
                return self._cut(node, group[: max(here, many)], changed)
            return changed[self.reads[node][0]]
        clean = self.factual.get(each for each in self.inputs[node] if each not in changed)
        values = {
            each: self._filled(each, changed[each], many)
            if each in changed
            else repeated(clean[each], self._grows(each), many)
            for each in self.inputs[node]
        }
        return _Runs(evaluated(self.recording, node, values), many)

    def _cut(self, node: fx.Node, group: Sequence[Branch], changed: dict[fx.Node, _Runs]) -> _Runs:
        """Take the runs apart, make each one's cuts, and put them side by side again."""
        value, args, kwargs = node.args
        if isinstance(value, fx.Node) and self._can_mask(value, node, group):
            return self._masked(node, value, tuple(group), changed)
        pieces = []
        for place, branch in enumerate(group):
            mine = {
                each: self._one(each, place, changed)
                for each in (node.all_input_nodes if node in branch.changes else _nodes(value))
            }
            piece = filled(value, mine.__getitem__)
            for which, number in branch.changes.get(node, ()):
                given, named = filled((args, kwargs), mine.__getitem__)
                instead = self._ready(branch)[which](piece, given, named, number)
                branch.cuts[which].note(piece, instead)
                piece = instead
            pieces.append(piece)
        return _Runs(joined(pieces, self._grows(node)), len(group))

    def _ready(self, branch: Branch) -> list[Replacement]:
        """The operators of one run, whose random draws go on from call to call."""
        if branch not in self.prepared:
            self.prepared[branch] = [cut.prepared(i) for i, cut in enumerate(branch.cuts)]
        return self.prepared[branch]

    def _can_mask(self, value: fx.Node, node: fx.Node, group: Sequence[Branch]) -> bool:
        """Whether these runs are all ended by zeros in one tensor, so one operation serves them."""
        cuts = [branch.cuts[i] for branch in group for i, _ in branch.changes.get(node, ())]
        known = len(group) > 1 and self.grows.get(value) == self.grows.get(node)
        return known and len(self._grows(value)) == 1 and all(c.operator == Zero() for c in cuts)

    def _masked(
        self,
        node: fx.Node,
        value: fx.Node,
        group: tuple[Branch, ...],
        changed: dict[fx.Node, _Runs],
    ) -> _Runs:
        """Put zeros into all runs at once; which entries they take is worked out once."""
        runs = self._filled(value, changed.get(value, _Runs(None, 0)), len(group))
        assert isinstance(runs, Tensor)
        if (node, group) not in self.masks:
            self.masks[node, group] = self._mask(node, runs, group)
        off, cuts = self.masks[node, group]
        for cut in cuts:
            cut.calls += 1
        if not all(cut.proven for cut in cuts):
            hit = (runs != 0) & off
            each = [taken(hit, self._grows(node), i, len(group)) for i in range(len(group))]
            for place, branch in enumerate(group):
                for which, _ in branch.changes.get(node, ()):
                    mine = each[place]
                    assert isinstance(mine, Tensor)
                    branch.cuts[which].changes.append(branch.cuts[which].place.cut(mine).any())
        return _Runs(runs.masked_fill(off, 0), len(group))

    def _mask(
        self, node: fx.Node, like: Tensor, group: tuple[Branch, ...]
    ) -> tuple[Tensor, list[Cut]]:
        off, cuts = torch.zeros_like(like, dtype=torch.bool), []
        for place, branch in enumerate(group):
            mine = taken(off, self._grows(node), place, len(group))
            assert isinstance(mine, Tensor)
            for which, _ in branch.changes.get(node, ()):
                cuts.append(branch.cuts[which])
                cuts[-1].place.cut(mine).fill_(1)
        return off, cuts

    def _one(self, node: fx.Node, place: int, changed: dict[fx.Node, _Runs]) -> object:
        """What one run has at this point: its own value, or the factual one."""
        runs = changed.get(node)
        if runs is None or place >= runs.many:
            return self.factual.get([node])[node]
        return taken(runs.value, self._grows(node), place, runs.many)

    def _filled(self, node: fx.Node, runs: _Runs, many: int) -> object:
        """Add the factual value for those runs that have not changed this one."""
        if runs.many == many:
            return runs.value
        clean = self.factual.get([node])[node]
        more = repeated(clean, self._grows(node), many - runs.many)
        return joined([runs.value, more], self._grows(node)) if runs.many else more

    def _grows(self, node: fx.Node) -> list[Growth]:
        return self.grows.get(node, [])


def _reads(node: fx.Node) -> list[fx.Node]:
    """What the result of an operation is made from: where parts are cut, the value alone."""
    return _nodes(node.args[0]) if node.target is passed_on else node.all_input_nodes


def _leading_to(output: fx.Node) -> set[fx.Node]:
    found = {output}
    waiting = [output]
    while waiting:
        new = set(waiting.pop().all_input_nodes) - found
        found |= new
        waiting += new
    return found


def _nodes(tree: object) -> list[fx.Node]:
    found: list[fx.Node] = []

    def note(node: fx.Node) -> fx.Node:
        found.append(node)
        return node

    filled(tree, note)
    return found
