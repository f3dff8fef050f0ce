"""Linear models with normal noise, exactly: nodes of all worlds are affine functions of noise.

Evidence conditions a normal law (Lauritzen 1996, appendix C), whatever part of the variables it is
about and in whichever worlds; means and probabilities follow in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from causal.errors import ImpossibleEvidenceError
from causal.model.continuous import Normal
from causal.model.engines.continuous.affine import affine
from causal.model.engines.continuous.posed import RELATIONS, Asked, Bound, Posed
from causal.model.mechanism import Mechanism, private
from causal.model.noise import Floats, Law

__all__ = ["Conditioned", "Rows", "conditioned", "gaussian_value", "rows"]

TINY = 1e-9  # of a node's own spread: less is no spread at all
POINTS = 2_000_000  # evaluations for a probability of several limits at once


@dataclass(frozen=True, eq=False)
class Rows:
    """Each node as constant + row @ noise, where noise is standard normal, one column a source."""

    constants: Mapping[int, float]
    rows: Mapping[int, Floats]


@dataclass(frozen=True, eq=False)
class Conditioned:
    """Nodes given evidence: the noise is normal, with a mean and a factor of its covariance."""

    rows: Rows
    mean: Floats
    factor: Floats

    def moments(self, number: int, minus: int | None = None) -> tuple[float, float]:
        """Mean and standard deviation of a node, or of a difference of two."""
        constant, row = self.rows.constants[number], self.rows.rows[number]
        if minus is not None:
            constant, row = constant - self.rows.constants[minus], row - self.rows.rows[minus]
        sd = float(np.linalg.norm(row @ self.factor))
        scale = float(np.linalg.norm(row)) or 1.0
        return float(constant + row @ self.mean), sd if sd > TINY * scale else 0.0


def rows(asked: Posed) -> Rows | None:
    """The affine functions; None where a mechanism is not linear or a noise not normal."""
    model = asked.worlds.model
    laws = {one.name: one.source for one in model.noise}
    sources: dict[str, Normal] = {}
    combined: dict[int, tuple[float, dict[str, float]]] = {}
    for number in asked.nodes:
        node = asked.node(number)
        if node.variable is None:
            if not isinstance(node.constant, int | float):
                return None
            combined[number] = float(node.constant), {}
            continue
        mechanism = model.mechanisms[node.variable]
        shape = affine(mechanism)
        if shape is None:
            return None
        constant, weights = shape.constant, dict[str, float]()
        for name, slot in zip(mechanism.given, node.inputs, strict=True):
            weight = shape.weights.get(name, 0.0)
            if isinstance(slot, str):
                if not _is_normal(laws[slot], slot, sources):
                    return None
                weights[slot] = weights.get(slot, 0.0) + weight
            else:
                inner, coefficients = combined[slot]
                constant += weight * inner
                for source, c in coefficients.items():
                    weights[source] = weights.get(source, 0.0) + weight * c
        if not _add_noise(mechanism, node.variable, laws, sources, weights):
            return None
        combined[number] = constant, weights
    return _matrix(combined, sources)


def conditioned(found: Rows, asked: Posed) -> Conditioned:
    """The law of the noise given the values that were seen; raises ImpossibleEvidenceError."""
    width = len(next(iter(found.rows.values()), np.empty(0)))
    mean, factor = np.zeros(width), np.eye(width)
    for number, value in asked.seen.items():
        row = found.rows[number]
        direction = row @ factor
        spread = float(direction @ direction)
        gap = float(value) - found.constants[number] - float(row @ mean)  # type: ignore[arg-type]
        if spread <= TINY**2 * max(1.0, float(row @ row)):
            if abs(gap) > 1e-6 * max(1.0, abs(float(value))):  # type: ignore[arg-type]
                raise ImpossibleEvidenceError(", ".join(map(str, asked.given)))
            continue
        gain = factor @ direction / spread
        mean = mean + gain * gap
        factor = factor - np.outer(gain, direction)  # a projection: still a factor, and exact
    return Conditioned(found, mean, factor)


def gaussian_value(part: Asked, law: Conditioned) -> float:
    """The mean, or the probability, that one part asks for."""
    if part.mean is not None:
        return law.moments(part.mean)[0]
    sure: list[bool] = []
    open_: list[Bound] = []
    for event in part.events:
        mean, sd = _margin(event, law)
        if sd == 0.0:
            close = np.isclose(mean, 0.0, atol=1e-9) and event.relation in ("=", "!=", "<=", ">=")
            sure.append(bool(RELATIONS[event.relation](0.0 if close else mean, 0.0)))
        elif event.relation == "=":
            sure.append(False)
        elif event.relation != "!=":
            open_.append(event)
    if not all(sure):
        return 0.0
    if len(open_) == 1:
        mean, sd = _margin(open_[0], law)
        sign = 1.0 if open_[0].relation in (">", ">=") else -1.0
        return float(special.ndtr(sign * mean / sd))
    return _orthant(open_, law) if open_ else 1.0


def _margin(event: Bound, law: Conditioned) -> tuple[float, float]:
    """Mean and spread of left minus right."""
    mean, sd = law.moments(event.left, event.right)
    return (mean, sd) if event.right is not None else (mean - float(event.value), sd)  # type: ignore[arg-type]


def _orthant(events: list[Bound], law: Conditioned) -> float:
    """The probability of several limits at once, by Genz' quadrature (1992)."""
    upper, lines = [], []
    for event in events:
        mean, sd = _margin(event, law)
        row = law.rows.rows[event.left]
        if event.right is not None:
            row = row - law.rows.rows[event.right]
        sign = -1.0 if event.relation in (">", ">=") else 1.0
        upper.append(-sign * mean / sd)
        lines.append(sign * (row @ law.factor) / sd)
    matrix = np.array(lines)
    found = stats.multivariate_normal.cdf(
        np.array(upper),
        cov=matrix @ matrix.T,
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
    combined: Mapping[int, tuple[float, Mapping[str, float]]], sources: Mapping[str, Normal]
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
