"""Compute only what is read: where a pass ends in `x[:, -1]`, so does its last block.

A position that is read demands the same position of everything that works position by position,
back to where positions mix: of attention it demands one query and every key (the last-position
trick of language-model inference, found here by a backward demand analysis on the recording).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.positions import RULES, Demand, Demands, amended, origin
from ablation.neural.sweep.recorder import Recording
from ablation.neural.sweep.rows import Growth
from ablation.neural.sweep.steps import Step, mapped_steps


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A recording that computes no position that nobody reads, and how its values grow."""

    recording: Recording
    grows: dict[Step, list[Growth]]


def narrowed(recording: Recording, grows: Mapping[Step, list[Growth]]) -> Narrowed:
    """Rewrite a recording so that it computes no position that nobody reads."""
    demands = _Demanded(recording)
    if not demands.narrow:
        return Narrowed(recording, dict(grows))
    return _Rewriting(demands).rewritten(grows)


class _Demanded:
    """Who demands what, from the last operation to the first."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.shapes = {
            step: tuple(value.shape)
            for step, value in recording.values.known()
            if isinstance(value, Tensor)
        }
        self.wanted: dict[Step, list[Demand | None]] = {step: [] for step in recording.steps}
        self.narrow: dict[Step, Demand] = {}
        self.asked: dict[Step, Demands] = {}  # what a narrowed step asks of its inputs
        for step in reversed(recording.steps):
            self._ask(step)

    def _ask(self, step: Step) -> None:
        wanted = set(self.wanted[step])
        demands: Demands | None = None
        if len(wanted) == 1 and (demand := next(iter(wanted))) and not self._kept_whole(step):
            rule = RULES.get(step.name)
            demands = rule(step, demand, self.shapes) if rule else None
            if demands is not None:
                self.narrow[step], self.asked[step] = demand, demands
        elif demand := origin(step, self.shapes):
            demands = {step.args[0]: demand}
        for each in step.inputs:
            self.wanted[each].append((demands or {}).get(each))

    def _kept_whole(self, step: Step) -> bool:
        return step in self.recording.spoiled or bool(step.writes) or step not in self.shapes

    def one(self, step: Step) -> Demand | None:
        """The one position that somebody reads of a step which is computed whole."""
        asked = {each for each in self.wanted[step] if each is not None}
        return next(iter(asked)) if len(asked) == 1 else None


class _Rewriting:
    """The operations that follow, with values cut out of those that are known."""

    def __init__(self, demanded: _Demanded) -> None:
        self.demanded, self.recording = demanded, demanded.recording
        self.read_by: dict[Step, list[Step]] = {step: [] for step in self.recording.steps}
        for step in self.recording.steps:
            for each in step.inputs:
                self.read_by[each].append(step)
        self.steps: list[Step] = []
        old = self.recording.values
        self.values = Held(old.memory, old.stays)
        self.grows: dict[Step, list[Growth]] = {}
        self.copies: dict[Step, Step] = {}
        self.cuts: dict[Step, Step] = {}  # the one position of a step that is computed whole

    def rewritten(self, grows: Mapping[Step, list[Growth]]) -> Narrowed:
        """Copy the recording with narrowed operations."""
        for step in self.recording.steps:
            self._copy(step, grows)
        old = self.recording
        return Narrowed(
            replace(
                old,
                steps=tuple(self.steps),
                sites={k: tuple(self.copies[n] for n in v) for k, v in old.sites.items()},
                values=self.values,
                spoiled=frozenset(self.copies[n] for n in old.spoiled),
            ),
            self.grows,
        )

    def _copy(self, step: Step, grows: Mapping[Step, list[Growth]]) -> None:
        narrow, shapes = self.demanded.narrow, self.demanded.shapes
        demand, value = narrow.get(step), self.recording.values.form(step)
        args, kwargs, seconds = step.args, step.kwargs, step.seconds
        asked = self.demanded.asked.get(step, {})
        if demand is not None:
            args, kwargs = amended(step, demand, len(shapes[step]))
            value, seconds = _position(value, demand), seconds / demand.size
        elif self._starts(step):  # the index is that of the only position left
            index = tuple(0 if type(each) is int else each for each in args[1])
            args = (args[0], index)
        args, kwargs = mapped_steps(
            lambda each: self.cuts[each] if asked.get(each) else self.copies[each], (args, kwargs)
        )
        writes = tuple(self.copies[each] for each in step.writes)
        new = Step(
            len(self.steps), step.name, step.call, args, kwargs, writes, seconds, step.counts
        )
        self._add(step, new, value, grows)
        self.copies[step] = new
        if demand is not None:
            self.cuts[step] = new
        elif (one := self.demanded.one(step)) and any(n in narrow for n in self.read_by[step]):
            rest: tuple[Any, ...] = (new, one.axis, one.index, 1)
            cut = Step(len(self.steps), "narrow", torch.narrow, rest)
            self._add(step, cut, _position(self.recording.values.form(step), one), grows)
            self.cuts[step] = cut

    def _add(self, old: Step, new: Step, value: object, grows: Mapping[Step, list[Growth]]) -> None:
        self.steps.append(new)
        if old in self.recording.values:
            self.values.add(new, value)
        else:
            self.values.forms[new] = value
        if old in grows:
            self.grows[new] = grows[old]

    def _starts(self, step: Step) -> bool:
        narrow = self.demanded.narrow
        return origin(step, self.demanded.shapes) is not None and step.args[0] in narrow


def _position(value: object, demand: Demand) -> object:
    assert isinstance(value, Tensor)
    return value.narrow(demand.axis, demand.index, 1)
