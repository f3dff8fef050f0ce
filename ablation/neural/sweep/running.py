"""Run the rows of a sweep batch by batch: the quick road where it is proven, else whole passes.

What the quick road gives for some rows of the first batch is compared with the naive loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd
import torch

from ablation.errors import AblationError
from ablation.neural.errors import RandomModuleError
from ablation.neural.sweep.asking import (
    PROOF,
    TOLERANCE,
    Found,
    Limits,
    Plan,
    Progress,
    rounding_of,
    tolerance,
)
from ablation.neural.sweep.batches import examples_in
from ablation.neural.sweep.checking import Check, Due, replaced
from ablation.neural.sweep.cutting import Site, site_of
from ablation.neural.sweep.engine import ALL_CARE, Resumed
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.growing import CLOSE
from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.metric import Reader, measured, unseen
from ablation.neural.sweep.recorder import GIVEN, Edit, Recording
from ablation.neural.sweep.recording import record
from ablation.neural.sweep.rows import departure
from ablation.neural.sweep.table import table
from ablation.neural.sweep.whole import Passes
from ablation.neural.sweep.worth import LITTLE, is_little
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs, opaque, tensors


@dataclass(eq=False)
class Run:
    """What has been found in the batches so far."""

    plan: Plan
    limits: Limits
    progress: Callable[[Progress], None] | None
    planned_batches: int
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
    rounding: float = 0.0
    eps: float = torch.finfo(torch.float32).eps  # what the numbers of the output can hold
    engine: Resumed | None = None
    care: int = 0  # which shortcuts are not taken, since they gave something else
    lengths: Sequence[int] = ()  # of the first input
    made: int | None = None  # the row that was made while the pass was recorded again

    def __post_init__(self) -> None:
        plan = self.plan
        self.reader = Reader(plan.metric)
        places = (*plan.places.values(), *(plan.weights.homes if plan.weights else ()))
        self.passes = Passes(plan.module, places, plan.read)
        one_each: dict[Site, Place] = {}
        for place in plan.places.values():
            one_each.setdefault(site_of(place), place)
        self.sites = {place.name: place for place in one_each.values()}  # where anything is cut
        if plan.weights:
            self.reason = "parameters are read from anywhere: there is no place to resume from"

    def batch(self, inputs: Inputs) -> None:
        """Measure every row on one batch."""
        self.lengths = next((each.shape for each in tensors(inputs)), ())
        examples = examples_in(inputs, self.plan.axis)
        for cut in {cut for row in self.plan.rows for cut in row}:
            cut.before = self.examples
        free = not self.reason and not self.examples and self.limits.together is None
        if free and is_little(self.plan, inputs, self.planned_batches):
            self.reason = LITTLE
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

    def _resumed(self, inputs: Inputs, examples: int | None) -> "Found | None":
        """The quick road; None where it cannot be taken, or gives something else."""
        first = not self.examples
        try:
            engine = self._engine_for(inputs, examples)
        except UnsuitableError as error:
            self.reason = str(error)
            return None
        try:
            found = self._followed(engine, inputs, examples, first=first)
        except AblationError:
            raise
        except (RuntimeError, IndexError, ValueError, TypeError) as error:  # of the module's own
            self.reason = f"resumed it raises {type(error).__name__}: {error}"
            return None
        if found is None and engine.care < ALL_CARE:  # once more, by fewer shortcuts
            self.care = engine.more_care(self.plan.rows)
            self.reason, self.difference, self.checked, self.done = "", None, 0, 0
            return self._resumed(inputs, examples)
        return found

    def _followed(
        self, engine: Resumed, inputs: Inputs, examples: int | None, *, first: bool
    ) -> "Found | None":
        check = self._check(engine, inputs, examples) if first else None
        baseline = self._measured(engine.output, examples)
        self.eps = max(self.eps, rounding_of(engine.output))
        values = [baseline] * len(engine.branches)
        for finished in engine.run():
            if check is not None and not all(self._agrees(check, o) for o in check.due(finished)):
                return None
            read = self.reader.read(finished.outputs, examples)
            for number, value in zip(finished.numbers, read, strict=True):
                values[number] = value
            self._advance(len(finished.numbers), finished.passes, "suffix")
        if check is not None and not all(self._agrees(check, o) for o in check.missing()):
            return None
        self.forwards += engine.beside
        if first:
            self.rounding = self._rounding(engine, inputs, examples, baseline)
        self.size = engine.used
        return Found(baseline, values, self.rounding)

    def _engine_for(self, inputs: Inputs, examples: int | None) -> Resumed:
        """The engine of an earlier batch, where these inputs have the same shapes, or a new one."""
        plan = self.plan
        self.forwards += 1
        if self.engine is not None and self.engine.serves(inputs):
            self.engine.renew(inputs)
            return self.engine
        random = torch.random.get_rng_state()
        recording = self._record(inputs, values=Held(self.limits.memory // 2, stays=GIVEN))
        if not torch.equal(random, torch.random.get_rng_state()):
            self.passes.refuse_random(inputs)
        self.engine = Resumed(
            recording, inputs, self.limits.memory, self.limits.together, plan.axis
        )
        if hidden := unseen(plan.metric, self.engine.output, examples, self.lengths):
            raise UnsuitableError(f"the metric reads {hidden}, in which no tensor is seen")
        sites = [step for steps in recording.sites.values() for step in steps]
        few = self._few(examples)
        self.made = self._made(recording)
        row = () if self.made is None else self.plan.rows[self.made]
        self.engine.learn(self._record, sites, few, row)
        self.forwards += 2 * few / (examples or 1)
        self.alone = self.alone or self.engine.alone
        self.engine.settle(plan.rows, narrow=plan.pointwise, care=self.care)
        return self.engine

    def _record(
        self, inputs: Inputs, edit: Edit | None = None, values: Held | None = None
    ) -> Recording:
        plan = self.plan
        return record(
            plan.module,
            inputs,
            self.sites,
            plan.read,
            edit=edit,
            arguments=not plan.pointwise,
            values=values,
        )

    def _few(self, examples: int | None) -> int:
        """So many examples that what is only proof costs little beside the sweep."""
        planned = len(self.plan.rows) * self.planned_batches
        share = PROOF * planned / (2 + (2 if self.limits.verify is None else self.limits.verify))
        return max(1, min(examples or 1, round(share * (examples or 1))))

    def _check(self, engine: Resumed, inputs: Inputs, examples: int | None) -> Check:
        """Which rows to run whole as well, and on how many examples."""
        few = examples or 1
        if self.plan.each_alone and engine.grown is not None and self.limits.verify is not None:
            few = self._few(examples)
        order = engine.order()
        known = {}
        made = engine.grown and engine.grown.without
        if self.made is not None and made is not None:
            known[self.made] = made
            order = [*(i for i in order if i != self.made), self.made]
        return Check(self._checked(order), inputs, few, examples or 1, self.plan.axis, known)

    def _made(self, recording: Recording) -> int | None:
        """A row that can be made while the pass is recorded again, and reaches every site."""
        opened = any(place.at == "heads" for place in self.plan.places.values())
        enough = self.limits.verify is not None and 2 <= self.limits.verify < len(self.plan.rows)
        if not self.plan.pointwise or not enough or opened:
            return None
        first = recording.before_all_sites()
        owners = {site for site, steps in recording.sites.items() if first in steps}
        rows = enumerate(self.plan.rows)
        return next((i for i, row in rows if any(site_of(e.place) in owners for e in row)), None)

    def _rounding(
        self, engine: Resumed, inputs: Inputs, examples: int | None, baseline: float
    ) -> float:
        """How far the metric moves by what is only rounding: the noise floor."""
        if engine.grown is None:
            return self._floor(inputs, examples, baseline, engine.output)
        few, all_ = engine.grown.examples, examples or 1
        moved = replaced(engine.output, engine.grown.jittered, few, all_)
        return abs(self._measured(moved, examples) - baseline) * all_ / few

    def _agrees(self, check: Check, quick: Due) -> bool:
        """Run one row whole as well, and compare: on some examples, in doubt on all of them."""
        row = self.plan.rows[quick.number]
        naive = check.known.get(quick.number)
        few = check.few if naive is None else 0
        if naive is None:
            naive = self.passes.without(check.inputs, row)
        difference = departure(naive, quick.few)
        if difference > tolerance(naive) and few < check.examples:
            few += check.examples  # products of other lengths round otherwise
            naive = self.passes.without(check.whole, row)
            difference = departure(naive, quick.all)
        self.forwards += few / check.examples
        self.checked += 1
        self.difference = max(self.difference or 0.0, difference)
        if difference <= tolerance(naive):
            return True
        self.passes.refuse_random(check.inputs)
        self.reason = f"resumed it differs by {difference:.2g} relative"
        return False

    def _checked(self, order: Sequence[int]) -> frozenset[int]:
        """Choose the rows to run both ways: the ends of the network, and between them evenly."""
        if self.limits.verify is None or self.limits.verify >= len(order):
            return frozenset(order)
        if self.limits.verify < 2:
            return frozenset(order[-1:] if self.limits.verify else ())
        step = (len(order) - 1) / (self.limits.verify - 1)
        return frozenset(order[round(i * step)] for i in range(self.limits.verify))

    def _whole(self, inputs: Inputs, examples: int | None) -> "Found":
        """The naive loop."""
        self.done -= self.done % max(1, len(self.plan.rows))
        factual = self.passes.factual(inputs)
        first = not self.examples
        baseline = self._measured(factual, examples)
        if first:
            again = self.passes.refuse_random(inputs, factual)
            self.forwards += 1
            if opaque(factual):
                self._refuse_other(baseline, self._measured(again, examples))
        self.eps = max(self.eps, rounding_of(factual))
        self.forwards += 1
        values = []
        weights = self.plan.weights
        for number, row in enumerate(self.plan.rows):
            others = weights.of(number) if weights else ()
            output = self.passes.without(inputs, row, others)
            if weights:
                weights.note(others, moved=departure(factual, output) > 0)
            values.append(self._measured(output, examples))
            self._advance(1, 1.0, "naive")
        if first:
            self.rounding = self._floor(inputs, examples, baseline, factual)
        return Found(baseline, values, self.rounding)

    def _refuse_other(self, one: float, two: float) -> None:
        """Raise RandomModuleError where a metric of what nothing is seen in comes out otherwise."""
        if (difference := abs(two - one) / (abs(one) or 1.0)) > TOLERANCE:
            raise RandomModuleError("the metric", difference)

    def _floor(
        self, inputs: Inputs, examples: int | None, baseline: float, factual: object
    ) -> float:
        """How far the metric moves when every part passes on its last digit changed.

        The examples stand in reverse order meanwhile, unless they read one another or their place.
        """
        self.forwards += 1
        moved = self.passes.backwards(inputs, self.plan.axis, examples or 1)
        if departure(factual, moved) > max(CLOSE, tolerance(factual)):
            self.forwards += 1
            moved = self.passes.jittered(inputs)
        return abs(self._measured(moved, examples) - baseline)

    def _measured(self, output: object, examples: int | None) -> float:
        return measured(self.plan.metric, output, examples, self.lengths)

    def _advance(self, rows: int, passes: float, engine: str) -> None:
        self.done += rows
        self.forwards += passes
        if self.progress is not None:
            planned = len(self.plan.rows) * self.planned_batches
            naive = self.done + self.done / len(self.plan.rows)
            self.progress(
                Progress(self.done, planned, self.forwards, naive - self.forwards, engine)
            )

    def table(self, names: Sequence[str], operator: str) -> pd.DataFrame:
        """Lay out what was found."""
        planned = (len(names) + 1) * self.planned_batches
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
        floor = max(self.floor, abs(self.baseline) * self.eps)
        return table(
            names,
            self.baseline,
            self.ablated,
            floor=floor,
            exact=[proven] * len(names),
            facts=facts,
        )
