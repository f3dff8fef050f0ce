"""What every operation computed in the factual pass, within a bound of memory.

Values used longest ago are let go, and computed again from the nearest that are left: ablations
run deepest first, so the window of kept values moves up the network once (Griewank 1992).
"""

from collections.abc import Iterable, Mapping

from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.steps import Step, run


class Factual:
    """The values of a recording, by step; reading one may compute it again."""

    def __init__(self, recording: Recording) -> None:
        self.recording, self.held = recording, recording.values
        self.again = 0.0  # seconds of what was computed once more
        for step in recording.spoiled:
            self.held.drop(step)
        self.ended = _ended(recording.steps)

    def most_at_once(self, sizes: Mapping[Step, int]) -> int:
        """So many bytes of values does a pass have at once that holds none longer than needed."""
        now, most = 0, 1
        for step in self.recording.steps:
            now += sizes[step]
            most = max(most, now)
            now -= sum(sizes[each] for each in self.ended.get(step, ()))
        return most

    def renew(self, given: Mapping[Step, object]) -> object:
        """Do all operations on other inputs, and give the output."""
        values: dict[Step, object] = {}
        if not self.held.forms:  # all of a pass has its place
            for step in self.recording.steps:
                values[step] = given[step] if step in given else run(step, values)
            self.held.refill(values)
            return values[self.recording.output]
        self.held.clear()
        for step in self.recording.steps:
            values[step] = given[step] if step in given else run(step, values)
            if step not in self.recording.spoiled:
                self.held.add(step, values[step])
            for each in self.ended.get(step, ()):
                del values[each]
        return values[self.recording.output]

    def one(self, step: Step) -> object:
        """The value of this step."""
        if step in self.held:
            return self.held.one(step)
        return self._computed(step)

    def _computed(self, wanted: Step) -> object:
        """Compute a value and all that it rests on and is not held, each once."""
        local: dict[Step, object] = {}
        needed: set[Step] = set()
        open_ = [wanted]
        while open_:
            step = open_.pop()
            if step in needed or step in local:
                continue
            if step in self.held:
                local[step] = self.held.one(step)
                continue
            needed.add(step)
            open_ += step.inputs
        steps = sorted(needed, key=lambda each: each.number)
        last = {each: step for step in steps for each in step.inputs}
        for step in steps:
            local[step] = run(step, local)
            self.again += step.seconds
            if step not in self.recording.spoiled:
                self.held.add(step, local[step])
            for each in step.inputs:
                if last[each] is step and each is not wanted:
                    local.pop(each, None)
        return local[wanted]


def _ended(steps: Iterable[Step]) -> dict[Step, list[Step]]:
    """After which operation nobody reads a value any more."""
    last: dict[Step, Step] = {}
    for step in steps:
        last[step] = step
        last.update((each, step) for each in step.inputs)
    ended: dict[Step, list[Step]] = {}
    for each, step in last.items():
        if each.name != "output":
            ended.setdefault(step, []).append(each)
    return ended
