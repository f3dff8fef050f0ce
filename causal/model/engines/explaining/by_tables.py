"""What evidence says in a finite model: of the noise, and of variables here and there.

By further questions with the same evidence: abduction, action and prediction (Pearl 2009, theorem
7.1.7), one noise and one variable at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.answers import Number
from causal.model.engines.counterfactual import EXACT_WORK
from causal.model.engines.coupled_tables import Sum
from causal.model.engines.evaluation import Evaluation, evaluation, settled_evidence
from causal.model.engines.events import Happening
from causal.model.engines.explaining.laws import Chances, Change, Inferred
from causal.model.engines.worlds import Slot, Worlds
from causal.model.mechanism import Value, Values, private
from causal.model.scm import SCM
from causal.query import Assignment, Expectation, Probability, Term
from causal.variables import Variable

__all__ = ["ByTables"]

MOST_WORK = 3e8  # multiplications, some seconds


class ByTables:
    """What a finite model says about the world of one term, given what a part gives."""

    def __init__(self, model: SCM, part: Probability | Expectation) -> None:
        self.model, self.part = model, part

    def inferred(self) -> Iterator[Inferred]:
        """The noises that the evidence says something about."""
        worlds = Worlds(self.model)
        seen = settled_evidence(self.part, worlds)
        evidence = [*seen.known, *(node for mask in seen.masks for node in mask.nodes)]
        read = dict.fromkeys(slot for n in worlds.upstream(evidence) for slot in worlds.reads(n))
        laws = {one.name: one.law for one in self.model.noise}
        laws |= {private(v): m.cells for v, m in self.model.tables.items() if private(v) in read}
        for name in (slot for slot in read if isinstance(slot, str)):
            before: Chances = {cell: p for cell, p in enumerate(laws[name]) if p}
            after = {value: p for (value,), p in _joint(worlds, seen, (name,)).items()}
            if after != before:
                yield Inferred(name, before, after)

    def changes(
        self, variables: Iterable[Variable], under: tuple[Assignment, ...]
    ) -> Iterator[Change]:
        """Variables as they were, and as they would have been."""
        for variable in variables:
            yield self._change(variable, under)

    def values(self, parts: Sequence[Probability | Expectation]) -> list[Number] | None:
        """What parts come to; None where that would take long."""
        plans: list[Evaluation] = [evaluation(self.model, part) for part in parts]
        work = sum(plan.work for plan in plans)
        if work > MOST_WORK:
            return None
        exact = work <= EXACT_WORK * len(parts)
        return [plan.measure(exact=exact).value for plan in plans]

    def _change(self, variable: Variable, under: tuple[Assignment, ...]) -> Change:
        worlds = Worlds(self.model)
        seen = settled_evidence(self.part, worlds)
        nodes = (worlds.node(Term(variable)), worlds.node(Term(variable, under=under)))
        joint = _joint(worlds, seen, nodes)
        was: dict[Value, Number] = {}
        would_be: dict[Value, Number] = {}
        differs: Number = Fraction(0)
        for (before, after), weight in joint.items():
            was[before] = was.get(before, 0) + weight
            would_be[after] = would_be.get(after, 0) + weight
            if before != after:
                differs += weight
        return Change(variable, was, would_be, differs)


def _joint(worlds: Worlds, seen: Happening, slots: tuple[Slot, ...]) -> dict[Values, Number]:
    """The joint law of some slots, given what has been seen; only what is possible."""
    known = {slot: (v,) for slot in slots if (v := _value(worlds, slot)) is not None}
    free = tuple(dict.fromkeys(slot for slot in slots if slot not in known))
    keep = Sum(worlds, seen.known, seen.masks, keep=free)
    weights = keep.total(exact=keep.work <= EXACT_WORK).weights.weights
    exact, total = weights.dtype == object, weights.sum()
    if not total:
        raise ImpossibleEvidenceError("the evidence")
    values = [_domain(worlds, slot) for slot in free]
    found: dict[Values, Number] = {}
    for setting, weight in zip(product(*values), weights.ravel(), strict=True):
        if weight:
            at = dict(zip(free, setting, strict=True)) | {s: v[0] for s, v in known.items()}
            share = Fraction(weight, total) if exact else float(weight / total)
            found[tuple(at[slot] for slot in slots)] = share
    return found


def _value(worlds: Worlds, slot: Slot) -> Value | None:
    """The value of a slot that is settled."""
    if isinstance(slot, str):
        return None
    node = worlds.nodes[slot]
    return node.constant if node.variable is None else worlds.seen.get(slot)


def _domain(worlds: Worlds, slot: Slot) -> Values:
    if isinstance(slot, int):
        variable = worlds.nodes[slot].variable
        assert variable is not None
        return worlds.model.domains[variable]
    if slot in worlds.model.domains:
        return worlds.model.domains[slot]
    cells = {private(v): len(m.cells) for v, m in worlds.tables.items()}
    return tuple(range(cells[slot]))
