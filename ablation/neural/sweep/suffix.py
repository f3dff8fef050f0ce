"""Ablations that begin where they differ from the factual pass, several side by side.

Below the first cut nothing changes, so nothing is computed (the shared prefix of a twin network,
Balke & Pearl 1994). A run joins the others at its own first cut; from there on each operation is
done once for all runs that have reached it, and only where its result can differ at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import fx

from ablation.neural.forwards import standing_in
from ablation.neural.replacement import Replacement
from ablation.neural.sweep.cutting import Cut, site_of
from ablation.neural.sweep.factual import Factual, evaluated
from ablation.neural.sweep.recording import Recording, filled, passed_on
from ablation.neural.sweep.rows import Growth, joined, repeated, taken

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


@dataclass(eq=False)
class Suffix:
    """Runs branches of a recorded pass; `grows` tells the axes, where several may run at once."""

    recording: Recording
    factual: Factual
    grows: dict[fx.Node, list[Growth]]

    def __post_init__(self) -> None:
        self.order = self.factual.order
        self.last = {each: node for node in self.recording.nodes for each in node.all_input_nodes}
        self.prepared: dict[Branch, list[Replacement]] = {}
        self.useful = _leading_to(self.recording.output)

    def first(self, branch: Branch) -> int:
        """The position of the first cut; that of the output where nothing is cut."""
        return min((self.order[node] for node in branch.changes), default=len(self.order) - 1)

    def reached(self, nodes: Iterable[fx.Node]) -> list[fx.Node]:
        """All operations whose result can differ when these are changed, in order."""
        changed = set(nodes)
        found = []
        for node in self.recording.nodes:
            if node in changed or not changed.isdisjoint(_reads(node)):
                changed.add(node)
                if node in self.useful:
                    found.append(node)
        return found

    def run(self, branches: Sequence[Branch]) -> list[object]:
        """The output of every branch, in the order given."""
        ordered = sorted(range(len(branches)), key=lambda i: self.first(branches[i]))
        group = [branches[i] for i in ordered]
        self.prepared = {
            branch: [cut.prepared(i) for i, cut in enumerate(branch.cuts)] for branch in group
        }
        changed: dict[fx.Node, _Runs] = {}
        reached = self.reached(node for branch in group for node in branch.changes)
        with torch.no_grad(), standing_in({}):
            for node in reached:
                runs = self._step(node, group, changed)
                changed[node] = runs
                for each in node.all_input_nodes:
                    if self.last[each] is node:
                        changed.pop(each, None)
        output = self.recording.output
        end = changed.get(output, _Runs(None, 0))
        outputs: list[object] = [None] * len(group)
        for place, i in enumerate(ordered):
            if place < end.many:
                outputs[i] = taken(end.value, self._grows(output), place, end.many)
            else:
                outputs[i] = self.factual.get([output])[output]
        return outputs

    def _step(self, node: fx.Node, group: Sequence[Branch], changed: dict[fx.Node, _Runs]) -> _Runs:
        many = max((changed[each].many for each in _reads(node) if each in changed), default=0)
        if node.target is passed_on:
            here = max((i + 1 for i, each in enumerate(group) if node in each.changes), default=0)
            if here:
                return self._cut(node, group[: max(here, many)], changed)
            return changed[_reads(node)[0]]
        clean = self.factual.get(each for each in node.all_input_nodes if each not in changed)
        values = {
            each: self._filled(each, changed[each], many)
            if each in changed
            else repeated(clean[each], self._grows(each), many)
            for each in node.all_input_nodes
        }
        return _Runs(evaluated(self.recording, node, values), many)

    def _cut(self, node: fx.Node, group: Sequence[Branch], changed: dict[fx.Node, _Runs]) -> _Runs:
        """Take the runs apart, make each one's cuts, and put them side by side again."""
        value, args, kwargs = node.args
        pieces = []
        for place, branch in enumerate(group):
            mine = {
                each: self._one(each, place, changed)
                for each in (node.all_input_nodes if node in branch.changes else _nodes(value))
            }
            piece = filled(value, mine.__getitem__)
            for which, number in branch.changes.get(node, ()):
                given, named = filled((args, kwargs), mine.__getitem__)
                instead = self.prepared[branch][which](piece, given, named, number)
                branch.cuts[which].note(piece, instead)
                piece = instead
            pieces.append(piece)
        return _Runs(joined(pieces, self._grows(node)), len(group))

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
        return joined([runs.value, more], self._grows(node))

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
