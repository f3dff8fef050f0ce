"""Outputs of many ablations of one batch, resumed from the middle, several side by side."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils import _pytree

from ablation.neural.sweep.branches import Branch, Outputs, zeros_at
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.factual import Factual
from ablation.neural.sweep.growing import Again, Grown, grown, refuse_together
from ablation.neural.sweep.narrowing import narrowed
from ablation.neural.sweep.packing import Packs
from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.replaying import replayed
from ablation.neural.sweep.steps import Step, bytes_of
from ablation.neural.sweep.suffix import Suffix, Under
from ablation.neural.sweep.trie import Family, Trie
from ablation.neural.sweep.tuning import STEP, Tuner
from ablation.neural.trees import Inputs, copied, tensors

ROWS, ROWS_CUDA = 512, 4096  # of a product, from which on more hardly make it faster
ALL_CARE = 2  # of the shortcuts that round otherwise, none is taken
CACHE = 2**22  # bytes of one value in all runs, more than which no processor keeps near


@dataclass(frozen=True, slots=True)
class Done:
    """What some runs gave and what they cost: `passes` in units of whole passes."""

    numbers: tuple[int, ...]
    outputs: Outputs
    passes: float


@dataclass(eq=False)
class Resumed:
    """Runs ablations of a recorded pass, in groups whose size is tuned while they run."""

    recording: Recording
    inputs: Inputs
    memory: int
    together: int | None = None
    axis: int = 0  # of the examples in the inputs
    grown: Grown | None = None
    alone: str = ""  # why runs are not put side by side
    used: int = 1  # how many were side by side last
    beside: float = 0.0  # whole passes spent on prefixes, and on what had been let go

    def __post_init__(self) -> None:
        self.form = _form(self.inputs)
        self.whole = sum(step.seconds for step in self.recording.steps) or 1.0
        self.factual = Factual(self.recording)
        self.output = self.factual.one(self.recording.output)

    def learn(self, again: Again, sites: Sequence[Step], few: int, row: Sequence[Cut]) -> None:
        """Learn how values grow, so that runs can be put side by side; else say why not.

        A row of zeros that reaches every site is made on the way: one comparison less to run.
        """
        try:
            off = zeros_at(Branch.of(self.recording, row)) if row else None
            self.grown = replayed(self.factual, self.inputs, few, axis=self.axis) or grown(
                self.factual,
                again,
                self.inputs,
                few,
                axis=self.axis,
                memory=self.memory // 4,
                off=off,
            )
            self._refuse_together(self.grown, sites)
        except UnsuitableError as error:
            self.grown, self.alone = None, str(error)
        if self.grown is None and self.recording.constants:
            raise UnsuitableError("a tensor comes from out of sight")

    def _refuse_together(self, found: Grown, sites: Sequence[Step]) -> None:
        changing = set(sites)
        for step in self.recording.steps:
            if not changing.isdisjoint(step.reads):
                changing.add(step)
            if step in changing and step is not self.recording.output:
                refuse_together(step, self.factual.held.form(step), found.grows[step])

    def settle(self, rows: Sequence[Sequence[Cut]], *, narrow: bool, care: int = 0) -> None:
        """Work out where each row is cut, and what need not be computed.

        With care 1 products are left to torch; with 2 no narrow ones are made, either.
        """
        self.grows = {} if self.grown is None else self.grown.grows
        if narrow:
            found = narrowed(self.recording, self.grows)
            self.recording, self.grows = found.recording, found.grows
            self.factual = Factual(self.recording)
        self.given = {s: s.args[0] for s in self.recording.steps if s.name == "input"}
        self._arrange(rows, care)

    def more_care(self, rows: Sequence[Sequence[Cut]]) -> int:
        """Leave out one more of the shortcuts that were taken; how many are left out now."""
        packs = self.suffix.packs
        self._arrange(rows, self.care + 1 if packs is not None and packs.used else ALL_CARE)
        return self.care

    def _arrange(self, rows: Sequence[Sequence[Cut]], care: int) -> None:
        self.care = care
        sizes = {step: bytes_of(form) for step, form in self.factual.held.known()}
        cpu = all(each.device.type == "cpu" for each in tensors(self.output))
        largest = max(1, *sizes.values())
        room = max(1, self.memory // (4 * self.factual.most_at_once(sizes))) if self.grown else 1
        most = max(STEP, CACHE // largest) if cpu else room
        self.cuda = any(each.is_cuda for each in tensors(self.output))
        start = _at_first(self.recording, ROWS_CUDA if self.cuda else ROWS, min(STEP, most))
        self.tuner = Tuner(room, most, self.whole, self.together, start)
        self.single = cpu and torch.get_num_threads() == 1
        room_left = self.memory // 2 - sum(sizes.values())
        packs = None if care else Packs(max(0, room_left))
        thin = care < ALL_CARE
        self.suffix = Suffix(self.recording, self.factual, self.grows, thin, packs)
        self.branches = [Branch.of(self.recording, row) for row in rows]
        self.trie = Trie(self.recording, self.suffix, self.memory / 4, sizes)
        self.family = self.trie.arranged(self.branches)
        self.costs: dict[tuple[Step, ...], float] = {}
        self.runs: dict[tuple[Family, int], int] = {}
        self.groups: dict[tuple[Family, int, int], _Group] = {}

    def serves(self, inputs: Inputs) -> bool:
        """Whether these inputs differ from the recorded ones in nothing but their numbers."""
        return self.recording.lasts and _form(inputs) == self.form

    def renew(self, inputs: Inputs) -> None:
        """Run the recorded operations on other inputs: their pass is the factual one now."""
        leaves = _pytree.tree_leaves(copied(inputs))
        with torch.no_grad():
            given = {step: leaves[place] for step, place in self.given.items()}
            self.output = self.factual.renew(given)

    def run(self) -> Iterator[Done]:
        """Run all rows, deepest first; those with a prefix in common share it."""
        self.beside, self.factual.again = 0.0, 0.0
        for under, family in self.trie.walked(self.family):
            if family.prefix is not None:
                self.beside += self._cost(family.prefix)
            yield from self._run(family, under)
        self.beside += self.factual.again / self.whole

    def _run(self, family: Family, under: Under) -> Iterator[Done]:
        start = 0
        clock = time.thread_time if self.single else time.perf_counter
        while start < len(family.members):
            share = self._cost(family.members[start][1])
            size = self.tuner.size(share, self._alike(family, start), len(family.members) - start)
            group = self._group(family, start, size)
            start += len(group.branches)
            before = clock()
            outputs = self.suffix.run(group.branches, under)
            if self.cuda:
                torch.cuda.synchronize()  # what was started is not what was done
            self.tuner.note(size, share, clock() - before, group.passes)
            self.used = size
            yield Done(tuple(group.numbers[i] for i in outputs.order), outputs, group.passes)

    def _group(self, family: Family, start: int, size: int) -> "_Group":
        """Some rows of a family; what can be known before they run is known afterwards."""
        key = (family, start, size)
        if key not in self.groups:
            members = family.members[start : start + self._even(family, start, size)]
            shares = [self._cost(branch) for _, branch in members]
            members = members[: self.tuner.fits(shares, size)]
            branches = tuple(branch for _, branch in members)
            numbers = tuple(number for number, _ in members)
            self.groups[key] = _Group(numbers, branches, sum(shares[: len(members)]))
            self.suffix.program(branches)
        return self.groups[key]

    def _alike(self, family: Family, start: int) -> int:
        """How many rows from this one on cost the same."""
        if (family, start) not in self.runs:
            costs = [self._cost(branch) for _, branch in family.members]
            for i in reversed(range(len(costs))):
                same = i + 1 < len(costs) and costs[i] == costs[i + 1]
                self.runs[family, i] = 1 + (self.runs[family, i + 1] if same else 0)
        return self.runs[family, start]

    def _even(self, family: Family, start: int, size: int) -> int:
        """So many that those of the same cost come in groups of one size, and no group of few."""
        alike = self._alike(family, start)
        return math.ceil(alike / math.ceil(alike / size)) if alike >= size else size

    def _cost(self, branch: Branch) -> float:
        """The share of a whole pass that one branch costs."""
        way = self.suffix.join(branch)[1]
        key = tuple(branch.changes) if way is None else (*branch.changes, way.reader)
        if key not in self.costs:
            self.costs[key] = self.suffix.cost(branch) / self.whole
        return self.costs[key]

    def order(self) -> list[int]:
        """The order in which rows of one cut are run."""
        rows = range(len(self.branches))
        return sorted(rows, key=lambda i: -self.suffix.join(self.branches[i])[0])


@dataclass(frozen=True, slots=True)
class _Group:
    numbers: tuple[int, ...]
    branches: tuple[Branch, ...]
    passes: float


def _at_first(recording: Recording, rows: int, otherwise: int) -> int:
    """So many runs that the products have so many rows, if these take most of the time."""
    spent: dict[str, float] = {}
    for step in recording.steps:
        spent[step.name] = spent.get(step.name, 0.0) + step.seconds
    made = [recording.values.form(step) for step in recording.steps if step.name == "linear"]
    tall = [each.numel() // each.shape[-1] for each in made if isinstance(each, Tensor)]
    if not tall or max(spent, key=spent.__getitem__) != "linear":
        return otherwise
    return math.ceil(rows / max(1, *tall))


def _form(inputs: Inputs) -> tuple[object, ...]:
    """All of some inputs that a recording may depend on."""
    leaves, structure = _pytree.tree_flatten(inputs)
    told = [(each.shape, each.dtype) if isinstance(each, Tensor) else each for each in leaves]
    return structure, told
