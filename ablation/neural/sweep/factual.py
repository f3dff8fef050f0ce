"""What every operation computed in the factual pass, within a bound of memory.

Values used longest ago are let go, and computed again from the nearest that are left: ablations
run deepest first, so the window of kept values moves up the network once (Griewank 1992).
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from ablation.neural.sweep.recorder import GIVEN, Recording
from ablation.neural.sweep.steps import Step, bytes_of, run


class Factual:
    """The values of a recording, by step; reading one may compute it again."""

    def __init__(self, recording: Recording, memory: int) -> None:
        self.recording, self.memory, self.again = recording, memory, 0.0
        self.renew(recording.values)

    def renew(self, values: Mapping[Step, object]) -> None:
        """Take the values of another pass."""
        self.inputs = {step: v for step, v in values.items() if step.name in GIVEN}
        self.kept: OrderedDict[Step, object] = OrderedDict()
        self.size, self.let_go = 0, False
        for step, value in values.items():
            if step not in self.recording.spoiled:
                self._keep(step, value)

    def get(self, steps: Iterable[Step]) -> dict[Step, object]:
        """The values of these steps."""
        wanted = list(steps)
        found = {step: self._kept(step) for step in wanted if self._has(step)}
        missing = [step for step in wanted if step not in found]
        if missing:
            found |= self._computed(missing)
        return {step: found[step] for step in wanted}

    def one(self, step: Step) -> object:
        """The value of this step."""
        if step in self.kept:
            if self.let_go:
                self.kept.move_to_end(step)
            return self.kept[step]
        return self.inputs[step] if step in self.inputs else self._computed([step])[step]

    def _computed(self, wanted: list[Step]) -> dict[Step, object]:
        """Compute what is missing and all that it rests on, each once."""
        local: dict[Step, object] = {}
        needed: set[Step] = set()
        open_ = list(wanted)
        while open_:
            step = open_.pop()
            if step in needed or step in local:
                continue
            if self._has(step):
                local[step] = self._kept(step)
                continue
            needed.add(step)
            open_ += step.inputs
        steps = sorted(needed, key=lambda each: each.number)
        last = {each: step for step in steps for each in step.inputs}
        for step in steps:
            local[step] = run(step, local)
            self.again += step.seconds
            if step not in self.recording.spoiled:
                self._keep(step, local[step])
            for each in step.inputs:
                if last[each] is step and each not in wanted:
                    local.pop(each, None)
        return {step: local[step] for step in wanted}

    def _has(self, step: Step) -> bool:
        return step in self.kept or step in self.inputs

    def _kept(self, step: Step) -> object:
        if step in self.inputs:
            return self.inputs[step]
        self.kept.move_to_end(step)
        return self.kept[step]

    def _keep(self, step: Step, value: object) -> None:
        if step in self.inputs or step in self.kept:
            return
        self.kept[step] = value
        self.size += bytes_of(value)
        while self.size > self.memory and len(self.kept) > 1:
            self.let_go = True
            _, gone = self.kept.popitem(last=False)
            self.size -= bytes_of(gone)
