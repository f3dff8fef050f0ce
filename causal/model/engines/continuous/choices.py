"""A choice asked about, where all that it reads is certain: in closed form, never by draws.

What was seen of the choice leaves an interval of its noise, or a race of Gumbel noises with known
winner, and its law under other circumstances follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causal.errors import ImpossibleEvidenceError, UnusableEvidenceError
from causal.model.continuous import Categorical, Threshold
from causal.model.engines.continuous.particles import Swarm
from causal.model.engines.continuous.posed import RELATIONS, Asked, Bound, Posed, holds
from causal.model.engines.worlds import Slot
from causal.model.mechanism import Chances, Column, is_finite
from causal.model.noise import Floats
from causal.variables import Variable

__all__ = ["choices"]


@dataclass(eq=False)
class Certain(Swarm):
    """A sweep that asks of a table whether it could have given what was seen, not how often.

    It is ``hazy`` where that depends on chance.
    """

    hazy: bool = False

    def _observe(self, number: int, v: Variable, inputs: tuple[Slot, ...]) -> None:
        mechanism = self.asked.worlds.model.mechanisms[v]
        if not mechanism.values or isinstance(mechanism, Threshold | Categorical):
            super()._observe(number, v, inputs)
            return
        if not is_finite(mechanism) or isinstance(mechanism.noise, str) or {*inputs} & self.varying:
            self.hazy = True
        value = self._everywhere(self.asked.seen[number])
        self.values[number] = value
        if is_finite(mechanism) and not self.hazy:
            cells = [cell for cell, weight in enumerate(mechanism.cells) if weight]
            given = self._columns(inputs)
            answers = [mechanism.forward(given, np.full(self.size, cell)) for cell in cells]
            self._keep(np.any([answer == value for answer in answers], axis=0))


def choices(
    asked: Posed, seed: int, columns: Mapping[Variable, Column] | None = None, units: int = 1
) -> list[Floats] | None:
    """Each part, one entry a unit; None where something else than one choice stays open in it.

    None also where a unit can hardly be, which is for draws to tell.
    """
    if asked.limits:
        return None
    sweep = Certain(asked, columns or {}, units, 1, seed)
    try:
        log_weights = sweep.swept().log_weights
    except UnusableEvidenceError:
        return None
    if sweep.hazy or np.isneginf(log_weights).any():
        return None
    found: list[Floats] = []
    for part in asked.parts:
        value = _part(part, sweep)
        if value is None:
            return None
        found.append(value)
    return found


def _part(part: Asked, sweep: Swarm) -> Floats | None:
    ends = [part.mean] if part.mean is not None else [e.left for e in part.events]
    ends += [event.right for event in part.events if event.right is not None]
    open_ = {number for number in ends if number in sweep.varying}
    if len(open_) != 1:
        return None
    [number] = open_
    chances = _law(number, sweep)
    if chances is None or any(event.right in open_ for event in part.events):
        return None
    if part.mean is not None:
        return np.asarray(chances.values, dtype=float) @ chances.weights
    value = np.ones(sweep.units)
    for event in part.events:
        if event.left not in open_:
            value = value * holds(event, sweep.values)
    return value * _happens([e for e in part.events if e.left in open_], chances, sweep)


def _happens(events: list[Bound], chances: Chances, sweep: Swarm) -> Floats:
    """The chance that the one choice meets all events about it."""
    total = np.zeros(sweep.units)
    for value, weights in zip(chances.values, chances.weights, strict=True):
        right = np.ones(sweep.units, dtype=bool)
        for event in events:
            other = np.asarray(event.value) if event.right is None else sweep.values[event.right]
            right &= RELATIONS[event.relation](np.asarray(value), other)
        total += right * weights
    return total


def _law(number: int, sweep: Swarm) -> Chances | None:
    """The law of an open node given what was seen; None where more than its own value matters."""
    asked, node = sweep.asked, sweep.asked.node(number)
    assert node.variable is not None
    mechanism = asked.worlds.model.mechanisms[node.variable]
    if not isinstance(mechanism, Threshold | Categorical) or sweep.varying & {*node.inputs}:
        return None
    now = [sweep.values[slot] for slot in node.inputs if not isinstance(slot, str)]
    told = asked.worlds.upstream(asked.seen)
    copies = [other for other in told if asked.node(other).variable == node.variable]
    if len(now) < len(node.inputs) or len(copies) > 1:
        return None
    if not copies:
        return mechanism.chances(now, sweep.units)
    [seen] = copies
    before = asked.node(seen).inputs
    if seen not in asked.seen or sweep.varying & {*before}:
        return None
    was = [sweep.values[slot] for slot in before if not isinstance(slot, str)]
    try:
        return mechanism.couple(sweep.values[seen], was, now) if len(was) == len(before) else None
    except ImpossibleEvidenceError:
        return None
