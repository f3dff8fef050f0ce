"""Linear models with normal noise, exactly: nodes of all worlds are affine functions of noise.

Evidence conditions a normal law (Lauritzen 1996, appendix C), whatever part of the variables it is
about and in whichever worlds; means and probabilities follow in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special, stats

from causal.errors import ImpossibleEvidenceError
from causal.model.continuous import Normal
from causal.model.engines.continuous.affine import affine
from causal.model.engines.continuous.posed import RELATIONS, Asked, Bound, Observed, Posed
from causal.model.mechanism import Mechanism, private
from causal.model.noise import Floats, Law
from causal.variables import Variable

__all__ = ["Conditioned", "Rows", "conditioned", "gaussian_value", "rows"]

Numbers: TypeAlias = float | Floats

CLOSE = 1e-6  # how far a value may be from what is certain, relative to its size
ROUNDING = 1e-9
TINY = 1e-9  # of a node's own spread: less is no spread at all
POINTS = 2_000_000  # evaluations for a probability of several limits at once


@dataclass(frozen=True, eq=False)
class Rows:
    """Each node as constant + row @ noise, where noise is standard normal, one column a source.

    A constant has one entry a unit, as far as units differ.
    """

    constants: Mapping[int, Numbers]
    rows: Mapping[int, Floats]


@dataclass(frozen=True, eq=False)
class Conditioned:
    """Nodes given evidence: the noise is normal, with a mean and a factor of its covariance.

    The mean has a row a source, and a column a unit; the factor is the same for all units.
    """

    rows: Rows
    mean: Floats
    factor: Floats

    def moments(self, number: int, minus: int | None = None) -> tuple[Floats, float]:
        """Means and standard deviation of a node, or of a difference of two."""
        constant, row = self.rows.constants[number], self.rows.rows[number]
        if minus is not None:
            constant, row = constant - self.rows.constants[minus], row - self.rows.rows[minus]
        sd = float(np.linalg.norm(row @ self.factor))
        scale = float(np.linalg.norm(row)) or 1.0
        return np.asarray(constant + row @ self.mean), sd if sd > TINY * scale else 0.0


def rows(asked: Posed, columns: Mapping[Variable, Floats] | None = None) -> Rows | None:
    """The affine functions; None where a mechanism is not linear or a noise not normal.

    ``columns`` say what was observed of each unit.
    """
    model = asked.worlds.model
    laws = {one.name: one.source for one in model.noise}
    sources: dict[str, Normal] = {}
    combined: dict[int, tuple[Numbers, dict[str, float]]] = {}
    for number in asked.nodes:
        node = asked.node(number)
        if node.variable is None:
            constant = _number(node.constant, columns or {})
            if constant is None:
                return None
            combined[number] = constant, {}
            continue
        mechanism = model.mechanisms[node.variable]
        shape = affine(mechanism)
        if shape is None:
            return None
        total: Numbers = shape.constant
        weights: dict[str, float] = {}
        for name, slot in zip(mechanism.given, node.inputs, strict=True):
            weight = shape.weights.get(name, 0.0)
            if isinstance(slot, str):
                if not _is_normal(laws[slot], slot, sources):
                    return None
                weights[slot] = weights.get(slot, 0.0) + weight
            else:
                inner, coefficients = combined[slot]
                total = total + weight * inner
                for source, c in coefficients.items():
                    weights[source] = weights.get(source, 0.0) + weight * c
        if not _add_noise(mechanism, node.variable, laws, sources, weights):
            return None
        combined[number] = total, weights
    return _matrix(combined, sources)


def conditioned(
    found: Rows, asked: Posed, columns: Mapping[Variable, Floats] | None = None, units: int = 1
) -> Conditioned:
    """The law of the noise given the values that were seen; raises ImpossibleEvidenceError."""
    width = len(next(iter(found.rows.values()), np.empty(0)))
    mean, factor = np.zeros((width, units)), np.eye(width)
    for number, seen in asked.seen.items():
        value = _number(seen, columns or {})
        assert value is not None
        row = found.rows[number]
        direction = row @ factor
        spread = float(direction @ direction)
        gap = value - found.constants[number] - row @ mean
        if spread <= TINY**2 * max(1.0, float(row @ row)):
            if (np.abs(gap) > CLOSE * np.maximum(1.0, np.abs(value))).any():
                raise ImpossibleEvidenceError(asked.evidence)
            continue
        gain = factor @ direction / spread
        mean = mean + np.outer(gain, gap)
        factor = factor - np.outer(gain, direction)  # a projection: still a factor, and exact
    return Conditioned(found, mean, factor)


def gaussian_value(part: Asked, law: Conditioned) -> Floats:
    """The mean, or the probability, that one part asks for; one entry a unit."""
    if part.mean is not None:
        return law.moments(part.mean)[0]
    sure = np.ones(law.mean.shape[1], dtype=bool)
    open_: list[Bound] = []
    for event in part.events:
        means, sd = _margin(event, law)
        if sd == 0.0:
            close = np.where(np.abs(means) < ROUNDING, 0.0, means)
            sure &= RELATIONS[event.relation](close, 0.0)
        elif event.relation == "=":
            sure[:] = False
        elif event.relation != "!=":
            open_.append(event)
    return sure * (_orthant(open_, law) if open_ else 1.0)


def _number(value: object, columns: Mapping[Variable, Floats]) -> Numbers | None:
    match value:
        case Observed(variable):
            return columns[variable]
        case int() | float():
            return float(value)
    return None


def _margin(event: Bound, law: Conditioned) -> tuple[Floats, float]:
    """Means and spread of left minus right."""
    means, sd = law.moments(event.left, event.right)
    if event.right is not None:
        return means, sd
    assert isinstance(event.value, int | float)
    return means - float(event.value), sd


def _orthant(events: list[Bound], law: Conditioned) -> Floats:
    """The probability of several limits at once: one in closed form, more by Genz (1992)."""
    signs = [-1.0 if event.relation in (">", ">=") else 1.0 for event in events]
    upper, lines = [], []
    for event, sign in zip(events, signs, strict=True):
        means, sd = _margin(event, law)
        row = law.rows.rows[event.left]
        if event.right is not None:
            row = row - law.rows.rows[event.right]
        upper.append(-sign * means / sd)
        lines.append(sign * (row @ law.factor) / sd)
    if len(events) == 1:
        single: Floats = special.ndtr(upper[0])
        return single
    matrix = np.array(lines)
    covariance = matrix @ matrix.T
    return np.array([_below(limits, covariance) for limits in np.array(upper).T])


def _below(limits: Floats, covariance: Floats) -> float:
    found = stats.multivariate_normal.cdf(
        limits,
        cov=covariance,
        allow_singular=True,
        maxpts=POINTS,
        abseps=1e-9,
        releps=1e-9,
        rng=np.random.default_rng(0),
    )
    return float(min(max(found, 0.0), 1.0))


def _is_normal(law: Law, name: str, sources: dict[str, Normal]) -> bool:
    if isinstance(law, Normal):
        sources[name] = law
        return True
    return False


def _add_noise(
    mechanism: Mechanism,
    variable: str,
    laws: Mapping[str, Law],
    sources: dict[str, Normal],
    weights: dict[str, float],
) -> bool:
    noise = mechanism.noise
    if noise is None:
        return True
    name = noise if isinstance(noise, str) else private(variable)
    if not _is_normal(laws[noise] if isinstance(noise, str) else noise, name, sources):
        return False
    weights[name] = weights.get(name, 0.0) + 1.0
    return True


def _matrix(
    combined: Mapping[int, tuple[Numbers, Mapping[str, float]]], sources: Mapping[str, Normal]
) -> Rows:
    place = {name: i for i, name in enumerate(sources)}
    constants, found = {}, {}
    for number, (constant, weights) in combined.items():
        row = np.zeros(len(place))
        for name, weight in weights.items():
            row[place[name]] = weight * sources[name].sd
        shift = sum(weight * sources[name].mean for name, weight in weights.items())
        constants[number], found[number] = constant + shift, row
    return Rows(constants, found)
