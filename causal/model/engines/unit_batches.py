"""Counterfactual numbers for many units at once: what each was seen to be is its evidence.

All units go through one contraction, the batch being one more axis.  Units of which the same
columns were seen share a plan, and units that were seen to be alike an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import ImpossibleEvidenceError
from causal.model.engines.answers import Number
from causal.model.engines.coupled_tables import Mask, Sum
from causal.model.engines.evaluation import domain_of, evaluation, score, settled_evidence
from causal.model.engines.events import Happening, placed, settle
from causal.model.engines.units.evidence import Evidence
from causal.model.engines.worlds import Worlds
from causal.model.finite.columns import places
from causal.model.mechanism import Value
from causal.model.scm import SCM
from causal.query import Expectation, Probability, Term
from causal.variables import Variable

__all__ = ["Batch", "batches", "couplings_of", "values"]

Places: TypeAlias = NDArray[np.intp]
Numbers: TypeAlias = NDArray[Any]  # floats, or fractions as objects
Part: TypeAlias = Probability | Expectation

ENTRIES = 2**22  # of the largest table of one contraction, all its units together


@dataclass(frozen=True, eq=False)
class Batch:
    """Units of which the same variables were seen: their rows, and the places of their values."""

    rows: Places
    seen: Mapping[Variable, Places]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, units: slice | Places) -> Batch:
        return Batch(self.rows[units], {v: at[units] for v, at in self.seen.items()})


def batches(model: SCM, units: Evidence) -> Iterator[Batch]:
    """Units by which of their columns have a value, the others being unobserved.

    Raises UnknownVariableError for a column that is no variable, DomainError for a strange value.
    """
    names = tuple(map(str, units.names))
    model.graph.require(names)
    columns = {name: units.column(name) for name in names}
    empty = np.array([pd.isna(column) for column in columns.values()]).reshape(
        len(names), len(units)
    )
    patterns, which = np.unique(empty.T, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == number)
        seen = {}
        for name, absent in zip(names, pattern, strict=True):
            if not absent:
                column = columns[name][rows]
                domain = model.domains[name]
                seen[name] = places(pd.Series(column).infer_objects().to_numpy(), domain, of=name)
        yield Batch(rows, seen)


def values(model: SCM, part: Part, batch: Batch, *, exact: bool) -> Numbers:
    """The value of one part of a quantity for every unit of a batch."""
    alike, which = _alike(model, batch)
    largest = max(each.order.largest for each in _plan(model, part, alike).sums)
    step = max(1, int(ENTRIES / largest))
    pieces = [alike[start : start + step] for start in range(0, len(alike), step)]
    found = [_measured(model, part, piece, exact=exact) for piece in pieces]
    return np.concatenate(found)[which]


def couplings_of(model: SCM, part: Part, batch: Batch) -> dict[Variable, str]:
    """What is assumed of each mechanism that several worlds meet in, beyond its law in one."""
    if not batch.seen:
        return evaluation(model, part).couplings
    return {
        v: text for each in _plan(model, part, batch).sums for v, text in each.couplings.items()
    }


@dataclass(frozen=True, eq=False)
class _Plan:
    """The evidence, and either the joint weight to be set against it, or scores to be averaged.

    ``scores`` belong to the node that ``evidence`` keeps, or to the places where each unit was
    ``seen`` to be; a single score is the value itself.
    """

    evidence: Sum
    joint: Sum | None = None
    scores: tuple[Fraction, ...] = ()
    seen: Places | None = None

    @property
    def sums(self) -> tuple[Sum, ...]:
        """What has to be summed."""
        return (self.evidence,) if self.joint is None else (self.evidence, self.joint)

    def values(self, *, exact: bool) -> tuple[Numbers, Numbers]:
        """The value of every unit, and the weight of its evidence."""
        found = self.evidence.total(exact=exact)
        weights, scores = found.weights.weights, np.array(self.scores, dtype=object)
        if not exact:
            scores = scores.astype(np.float64)
        if self.joint is not None:
            joint = self.joint.total(exact=exact)
            if exact:
                return _divided(joint.weights.weights * found.scale, weights * joint.scale), weights
            shift = joint.weights.exponent - found.weights.exponent
            return np.ldexp(_divided(joint.weights.weights, weights), shift), weights
        if self.seen is not None:
            return scores[self.seen], weights
        if len(self.scores) == 1:
            return np.repeat(scores, len(weights)), weights
        total = weights.sum(axis=1)
        return _divided(weights @ scores, total), total


def _plan(model: SCM, part: Part, batch: Batch) -> _Plan:
    worlds = Worlds(model)
    given = settled_evidence(part, worlds)
    seen = {worlds.node(Term(v)): at for v, at in batch.seen.items()}
    evidence = _opened(given, seen, worlds)
    base = Sum(worlds, evidence.known, evidence.masks, batch=seen)
    if isinstance(part, Expectation):
        number = worlds.node(placed(part.term, part.do, model))
        node = worlds.nodes[number]
        if node.variable is None or number in given.known:
            value = node.constant if node.variable is None else given.known[number]
            return _Plan(base, scores=(score(part, value),))
        scores = tuple(score(part, value) for value in domain_of(number, worlds))
        if number in seen:
            return _Plan(base, scores=scores, seen=seen[number])
        return _Plan(replace(base, keep=(number,)), scores=scores)
    asked = settle(part.events, part.do, worlds, given=given)
    if asked.impossible or asked.is_sure:
        return _Plan(base, scores=(Fraction(asked.is_sure),))
    opened = _opened(asked, seen, worlds)
    known, masks = evidence.known | opened.known, [*evidence.masks, *opened.masks]
    return _Plan(base, Sum(worlds, known, masks, batch=seen))


def _opened(found: Happening, seen: Mapping[int, Places], worlds: Worlds) -> Happening:
    """The same event, as a comparison where it is about a node that every unit has a value of."""
    masks = list(found.masks)
    for number, value in found.known.items():
        if number in seen:
            holds = [each == value for each in domain_of(number, worlds)]
            masks.append(Mask((number,), np.array(holds)))
    known = {number: value for number, value in found.known.items() if number not in seen}
    return Happening(known, masks)


def _alike(model: SCM, batch: Batch) -> tuple[Batch, Places]:
    """One unit of each kind, and which kind every unit is of."""
    sizes = [len(model.domains[v]) for v in batch.seen]
    if not batch.seen:
        return batch[:1], np.zeros(len(batch), dtype=np.intp)
    if prod(sizes) >= 2**62:
        return batch, np.arange(len(batch))
    code = np.ravel_multi_index(list(batch.seen.values()), sizes)
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return batch[first], which


def _measured(model: SCM, part: Part, batch: Batch, *, exact: bool) -> Numbers:
    if not batch.seen:
        value = evaluation(model, part).measure(exact=exact).value
        return np.array([value if exact else float(value)])
    found, weights = _plan(model, part, batch).values(exact=exact)
    for unit in np.flatnonzero(weights == 0):
        found[unit] = _alone(model, part, batch[unit : unit + 1], exact=exact)
    return found


def _alone(model: SCM, part: Part, unit: Batch, *, exact: bool) -> Number:
    """The value of a unit of which nothing was left in floating point, in whole numbers."""
    found, weights = _plan(model, part, unit).values(exact=True)
    if not weights[0]:
        seen = [Term(v, _named(model.domains[v][at[0]])) for v, at in unit.seen.items()]
        events = ", ".join(map(str, (*part.given, *seen)))
        raise ImpossibleEvidenceError(f"{events} (row {unit.rows[0]})")
    value: Fraction = found[0]
    return value if exact else float(value)


def _named(value: Value) -> int | float | str | bool:
    return value if isinstance(value, int | float | str) else str(value)


def _divided(above: Numbers, below: Numbers) -> Numbers:
    """The ratio, and zero where nothing is to be divided by."""
    if above.dtype == object:
        pairs = zip(above, below, strict=True)
        return np.array([Fraction(a, b) if b else Fraction(0) for a, b in pairs], dtype=object)
    found: Numbers = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
    return found
