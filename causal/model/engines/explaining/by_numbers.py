"""What evidence says in a model over real numbers: one sweep through all worlds at once.

By the engines that answer the question itself, in the same order: a normal law, conditioned;
abduction of every noise; a normal law for each case; weighted draws (see
``causal.model.engines.continuous``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from causal.errors import TooFewDrawsError
from causal.model.engines.answers import Number
from causal.model.engines.continuous.answering import (
    FLOOR,
    normalised,
    part_value,
    pinned,
)
from causal.model.engines.continuous.gaussian import Conditioned, conditioned, gaussian_value, rows
from causal.model.engines.continuous.limited import between_limits, drawn_between
from causal.model.engines.continuous.mixture import mixture
from causal.model.engines.continuous.particles import Draws, swarm
from causal.model.engines.continuous.posed import Asked, Posed, posed
from causal.model.engines.explaining.by_cases import Cases
from causal.model.engines.explaining.laws import (
    SURE,
    Change,
    Inferred,
    Known,
    Spread,
    certain,
    of_noise,
    weighted,
)
from causal.model.mechanism import private
from causal.model.noise import Finite, Floats, Law
from causal.model.scm import SCM
from causal.query import Assignment, Expectation, Probability, Quantity, Term
from causal.variables import Variable

__all__ = ["ByNumbers"]

TOGETHER = 16  # parts in one sweep of draws, which holds a column for each node
MIDDLE = 1.959963984540054  # standard deviations to either side hold 95 % of a normal law


@dataclass(frozen=True, eq=False)
class Normals:
    """Nodes and noises under a conditioned normal law."""

    law: Conditioned

    def known(self, number: int, minus: int | None = None) -> Known:
        """The law of a node, less another one."""
        margin = self.law.margin(number, 0.0 if minus is None else minus)
        mean, size = float(margin.means[0]), float(margin.size[0])
        return _bell(0.0 if abs(mean) <= SURE * size else mean, margin.sd)

    def differs(self, one: int, other: int) -> float:
        """How likely two nodes have different values."""
        return float(certain(self.known(one, minus=other)) != 0)

    def noises(self) -> Iterator[tuple[str, Known]]:
        """The law of each noise, given the evidence."""
        for at, (name, law) in enumerate(self.law.rows.sources.items()):
            sd = float(np.linalg.norm(self.law.factor[at]))
            yield name, _bell(law.mean + law.sd * float(self.law.mean[at, 0]), law.sd * sd)

    def value(self, part: Asked) -> float:
        """The mean or probability that a part asks for."""
        return float(gaussian_value(part, self.law)[0])


@dataclass(frozen=True, eq=False)
class Weighted:
    """Nodes and noises by weighted draws; by a single one where nothing is left to chance."""

    asked: Posed
    draws: Draws
    weights: Floats

    def known(self, number: int, minus: int | None = None) -> Known:
        """The law of a node, less another one."""
        values = self.draws.values[number]
        if minus is None:
            return weighted(values, self.weights, finite=self.is_finite(number))
        apart = values.astype(float) - self.draws.values[minus].astype(float)
        return weighted(apart, self.weights, finite=False)

    def is_finite(self, number: int) -> bool:
        """Whether a node takes finitely many values."""
        node = self.asked.node(number)
        return bool(self.asked.worlds.model.domains.get(node.variable or "")) or isinstance(
            node.constant, str
        )

    def differs(self, one: int, other: int) -> float:
        """How likely two nodes have different values."""
        before, after = self.draws.values[other], self.draws.values[one]
        if before.dtype.kind == "f" or after.dtype.kind == "f":
            apart = ~np.isclose(before.astype(float), after.astype(float), rtol=SURE, atol=SURE)
        else:
            apart = before != after
        return float(self.weights @ apart)

    def noises(self) -> Iterator[tuple[str, Known]]:
        """The law of each noise that came up, given the evidence."""
        laws = _laws(self.asked.worlds.model)
        for name, column in self.draws.noises.items():
            if column.ndim == 1:
                finite = isinstance(laws.get(name), Finite)
                yield name, weighted(column, self.weights, finite=finite)

    def value(self, part: Asked) -> float:
        """The mean or probability that a part asks for."""
        return float(self.weights @ part_value(part, self.draws))


class ByNumbers:
    """What a model says about the world of one term, given what a part gives."""

    def __init__(
        self, model: SCM, part: Probability | Expectation, *, draws: int, seed: int
    ) -> None:
        self.model, self.part, self.draws, self.seed = model, part, draws, seed

    def inferred(self) -> Iterator[Inferred]:
        """The noises that the evidence says something about."""
        [asked] = posed(self.model, Quantity(((Fraction(1), self.part),)))
        seen = {*asked.seen, *(n for b in asked.limits for n in (b.left, b.right) if n is not None)}
        upstream = [asked.node(n) for n in asked.worlds.upstream(seen)]
        read = {slot for node in upstream for slot in node.inputs if isinstance(slot, str)}
        read |= {self._own(node.variable) for node in upstream if node.variable is not None}
        laws = _laws(self.model)
        shapes = {number: Asked(1.0, "", number, ()) for number in seen}
        settled = self._settled(replace(asked, parts=(*asked.parts, *shapes.values())))
        for name, after in settled.noises():
            if name in read and name in laws and not _same(before := of_noise(laws[name]), after):
                yield Inferred(name, before, after)

    def changes(
        self, variables: Iterable[Variable], under: tuple[Assignment, ...]
    ) -> Iterator[Change]:
        """Variables as they were, and as they would have been."""
        [asked] = posed(self.model, Quantity(((Fraction(1), self.part),)))
        pairs = {
            v: (asked.worlds.node(Term(v)), asked.worlds.node(Term(v, under=under)))
            for v in variables
        }
        shapes = [Asked(1.0, "", number, ()) for pair in pairs.values() for number in pair]
        settled = self._settled(replace(asked, parts=(*asked.parts, *shapes)))
        usual = self._usual([v for v in pairs if not self.model.domains.get(v)])
        for v, (here, there) in pairs.items():
            by = settled.known(there, minus=here) if v in usual else None
            differs = settled.differs(there, here)
            yield Change(v, settled.known(here), settled.known(there), differs, by, usual.get(v))

    def values(self, parts: Sequence[Probability | Expectation]) -> list[Number]:
        """What parts with the same evidence come to."""
        found: list[Number] = []
        for start in range(0, len(parts), TOGETHER):
            batch = parts[start : start + TOGETHER]
            [asked] = posed(self.model, Quantity(tuple((Fraction(1), part) for part in batch)))
            exact = between_limits(asked)
            if exact is None:
                settled = self._settled(asked)
                exact = [settled.value(part) for part in asked.parts]
            found += exact
        return found

    def _usual(self, variables: Sequence[Variable]) -> dict[Variable, Known]:
        """The laws of variables as they are when nothing is known."""
        if not variables:
            return {}
        parts = [(Fraction(1), Expectation(Term(v))) for v in variables]
        [asked] = posed(self.model, Quantity(tuple(parts)))
        settled = self._settled(asked)
        numbers = [part.mean for part in asked.parts if part.mean is not None]
        return {v: settled.known(n) for v, n in zip(variables, numbers, strict=True)}

    def _settled(self, asked: Posed) -> Normals | Cases | Weighted:
        found = None if asked.limits else rows(asked)
        if found is not None:
            return Normals(conditioned(found, asked))
        if (once := pinned(asked, self.seed)) is not None:
            return Weighted(asked, once, np.ones(1))
        if (mixed := mixture(asked, private_too=True)) is not None:
            return Cases(mixed)
        many = drawn_between(asked, self.draws, self.seed) if asked.limits else None
        if many is None:
            many = swarm(asked, self.draws, self.seed)
        weights, effective = normalised(many.log_weights)
        if effective < FLOOR:
            raise TooFewDrawsError(effective, self.draws, asked.evidence)
        return Weighted(asked, many, weights)

    def _own(self, variable: Variable) -> str:
        noise = self.model.mechanisms[variable].noise
        return noise if isinstance(noise, str) else private(variable)


def _laws(model: SCM) -> dict[str, Law]:
    """The law of each noise, of one mechanism or of several, by its name."""
    laws: dict[str, Law] = {one.name: one.source for one in model.noise}
    own = {private(v): m.noise for v, m in model.parts}
    return laws | {
        name: law for name, law in own.items() if law is not None and not isinstance(law, str)
    }


def _bell(mean: float, sd: float) -> Known:
    if sd <= SURE * max(1.0, abs(mean)):
        return {mean: 1.0}
    return Spread(mean, sd, mean - MIDDLE * sd, mean + MIDDLE * sd)


def _same(before: Known, after: Known) -> bool:
    """Whether a law stayed as it was, up to what draws can tell."""
    match before, after:
        case Spread(), Spread():
            near = 0.02 * before.sd
            return abs(before.mean - after.mean) < near and abs(before.sd - after.sd) < near
        case Spread(), _:
            return False
    assert not isinstance(before, Spread)
    assert not isinstance(after, Spread)
    return all(abs(float(p) - float(after.get(v, 0))) < 0.01 for v, p in before.items())
