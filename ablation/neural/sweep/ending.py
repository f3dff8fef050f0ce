"""After which instruction a value is done with, and where its memory may then be used again.

A value that one ReLU reads and nothing else is bent where it lies: no new memory, and what the
next operation reads is still near the processor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import torch

from ablation.neural.sweep.program import Instruction, Joining, Operation, Passing
from ablation.neural.sweep.steps import Step

Lines: TypeAlias = Sequence[tuple[Step, Instruction]]
Ended: TypeAlias = list[tuple[Step, Instruction, tuple[Step, ...]]]

FRESH = ("linear", "conv1d", "conv2d", "conv3d", "layer_norm", "batch_norm")


def with_ends(
    lines: Lines, output: Step, done_for: Mapping[Step, Step], *, again: bool = False
) -> Ended:
    """Note after each instruction which values have been used for the last time.

    `done_for` names what an instruction does beside its own; with `again` memory is used again.
    """
    last = {step: i for i, (step, _) in enumerate(lines)}
    for i, (step, _) in enumerate(lines):
        read = done_for.get(step, step).inputs
        last.update((each, i) for each in read if each in last)
    done: dict[int, list[Step]] = {}
    for step, i in last.items():
        if step is not output:
            done.setdefault(i, []).append(step)
    known = dict(lines)
    return [
        (
            step,
            _in_place(step, line, i, known, last) if again else line,
            tuple(done.get(i, ())),
        )
        for i, (step, line) in enumerate(lines)
    ]


def _in_place(
    step: Step,
    line: Instruction,
    place: int,
    known: Mapping[Step, Instruction],
    last: Mapping[Step, int],
) -> Instruction:
    """A ReLU that writes into what it reads, where nobody else does."""
    if step.name != "relu" or step.writes or not isinstance(line, Operation):
        return line
    here = step.args[0] if step.args else None
    while isinstance(here, Step) and last.get(here, place + 1) <= place:
        made = known[here]
        if isinstance(made, Joining) or (isinstance(made, Operation) and here.name in FRESH):
            bent = replace(step, call=torch.relu_, args=step.args[:1], kwargs={})
            return replace(line, step=bent)
        if not isinstance(made, Passing) or not made.sources:
            return line
        source = made.sources[0]
        if source.changed != line.many or made.value is not source.step:
            return line
        here = source.step
    return line
