"""Outputs of many ablations of one batch, by the quick road where it is proven to be the same.

Some ablations, the deepest and the shallowest among them, are run both ways. If any two outputs
differ by more than the tolerance, all are run whole. How many runs go side by side is found by
timing some of them.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, fx
from torch.utils import _pytree

from ablation.neural.forwards import standing_in
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.doubling import Doubled, doubled
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.factual import Factual, bytes_of, evaluated
from ablation.neural.sweep.recording import Recording
from ablation.neural.sweep.suffix import Branch, Outputs, Suffix
from ablation.neural.trees import Inputs, copied

TRIALS = (1, 4, 16, 64)  # how many side by side are timed, while more is better


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
    twice: Doubled | None = None
    alone: str = ""  # why runs are not put side by side
    speeds: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.costs: list[float] | None = None
        self.form = _form(self.inputs)
        self.factual = Factual(self.recording, self.memory)
        self.suffix = Suffix(self.recording, self.factual, {})
        self.whole = sum(self.recording.seconds.values())
        sites = [node for nodes in self.recording.sites.values() for node in nodes]
        self.changing = set(self.suffix.reached(sites)) - self.recording.fixed
        self.room = max(
            1, self.memory // max(1, 4 * max(map(bytes_of, self.recording.values.values())))
        )

    def prepare(self) -> None:
        """Learn how values grow, so that runs can be put side by side; else say why not."""
        try:
            self.twice = doubled(self.recording, self.factual, self.changing)
        except UnsuitableError as error:
            self.alone = str(error)
        except Exception as error:  # noqa: BLE001 - the code of the module may raise anything
            self.alone = f"with twice the examples it raises {type(error).__name__}: {error}"
        else:
            self.suffix.grows = self.twice.grows

    def weight(self, branch: Branch) -> float:
        """The share of a whole pass that one branch costs."""
        reached = self.suffix.reached(branch.changes)
        return sum(self.recording.seconds.get(node, 0.0) for node in reached) / self.whole

    def _weighed(self, branches: Sequence[Branch]) -> list[float]:
        keys = [tuple(branch.changes) for branch in branches]
        weights = {key: self.weight(branch) for key, branch in zip(keys, branches, strict=True)}
        return [weights[key] for key in keys]

    def serves(self, inputs: Inputs) -> bool:
        """Whether these inputs differ from the recorded ones in nothing but their numbers."""
        return _form(inputs) == self.form

    def renew(self, inputs: Inputs) -> None:
        """Run the recorded operations on other inputs: their pass is the factual one now."""
        leaves = _pytree.tree_leaves(copied(inputs))
        values: dict[fx.Node, object] = {}
        with torch.no_grad(), standing_in({}):
            for node in self.recording.nodes:
                if node.op == "placeholder":
                    values[node] = leaves[int(str(node.target).rpartition("_")[2])]
                else:
                    values[node] = evaluated(self.recording, node, values)
        self.recording = replace(self.recording, values=values)
        self.factual = self.suffix.factual = Factual(self.recording, self.memory)

    def run(self, branches: Sequence[Branch]) -> Iterator[Done]:
        """Run all branches, deepest first."""
        if self.costs is None or len(self.costs) != len(branches):
            self.costs = self._weighed(branches)
        cost = self.costs
        queue = sorted(range(len(branches)), key=lambda i: -self.suffix.first(branches[i]))
        while queue:
            size = self.size()
            numbers, queue = queue[:size], queue[size:]
            start = time.perf_counter()
            outputs = self.suffix.run([branches[i] for i in numbers])
            numbers = [numbers[i] for i in outputs.order]
            spent = time.perf_counter() - start
            passes = sum(cost[i] for i in numbers)
            if passes > 0 and len(numbers) == size:
                speed = spent / passes
                self.speeds[size] = min(speed, self.speeds.get(size, speed))
            yield Done(tuple(numbers), outputs, passes)

    def size(self) -> int:
        """How many to run side by side next: the next trial, or the best of those timed."""
        if self.twice is None:
            return 1
        if self.together is not None:
            return max(1, min(self.together, self.room))
        trials = [size for size in TRIALS if size <= self.room] or [1]
        for before, size in zip([None, *trials], trials, strict=False):
            if size in self.speeds:
                continue
            slower = before is not None and self.speeds[before] > min(self.speeds.values())
            return self.best() if slower else size
        return self.best()

    def best(self) -> int:
        """The size with the least time for the same work."""
        return min(self.speeds, key=self.speeds.__getitem__)

    @property
    def output(self) -> object:
        """What the module returns when nothing is off."""
        return self.recording.values[self.recording.output]

    @property
    def used(self) -> int:
        """The size in use at the end."""
        return self.size() if self.twice is not None and (self.speeds or self.together) else 1

    def branches(self, rows: Sequence[Sequence[Cut]]) -> list[Branch]:
        """Find where in the recording each row's cuts are made."""
        return [Branch.of(self.recording, row) for row in rows]

    def deepest_first(self, branches: Sequence[Branch]) -> list[int]:
        """The order in which branches are run."""
        return sorted(range(len(branches)), key=lambda i: -self.suffix.first(branches[i]))


def _form(inputs: Inputs) -> tuple[object, ...]:
    """All of some inputs that a recording may depend on."""
    leaves, structure = _pytree.tree_flatten(inputs)
    told = [(each.shape, each.dtype) if isinstance(each, Tensor) else each for each in leaves]
    return structure, told
