"""Weighted draws of the noise: abduction wherever a mechanism can be solved, chance elsewhere.

Causes first.  A value that was seen pins the noise of a mechanism that can be solved for it, and
the draw counts by the density of that noise (likelihood weighting: Fung & Chang 1990); a choice
that was seen confines its noise, and the draw counts by its probability.  Every noise has a stream
of its own, so that what else is asked changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeGuard

import numpy as np

from causal.errors import (
    FunctionError,
    ImpossibleEvidenceError,
    ModelError,
    UnusableEvidenceError,
)
from causal.model.checking import blaming, checked
from causal.model.continuous import Categorical, Empirical, Threshold
from causal.model.engines.continuous.posed import Bound, Observed, Posed, holds
from causal.model.engines.continuous.slopes import log_slope
from causal.model.engines.worlds import Slot
from causal.model.mechanism import Column, Mechanism, Value, private
from causal.model.noise import Finite, Floats, Law, floats
from causal.model.posterior import Interval, Point
from causal.model.streams import stream
from causal.variables import Variable

__all__ = ["Draws", "Swarm", "swarm"]

Choice: TypeAlias = Threshold | Categorical

CLOSE = 1e-9  # how far a value may be from what is certain, relative to the numbers behind it


@dataclass(frozen=True, eq=False)
class Draws:
    """Values of all nodes, one entry a draw; ``log_weights`` say how much a draw counts.

    ``random`` is whether chance had a part in them: without it, one draw is the answer.
    ``noises`` are those that were drawn or that the evidence pinned, by name.
    """

    values: Mapping[int, Column]
    log_weights: Floats
    random: bool
    noises: Mapping[str, Column]


@dataclass(eq=False)
class Swarm:
    """One sweep over the nodes of all worlds: so many draws for each unit, unit after unit.

    A draw has the same noise in every unit, so that a unit's answer does not depend on the others.
    """

    asked: Posed
    columns: Mapping[Variable, Column]
    units: int
    draws: int
    seed: int
    values: dict[int, Column] = field(default_factory=dict)
    noises: dict[str, Column] = field(default_factory=dict)
    varying: set[Slot] = field(default_factory=set)
    random: bool = False

    def __post_init__(self) -> None:
        """No draw counts more than another before anything is seen."""
        self.size = self.units * self.draws
        self.log_weights: Floats = np.zeros(self.size)
        model = self.asked.worlds.model
        self.laws: dict[str, Law] = {one.name: one.source for one in model.noise}

    def swept(self) -> Draws:
        """Visit every node; raises UnusableEvidenceError where evidence cannot be."""
        for number in self.asked.nodes:
            node = self.asked.node(number)
            if node.variable is None:
                self.values[number] = self._everywhere(node.constant)
                continue
            visit = self._observe if number in self.asked.seen else self._respond
            with blaming(node.variable):
                visit(number, node.variable, node.inputs)
        self._limit(self.asked.limits)
        return Draws(self.values, self.log_weights, self.random, self.noises)

    def _everywhere(self, value: Value) -> Column:
        """One value for all draws, or for all draws of a unit."""
        if isinstance(value, Observed):
            return self.columns[value.variable].repeat(self.draws)
        column: Column = np.asarray([value]).repeat(self.size)
        return column

    def _columns(self, inputs: Iterable[Slot]) -> list[Column]:
        return [
            self._noise(s, self.laws[s]) if isinstance(s, str) else self.values[s] for s in inputs
        ]

    def _noise(self, name: str, law: Law) -> Column:
        """A noise, drawn when it is first read."""
        if name not in self.noises:
            drawn = law.form.draw(self.draws, stream(self.seed, "swarm", name))
            self.noises[name] = np.tile(drawn, self.units)
            self.varying.add(name)
            self.random = True
        return self.noises[name]

    def _source(self, v: Variable, mechanism: Mechanism) -> tuple[str, Law] | None:
        noise = mechanism.noise
        if noise is None:
            return None
        return (noise, self.laws[noise]) if isinstance(noise, str) else (private(v), noise)

    def _respond(self, number: int, v: Variable, inputs: tuple[Slot, ...]) -> None:
        mechanism = self.asked.worlds.model.mechanisms[v]
        given, source = self._columns(inputs), self._source(v, mechanism)
        noise = np.zeros(self.size) if source is None else self._noise(*source)
        found = mechanism.forward(given, noise)
        self.values[number] = checked(v, found, self.size, mechanism.values, first=0)
        if self.varying & {*inputs, *(() if source is None else (source[0],))}:
            self.varying.add(number)

    def _observe(self, number: int, v: Variable, inputs: tuple[Slot, ...]) -> None:
        mechanism = self.asked.worlds.model.mechanisms[v]
        value, source = self._everywhere(self.asked.seen[number]), self._source(v, mechanism)
        self.values[number] = value
        given = self._columns(inputs)
        if source is not None and source[0] not in self.noises and _chooses(mechanism):
            self._confine(mechanism, source[0], value, given)
        elif mechanism.values:
            noise = np.zeros(self.size) if source is None else self._noise(*source)
            self._keep(mechanism.forward(given, noise) == value)
        elif source is not None and source[0] not in self.noises:
            self._pin(number, source, given)
        elif self.varying & {*inputs, *(() if source is None else (source[0],))}:
            why, one = "its noise is fixed already by what else was seen", "one of the two"
            if source is None:
                why, one = "it has no noise of its own", "it"
            raise UnusableEvidenceError(
                v,
                f"{why}, so that no draw would meet the value exactly; "
                f"give {one} as a range, as in {v} > 1.9, {v} < 2.1",
            )
        else:
            known = np.zeros(self.size) if source is None else self.noises[source[0]]
            self._compare(floats(mechanism.forward(given, known)), floats(value), given)

    def _confine(self, choice: Choice, name: str, value: Column, given: list[Column]) -> None:
        """Draw what noise a choice that was seen leaves; what it had of a chance weighs."""
        left, rng = choice.confined(value, given), stream(self.seed, "swarm", name)
        if isinstance(left, Interval):
            at, chance = rng.random(self.draws), left.high - left.low
            self.noises[name] = left.at(np.tile(at, self.units))
        else:
            at = rng.gumbel(size=(self.draws, len(left.scores) + 1)).T
            self.noises[name] = left.at(np.tile(at, self.units))
            chance = left.chance
        self.varying.add(name)
        self.random = True
        with np.errstate(divide="ignore"):
            self.log_weights = self.log_weights + np.log(chance)

    def _compare(self, sure: Floats, seen: Floats, given: list[Column]) -> None:
        """Keep the units of which what is certain was seen; raise where there is none."""
        size = np.max([np.abs(column) for column in (sure, seen, *map(floats, given))], axis=0)
        agree = np.abs(sure - seen) <= CLOSE * size
        if not agree.any():
            raise ImpossibleEvidenceError(self.asked.evidence_of(self.columns, 0))
        self._keep(agree)

    def _pin(self, number: int, source: tuple[str, Law], given: list[Column]) -> None:
        """The noise that makes the value what was seen; where it varies, draws count by it."""
        node, (name, law) = self.asked.node(number), source
        v = str(node.variable)
        mechanism = self.asked.worlds.model.mechanisms[v]
        try:
            posterior = mechanism.abduct(self.values[number], given)
        except FunctionError:
            raise
        except ModelError as error:
            raise UnusableEvidenceError(v, str(error)) from error
        if not isinstance(posterior, Point):
            raise UnusableEvidenceError(v, "its value does not determine its noise")
        self.noises[name] = posterior.noise
        if self.varying & set(node.inputs):
            self.varying.add(name)
            if isinstance(law, Empirical):
                raise UnusableEvidenceError(
                    v,
                    "not all that it reads was; its noise has no density to weigh draws by, as a "
                    "normal or Student's law would",
                )
            noise = floats(posterior.noise)
            self.log_weights += law.form.log_density(noise)
            if not isinstance(law, Finite):  # a probability does not stretch as a density does
                self.log_weights -= log_slope(mechanism, noise, given, law)
        elif not isinstance(law, Empirical):
            self._allow(law, floats(posterior.noise), floats(self.values[number]), given)

    def _allow(self, law: Law, noise: Floats, seen: Floats, given: list[Column]) -> None:
        """Keep the units whose noise can be what it was; raise where there is none.

        At an end of the law, noise may be off by the digits that were lost in solving for it.
        """
        size = np.max([np.abs(column) for column in (noise, seen, *map(floats, given))], axis=0)
        slack, density = CLOSE * size, law.form.log_density
        with np.errstate(over="ignore"):
            lost = [np.isneginf(density(noise + off)) for off in (0.0, slack, -slack)]
        if (possible := ~np.all(lost, axis=0)).any():
            self._keep(possible)
        else:
            raise ImpossibleEvidenceError(self.asked.evidence_of(self.columns, 0))

    def _keep(self, right: Column) -> None:
        self.log_weights = np.where(right, self.log_weights, -np.inf)

    def _limit(self, limits: Iterable[Bound]) -> None:
        for limit in limits:
            self._keep(holds(limit, self.values) > 0)


def _chooses(mechanism: Mechanism) -> TypeGuard[Choice]:
    return isinstance(mechanism, Threshold | Categorical)


def swarm(
    asked: Posed,
    draws: int,
    seed: int,
    columns: Mapping[Variable, Column] | None = None,
    units: int = 1,
) -> Draws:
    """Draws of all nodes under the evidence, and what was observed of each unit."""
    found = Swarm(asked, columns or {}, units, draws, seed).swept()
    if not found.random and (lost := np.flatnonzero(np.isneginf(found.log_weights))).size:
        raise ImpossibleEvidenceError(asked.evidence_of(columns or {}, lost[0] // draws))
    return found
