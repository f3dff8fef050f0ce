"""Finite and normal noise side by side, exactly: one normal law for each case of the finite part.

Conditional Gaussian models (Lauritzen & Wermuth 1989).  What takes finitely many values is gone
through case by case; in each, what is left is linear with normal noise, so that evidence weighs the
case by its density, and conditions its normal law.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.continuous.gaussian import (
    Conditioned,
    Seen,
    gaussian_value,
    rows,
    weighed,
)
from causal.model.engines.continuous.posed import RELATIONS, Asked, Bound, Observed, Posed
from causal.model.engines.worlds import Slot
from causal.model.mechanism import FiniteMechanism, Value, is_finite, private
from causal.model.noise import Floats
from causal.variables import Variable

__all__ = ["Mixture", "mixture"]

MOST = 1_000  # cases


@dataclass(frozen=True, eq=False)
class Case:
    """What finite nodes and noises are, and how likely that is before any number was seen."""

    known: Mapping[Slot, Value]
    chance: float


@dataclass(frozen=True, eq=False)
class Mixture:
    """A normal law for each case, and the chance of the case for each unit."""

    cases: Sequence[Case]
    laws: Sequence[Conditioned]
    chances: Floats  # one row a case, one column a unit

    def value(self, part: Asked) -> Floats:
        """The mean or probability that a part asks for, unit by unit."""
        found = [_value(part, c, law) for c, law in zip(self.cases, self.laws, strict=True)]
        total: Floats = (self.chances * np.array(found)).sum(axis=0)
        return total


def mixture(
    asked: Posed,
    numbers: Mapping[Variable, Floats] | None = None,
    choices: Mapping[Variable, Value] | None = None,
    units: int = 1,
    *,
    private_too: bool = False,
) -> Mixture | None:
    """The law of everything given the evidence; None where some of it is neither.

    ``numbers`` were observed of each unit, ``choices`` of all of them alike; ``private_too`` tells
    cases apart by the private noise of tables as well.  Raises ImpossibleEvidenceError.
    """
    cases = _cases(asked, choices or {})
    if cases is None:
        return None
    if not private_too:
        cases = _merged(cases, {private(v) for v in asked.worlds.model.graph.nodes})
    found = [(case, rows(asked, numbers, case.known)) for case in cases]
    real = replace(asked, seen={n: v for n, v in asked.seen.items() if n not in cases[0].known})
    weighted = [(c, *weighed(each, real, numbers, units)) for c, each in found if each is not None]
    if len(weighted) < len(cases):
        return None
    off = np.array([seen.off for _, _, seen in weighted])
    if off.all(axis=0).any():
        unit = int(off.all(axis=0).argmax())
        raise ImpossibleEvidenceError(asked.evidence_of(numbers or {}, unit))
    weighted = [each for each in weighted if not each[2].off.all()]
    if not _comparable(real, weighted):
        return None
    weights = np.array([np.log(case.chance) + seen.log_density for case, _, seen in weighted])
    weights[np.array([seen.off for _, _, seen in weighted])] = -np.inf
    chances = np.exp(weights - weights.max(axis=0))
    kept, laws, _ = zip(*weighted, strict=True)
    return Mixture(kept, laws, chances / chances.sum(axis=0))


def _comparable(asked: Posed, weighted: Sequence[tuple[Case, Conditioned, Seen]]) -> bool:
    """Whether densities of one evidence in several cases are of the same thing.

    Where it is certain in one case what is not in another, or several values stand in for one
    number, a density says how fast it is met, which depends on how close one looks.
    """
    certain = {seen.certain for _, _, seen in weighted}
    if len(certain) > 1:
        return False
    lines = [[law.rows.rows[n] for n in asked.seen] for _, law, _ in weighted]
    return certain == {()} or all(np.array_equal(lines[0], other) for other in lines)


def _cases(asked: Posed, choices: Mapping[Variable, Value]) -> list[Case] | None:
    """All that the finite part can be together; None where it is too much, or not finite."""
    cases = [Case({}, 1.0)]
    for number in asked.nodes:
        grown = _grown(cases, number, asked, choices)
        if grown is None or len(grown) > MOST:
            return None
        cases = grown
    if any(_settled(limit, case) is None for limit in asked.limits for case in cases):
        return None
    kept = [case for case in cases if all(_settled(limit, case) for limit in asked.limits)]
    if not kept:
        raise ImpossibleEvidenceError(asked.evidence)
    return kept


def _grown(
    cases: list[Case], number: int, asked: Posed, choices: Mapping[Variable, Value]
) -> list[Case] | None:
    """The cases with one more node; None where it chooses among values by a real noise."""
    node, model = asked.node(number), asked.worlds.model
    if node.variable is None:
        value = node.constant
        if isinstance(value, Observed):
            if value.variable not in choices:
                return cases
            value = choices[value.variable]
        return [replace(case, known={**case.known, number: value}) for case in cases]
    mechanism = model.mechanisms[node.variable]
    for one in model.noise:
        if one.is_finite and one.name in node.inputs:
            cases = [c for case in cases for c in _drawn(case, one.name, one.values, one.law)]
    if is_finite(mechanism):
        cases = [c for case in cases for c in _answered(case, number, asked, mechanism)]
        return _agreeing(cases, number, asked, choices)
    return None if mechanism.values else cases


def _drawn(
    case: Case, name: str, values: Iterable[Value], law: Iterable[Fraction]
) -> Iterator[Case]:
    """The case, split by a noise that it says nothing of yet."""
    if name in case.known:
        yield case
        return
    for value, chance in zip(values, law, strict=True):
        if chance:
            yield Case({**case.known, name: value}, case.chance * float(chance))


def _answered(case: Case, number: int, asked: Posed, mechanism: FiniteMechanism) -> Iterator[Case]:
    """The case, split by the private noise of a mechanism, with its answer."""
    node = asked.node(number)
    assert node.variable is not None
    given = tuple(case.known[slot] for slot in node.inputs)
    own = private(node.variable)
    for split in _drawn(case, own, range(len(mechanism.cells)), mechanism.cells):
        cell = split.known[own]
        assert isinstance(cell, int)
        yield replace(split, known={**split.known, number: mechanism.respond(given, cell)})


def _agreeing(
    cases: list[Case], number: int, asked: Posed, choices: Mapping[Variable, Value]
) -> list[Case]:
    """The cases in which a node is what it was seen to be."""
    if number not in asked.seen:
        return cases
    seen = asked.seen[number]
    value = choices[seen.variable] if isinstance(seen, Observed) else seen
    return [case for case in cases if case.known[number] == value]


def _merged(cases: Iterable[Case], own: Collection[Slot]) -> list[Case]:
    """Cases that differ by private noise alone are one."""
    chances: dict[tuple[tuple[Slot, Value], ...], float] = {}
    for case in cases:
        kept = tuple((slot, value) for slot, value in case.known.items() if slot not in own)
        chances[kept] = chances.get(kept, 0.0) + case.chance
    return [Case(dict(known), chance) for known, chance in chances.items()]


def _settled(event: Bound, case: Case) -> bool | None:
    """Whether an event happens in a case; None where the case alone does not say."""
    if event.left not in case.known or (event.right is not None and event.right not in case.known):
        return None
    other = event.value if event.right is None else case.known[event.right]
    left, right = np.asarray([case.known[event.left]]), np.asarray([other])
    return bool(RELATIONS[event.relation](left, right)[0])


def _value(part: Asked, case: Case, law: Conditioned) -> Floats:
    units = law.mean.shape[1]
    if part.mean is not None and part.mean in case.known:
        value = case.known[part.mean]
        assert isinstance(value, int | float | Fraction)
        return np.full(units, float(value))
    said = [_settled(event, case) for event in part.events]
    if False in said:
        return np.zeros(units)
    left = tuple(event for event, known in zip(part.events, said, strict=True) if known is None)
    return np.broadcast_to(gaussian_value(replace(part, events=left), law), (units,))
