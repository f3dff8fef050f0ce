"""Exact enumeration over shared noise, any number of worlds at once.

The sweep visits the nodes of all worlds, causes first.  It holds the law of what is still needed:
a noise enters when it is first read and leaves, summed out, after it was last read.  Weights are
integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import cast

from causal.model.engines.worlds import Slot, Worlds
from causal.model.exact import Row
from causal.model.mechanism import Value, Values, private
from causal.model.scm import SCM

__all__ = ["Joint", "enumerate_worlds"]


@dataclass(frozen=True)
class Joint:
    """Weights over the values of some slots; ``scale`` is their sum where nothing was seen."""

    slots: tuple[Slot, ...]
    weights: Mapping[Values, int]
    scale: int

    @property
    def total(self) -> int:
        """The weight of the evidence."""
        return sum(self.weights.values())

    def probability(self, values: Values) -> Fraction:
        """The probability of one setting of the slots, given the evidence."""
        return Fraction(self.weights.get(values, 0), self.total)


def enumerate_worlds(
    worlds: Worlds, keep: Sequence[Slot], *, seen: Mapping[int, Value], start: Joint | None = None
) -> Joint:
    """The joint law of slots, given that nodes have been ``seen`` to take values.

    ``start`` is a law of some noise to begin from, in place of the model's own.
    """
    order = worlds.sweep([*keep, *seen])
    laws = _noise_laws(worlds.model)
    last = {slot: step for step, number in enumerate(order) for slot in worlds.reads(number)}
    last |= {slot: len(order) for slot in keep}
    joint = Joint((), {(): 1}, 1) if start is None else start
    for step, number in enumerate(order):
        reads = worlds.reads(number)
        entering = [s for s in reads if isinstance(s, str) and s not in joint.slots]
        for noise in entering:
            joint = _with_noise(joint, noise, laws[noise])
        joint = _with_node(joint, number, worlds, seen)
        joint = _only(joint, [s for s in joint.slots if last.get(s, -1) > step])
    for noise in (s for s in keep if isinstance(s, str) and s not in joint.slots):
        joint = _with_noise(joint, noise, laws[noise])
    return _only(joint, keep)


def _noise_laws(model: SCM) -> dict[str, Row]:
    shared = {one.name: one.law for one in model.noise}
    return shared | {private(v): m.cells for v, m in model.tables.items()}


def _with_noise(joint: Joint, noise: str, law: Row) -> Joint:
    scale = lcm(*(p.denominator for p in law))
    counts = [(cell, int(p * scale)) for cell, p in enumerate(law) if p]
    weights = {
        (*values, cell): weight * count
        for values, weight in joint.weights.items()
        for cell, count in counts
    }
    return Joint((*joint.slots, noise), weights, joint.scale * scale)


def _with_node(joint: Joint, number: int, worlds: Worlds, seen: Mapping[int, Value]) -> Joint:
    """Append the value of a node; states in which it is not what was seen drop out."""
    node = worlds.nodes[number]
    places = [joint.slots.index(slot) for slot in node.inputs]
    own_noise = worlds.reads(number)[len(node.inputs) :]
    cell = joint.slots.index(own_noise[0]) if own_noise else None
    weights = {}
    for values, weight in joint.weights.items():
        value = node.constant
        if node.variable is not None:
            given = tuple(values[place] for place in places)
            own = 0 if cell is None else cast("int", values[cell])
            value = worlds.tables[node.variable].respond(given, own)
        if number not in seen or seen[number] == value:
            weights[*values, value] = weight
    return Joint((*joint.slots, number), weights, joint.scale)


def _only(joint: Joint, keep: Iterable[Slot]) -> Joint:
    slots = tuple(keep)
    places = [joint.slots.index(slot) for slot in slots]
    weights: dict[Values, int] = defaultdict(int)
    for values, weight in joint.weights.items():
        weights[tuple(values[place] for place in places)] += weight
    return Joint(slots, weights, joint.scale)
