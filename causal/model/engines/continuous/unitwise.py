"""Counterfactual numbers for many units, from models over real numbers; any column may be missing.

Units of which the same columns were observed are answered together: by one conditioned normal law,
in closed form where a choice is asked about and everything else was observed, or by weighted draws
that all units share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal.errors import DomainError, TooFewDrawsError
from causal.model.engines.answers import UnitCounterfactuals
from causal.model.engines.continuous.answering import (
    CASES,
    CLOSED,
    FLOOR,
    POINT,
    SWARM,
    assumed,
    gaussian_engine,
    part_values,
    pinned,
    rare,
)
from causal.model.engines.continuous.choices import choices
from causal.model.engines.continuous.gaussian import conditioned, gaussian_value, rows
from causal.model.engines.continuous.mixture import mixture
from causal.model.engines.continuous.particles import swarm
from causal.model.engines.continuous.posed import Posed, posed
from causal.model.engines.units.evidence import Evidence
from causal.model.mechanism import Column
from causal.model.noise import Floats, floats
from causal.model.scm import SCM
from causal.model.streams import Randomness, root
from causal.query import Quantity
from causal.variables import Variable

__all__ = ["UNIT_DRAWS", "unit_answers"]

UNIT_DRAWS = 4_000
GROUPS = 200  # kinds of units by what they chose, each with its own cases
ENTRIES = 2**21  # draws at a time, all units together


@dataclass(frozen=True, eq=False)
class Batch:
    """Units of which the same variables were observed."""

    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    columns: Mapping[Variable, Column]

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, units: slice) -> Batch:
        """Some of the units."""
        return Batch(self.rows[units], {v: column[units] for v, column in self.columns.items()})


@dataclass(frozen=True, eq=False)
class Values:
    """One number a unit, its standard error, and how many draws are effectively behind it."""

    value: Floats
    error: Floats
    effective: Floats
    engine: str


def unit_answers(
    model: SCM, asked: Quantity, units: Evidence, *, draws: int = UNIT_DRAWS, rng: Randomness = 0
) -> UnitCounterfactuals:
    """One value a unit; NaN where too few draws agree with what was observed of it.

    Raises TooFewDrawsError when that is so for every unit.
    """
    seed, n = root(rng), len(units)
    value, square, effective = np.zeros(n), np.zeros(n), np.full(n, np.inf)
    engines: dict[str, None] = {}
    couplings: dict[str, None] = {}
    constant = float(sum(factor for factor, part in asked.parts if part is None))
    for batch in _batches(model, units):
        value[batch.rows] += constant
        for group in posed(model, asked, tuple(batch.columns)):
            found = _values(group, batch, draws, seed)
            value[batch.rows] += found.value
            square[batch.rows] += found.error**2
            effective[batch.rows] = np.minimum(effective[batch.rows], found.effective)
            engines[found.engine] = None
            couplings |= dict.fromkeys(assumed(group))
    refused = effective < FLOOR
    if n and refused.all():
        raise TooFewDrawsError(float(effective.max()), draws, "what was observed of any unit")
    value[refused] = np.nan
    return UnitCounterfactuals(
        asked,
        pd.Series(value, index=units.index, name=str(asked)),
        "; ".join(engines),
        ("the mechanisms and their noise are as the model says", *couplings),
        pd.Series(np.where(refused, np.nan, np.sqrt(square)), index=units.index),
    )


def _values(asked: Posed, batch: Batch, draws: int, seed: int) -> Values:
    sure, many = np.zeros(len(batch)), np.full(len(batch), np.inf)
    numbers = {v: floats(c) for v, c in batch.columns.items() if c.dtype.kind in "fiub"}
    found = None if asked.limits or len(numbers) < len(batch.columns) else rows(asked, numbers)
    if found is not None:
        law = conditioned(found, asked, numbers, len(batch))
        parts = [part.factor * gaussian_value(part, law) for part in asked.parts]
        return Values(np.sum(parts, axis=0) + sure, sure, many, gaussian_engine(asked))
    if (once := pinned(asked, seed, batch.columns, len(batch))) is not None:
        return Values(part_values(asked, once), sure, many, POINT)
    if (closed := choices(asked, seed, batch.columns, len(batch))) is not None:
        parts = [part.factor * one for part, one in zip(asked.parts, closed, strict=True)]
        return Values(np.sum(parts, axis=0) + sure, sure, many, CLOSED)
    if (mixed := _by_cases(asked, batch)) is not None:
        return Values(mixed, sure, many, CASES)
    step = max(1, ENTRIES // draws)
    pieces = [
        _drawn(asked, batch.part(slice(start, start + step)), draws, seed)
        for start in range(0, len(batch), step)
    ]
    value, error, effective = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return Values(value, error, effective, SWARM)


def _by_cases(asked: Posed, batch: Batch) -> Floats | None:
    """The exact values, those of units with the same choices together; None if there are none."""
    finite = [v for v in batch.columns if v in asked.worlds.model.domains]
    table = pd.DataFrame({v: batch.columns[v] for v in finite}, index=range(len(batch)))
    groups = table.groupby(finite, sort=False).indices if finite else {(): np.arange(len(batch))}
    if len(groups) > GROUPS:
        return None
    value = np.zeros(len(batch))
    for units in groups.values():
        columns = {v: column[units] for v, column in batch.columns.items()}
        chosen = {v: columns.pop(v)[:1].tolist()[0] for v in finite}
        numbers = {v: floats(column) for v, column in columns.items()}
        mixed = mixture(asked, numbers, chosen, len(units))
        if mixed is None:
            return None
        value[units] = sum(part.factor * mixed.value(part) for part in asked.parts)
    return value


def _drawn(asked: Posed, batch: Batch, draws: int, seed: int) -> tuple[Floats, Floats, Floats]:
    many = swarm(asked, draws, seed, batch.columns, len(batch))
    shape = (len(batch), draws)
    weights, values = many.log_weights.reshape(shape), part_values(asked, many).reshape(shape)
    top = weights.max(axis=1, keepdims=True)
    weights = np.exp(weights - np.where(np.isneginf(top), 0.0, top))
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.nan_to_num(total**2 / (weights**2).sum(axis=1))
        mean = (weights * values).sum(axis=1) / total
        square = (weights**2 * (values - mean[:, None]) ** 2).sum(axis=1)
        error = np.maximum(np.sqrt(square) / total, rare(asked) / effective)
        return mean, error, effective


def _batches(model: SCM, units: Evidence) -> Iterator[Batch]:
    """Units by which of their columns have a value; raises as the finite engine does."""
    names = tuple(map(str, units.names))
    model.graph.require(names)
    columns = {v: units.column(v, real=v not in model.domains) for v in names}
    empty = np.array([pd.isna(column) for column in columns.values()]).reshape(
        len(names), len(units)
    )
    patterns, which = np.unique(empty.T, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        places = np.flatnonzero(which.reshape(-1) == number)
        kept = [v for v, absent in zip(names, pattern, strict=True) if not absent]
        seen = {v: pd.Series(columns[v][places]).infer_objects().to_numpy() for v in kept}
        for v, column in seen.items():
            _check_domain(model, v, column)
        yield Batch(places, seen)


def _check_domain(model: SCM, v: Variable, column: Column) -> None:
    domain = model.domains.get(v)
    if domain and not (known := np.isin(column, np.asarray(domain))).all():
        raise DomainError(v, column[~known][0].item(), domain)
