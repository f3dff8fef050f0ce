"""The effect of each component of a module, exactly, for about the least arithmetic there is.

Leave-one-out as lesion studies have done it since Meyes et al. (2019); what is new is the road. The
factual pass is recorded once; each ablation resumes where it first differs; several run side by
side; the result is compared with the naive loop, which is used where it is not the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd
import torch
from torch import nn

from ablation.neural.errors import RandomModuleError
from ablation.neural.forwards import eager
from ablation.neural.isolation import unchanged
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns
from ablation.neural.sweep.batches import batches, examples_in
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.engine import Resumed
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.jitter import Jitter
from ablation.neural.sweep.metric import Read, measured
from ablation.neural.sweep.narrowing import narrowed
from ablation.neural.sweep.parts import Parts, parts_of
from ablation.neural.sweep.recording import record
from ablation.neural.sweep.references import referenced
from ablation.neural.sweep.subsets import Subsets, label, subsets_of
from ablation.neural.sweep.table import table
from ablation.neural.sweep.whole import whole_pass
from ablation.neural.trees import Inputs, largest_change, numbers
from ablation.operators import Operator, Zero

MEMORY = 2**30
TOLERANCE = 1e-6  # relative to the largest number of an output


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: ablations done of those planned, whole passes spent and saved."""

    done: int
    planned: int
    forwards: float
    saved: float
    engine: str


def sweep(
    module: nn.Module,
    inputs: Inputs | list[Inputs],
    components: Patterns | None = None,
    *,
    metric: Read,
    by: Operator = OFF,
    subsets: Subsets = 1,
    read: Read | None = None,
    reference: Inputs | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    together: int | None = None,
    memory: int = MEMORY,
    verify: int | None = 2,
    expect_effect: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> pd.DataFrame:
    """Measure what switching off each component changes in a metric of the output.

    `metric` reads one number off an output, or one for each example, of which the mean is taken.
    Components are modules ("blocks.*"), units of what they return ("net.2[8:16]", "net.2[*]") or
    attention heads ("blocks.*.attn.heads[*]"). `subsets` is 1 for each alone, 2 for pairs as well,
    or lists of names. `together` fixes how many ablations run side by side, `memory` bounds the
    bytes of kept activations, and `verify` says how many ablations of the first batch are also run
    whole (None: all). `exact` is false only for rows that rest on no comparison (`verify=0`). The
    attributes of the table say which engine ran, why, and the largest difference from the naive
    loop. Batch statistics in Mean and Resample without `reference` are those of one batch.

    >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> for weights in net.parameters():
    ...     _ = nn.init.constant_(weights, 1.0)
    >>> found = sweep(net, torch.ones(4, 2), ["0", "1[*]"], metric=lambda output: output.mean())
    >>> found[["component", "baseline", "ablated", "effect", "exact"]]
      component  baseline  ablated  effect  exact
    0         0      10.0      1.0     9.0   True
    1      1[0]      10.0      7.0     3.0   True
    2      1[1]      10.0      7.0     3.0   True
    3      1[2]      10.0      7.0     3.0   True
    """
    module = eager(module)
    given = batches(inputs, batch_size)
    parts = parts_of(module, components, given[0])
    rows = subsets_of(list(parts), subsets)
    with torch.no_grad(), unchanged(module):
        pools = referenced(module, parts, reference)
        cuts = {name: Cut(part, by, pools.get(name, ()), seed) for name, part in parts.items()}
        plan = _Plan(module, parts, [[cuts[name] for name in row] for row in rows], metric, read, isinstance(by, Zero))
        run = _Run(plan, together, memory, verify, progress, len(given))
        for batch in given:
            run.batch(batch)
    if expect_effect:
        for cut in cuts.values():
            if any(cut in row for row in plan.rows):
                cut.refuse_no_effect()
    return run.table([label(row) for row in rows], str(by))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked of each batch."""

    module: nn.Module
    parts: Parts
    rows: Sequence[Sequence[Cut]]
    metric: Read
    read: Read | None
    pointwise: bool  # whether the operator does the same at every position


@dataclass(eq=False)
class _Run:
    """What has been found in the batches so far."""

    plan: _Plan
    together: int | None
    memory: int
    verify: int | None
    progress: Callable[[Progress], None] | None
    batches: int
    examples: int = 0
    baseline: float = 0.0
    ablated: list[float] = field(default_factory=list)
    floor: float = 0.0
    forwards: float = 0.0
    done: int = 0
    reason: str = ""  # why whole passes are run
    alone: str = ""  # why runs are not side by side
    difference: float | None = None
    checked: int = 0
    size: int = 1

    def batch(self, inputs: Inputs) -> None:
        """Measure every row on one batch."""
        examples = examples_in(inputs)
        outputs = None if self.reason else self._resumed(inputs, examples)
        found = self._whole(inputs, examples) if outputs is None else outputs
        weight = examples or 1
        total = self.examples + weight
        share = weight / total
        self.baseline += (found.baseline - self.baseline) * share
        old = self.ablated or [0.0] * len(found.ablated)
        self.ablated = [a + (b - a) * share for a, b in zip(old, found.ablated, strict=True)]
        self.floor += (found.floor - self.floor) * share
        self.examples = total

    def _resumed(self, inputs: Inputs, examples: int | None) -> "_Found | None":
        """The quick road; None where it cannot be taken, or gives something else."""
        plan, first = self.plan, not self.examples
        try:
            recording = record(plan.module, inputs, plan.parts, plan.read)
        except UnsuitableError as error:
            self.reason = str(error)
            return None
        self.forwards += 1
        if plan.pointwise:
            recording = narrowed(recording)
        engine = Resumed(recording, self.memory, self.together)
        engine.prepare()
        self.forwards += 2 if engine.twice else 0
        self.alone = engine.alone
        branches = engine.branches(plan.rows)
        check = self._checked(engine.deepest_first(branches)) if first else frozenset()
        floor: list[float] = []
        output = recording.values[recording.output]
        baseline = self._measured(output, examples)
        values = [baseline] * len(branches)
        for finished in engine.run(branches):
            for number, each in zip(finished.numbers, finished.outputs, strict=True):
                values[number] = self._measured(each, examples)
                if number in check and not self._agrees(inputs, number, each):
                    return None
            self._advance(len(finished.numbers), finished.passes, "suffix")
        if engine.twice:
            copies = (engine.twice.same, engine.twice.jittered)
            floor += [abs(self._measured(each, examples) - baseline) for each in copies]
        else:
            floor.append(self._jittered(inputs, examples, baseline))
        self.size = engine.used
        return _Found(baseline, values, max(floor))

    def _agrees(self, inputs: Inputs, number: int, output: object) -> bool:
        """Run one row whole as well, and compare."""
        naive = self._pass(inputs, self.plan.rows[number])
        self.forwards += 1
        self.checked += 1
        difference = largest_change(naive, output)
        self.difference = max(self.difference or 0.0, difference)
        if difference <= _tolerance(naive):
            return True
        self._refuse_random(inputs)
        self.reason = f"resumed it differs by {difference:.2g} relative"
        return False

    def _checked(self, order: Sequence[int]) -> frozenset[int]:
        """Choose the rows to run both ways: the ends of the network, and between them evenly."""
        if self.verify is None or self.verify >= len(order):
            return frozenset(order)
        if self.verify < 2:
            return frozenset(order[-1:] if self.verify else ())
        step = (len(order) - 1) / (self.verify - 1)
        return frozenset(order[round(i * step)] for i in range(self.verify))

    def _whole(self, inputs: Inputs, examples: int | None) -> "_Found":
        """The naive loop."""
        self.done -= self.done % max(1, len(self.plan.rows))
        if not self.examples:
            self._refuse_random(inputs)
        baseline = self._measured(self._pass(inputs), examples)
        self.forwards += 1
        values = []
        for row in self.plan.rows:
            values.append(self._measured(self._pass(inputs, row), examples))
            self._advance(1, 1.0, "naive")
        return _Found(baseline, values, self._jittered(inputs, examples, baseline))

    def _pass(self, inputs: Inputs, cuts: Sequence[Cut | Jitter] = ()) -> object:
        """One whole pass, as far as the metric looks at it."""
        output = whole_pass(self.plan.module, inputs, cuts)
        return output if self.plan.read is None else self.plan.read(output)

    def _jittered(self, inputs: Inputs, examples: int | None, baseline: float) -> float:
        """How far the metric moves when every part passes on its last digit changed."""
        at = {part.site: Jitter(part) for part in self.plan.parts.values()}
        self.forwards += 1
        output = self._pass(inputs, list(at.values()))
        return abs(self._measured(output, examples) - baseline)

    def _refuse_random(self, inputs: Inputs) -> None:
        one, two = (self._pass(inputs) for _ in range(2))
        self.forwards += 2
        if (difference := largest_change(one, two)) > _tolerance(one):
            raise RandomModuleError("the output", difference)

    def _measured(self, output: object, examples: int | None) -> float:
        return measured(self.plan.metric, output, examples)

    def _advance(self, rows: int, passes: float, engine: str) -> None:
        self.done += rows
        self.forwards += passes
        if self.progress is not None:
            planned = len(self.plan.rows) * self.batches
            naive = self.done + self.done / len(self.plan.rows)
            self.progress(Progress(self.done, planned, self.forwards, naive - self.forwards, engine))

    def table(self, names: Sequence[str], operator: str) -> pd.DataFrame:
        """Lay out what was found."""
        planned = (len(names) + 1) * self.batches
        facts = {
            "engine": "naive" if self.reason else "suffix",
            "reason": self.reason or self.alone,
            "operator": operator,
            "together": self.size,
            "checked": self.checked,
            "largest_difference": self.difference,
            "forwards": self.forwards,
            "saved": planned - self.forwards,
        }
        proven = bool(self.reason or self.checked)
        floor = max(self.floor, abs(self.baseline) * torch.finfo(torch.float32).eps)
        return table(
            names,
            self.baseline,
            self.ablated,
            floor=floor,
            exact=[proven] * len(names),
            facts=facts,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """The metric on one batch: as it is, row by row, and how much of it is rounding."""

    baseline: float
    ablated: list[float]
    floor: float


def _tolerance(output: object) -> float:
    eps = max((torch.finfo(leaf.dtype).eps for leaf in numbers(output)), default=0.0)
    return max(TOLERANCE, 8 * eps)
