"""Real numbers from other columns: least squares, splines that add up, boosted trees; then noise.

The mean is learned first.  What it leaves over is additive noise, or noise stretched by a scale
that depends on the parents (Immer et al. 2023), whose logarithm is a spline fitted by maximum
likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import optimize

from causal.errors import DataError
from causal.model.continuous import Additive, LocationScale
from causal.model.continuous.curves import Curve
from causal.model.continuous.features import Exp, Feature
from causal.model.fitting.boosting import grown
from causal.model.fitting.features import bends, design, lines, weighted
from causal.model.fitting.residuals import Automatic, NoiseChoice
from causal.model.fitting.task import Task
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats
from causal.variables import listed

RIDGES = np.geomspace(1e-4, 1e4, 25)  # penalties that are tried

__all__ = ["Boosted", "LeastSquares", "Mean", "Scaled", "Splines"]


class Mean(Protocol):
    """A way to learn the mean of a variable, given its parents."""

    def curve(self, task: Task, weights: Floats | None = None) -> Curve:
        """The mean as a curve; ``weights`` say how much each row counts."""

    def learn(self, task: Task) -> Mechanism:
        """The mean plus noise."""


@dataclass(frozen=True)
class LeastSquares:
    """A weight for every parent, by least squares; ``ridge`` pulls weights towards zero.

    The penalty is in units of the parents' standard deviations, a row each.
    """

    ridge: float = 0.0
    noise: NoiseChoice = field(default_factory=Automatic)

    def curve(self, task: Task, weights: Floats | None = None) -> Curve:
        """The line of best fit."""
        features = lines(task)
        return weighted(features, _solved(design(features, task), task, self.ridge, weights), task)

    def learn(self, task: Task) -> Mechanism:
        """The line plus noise."""
        return added(self.curve(task), task, self.noise)


@dataclass(frozen=True)
class Splines:
    """A smooth curve for every number, added up (a generalised additive model), and indicators.

    Without a ``ridge`` the penalty is found by generalised cross-validation.
    """

    ridge: float | None = None
    noise: NoiseChoice = field(default_factory=Automatic)

    def curve(self, task: Task, weights: Floats | None = None) -> Curve:
        """The sum of curves of best fit."""
        features = bends(task)
        return weighted(features, _solved(design(features, task), task, self.ridge, weights), task)

    def learn(self, task: Task) -> Mechanism:
        """The sum of curves plus noise."""
        return added(self.curve(task), task, self.noise)


@dataclass(frozen=True)
class Boosted:
    """Gradient-boosted trees (Friedman 2001), grown by scikit-learn; they find interactions.

    The trees are kept as arrays, so that the mechanism needs no scikit-learn and can be saved.
    """

    rounds: int = 150
    rate: float = 0.08
    leaves: int = 15
    noise: NoiseChoice = field(default_factory=Automatic)

    def curve(self, task: Task, weights: Floats | None = None) -> Curve:
        """The trees, added up."""
        return grown(task, weights, rounds=self.rounds, rate=self.rate, leaves=self.leaves)

    def learn(self, task: Task) -> Mechanism:
        """The trees plus noise."""
        return added(self.curve(task), task, self.noise)


@dataclass(frozen=True)
class Scaled:
    """A mean, and noise whose scale is a function of the parents.

    Its logarithm is a sum of splines, or with ``bent=False`` of weights, which few rows allow.
    """

    mean: Mean = field(default_factory=Splines)
    bent: bool = True
    noise: NoiseChoice = field(default_factory=Automatic)
    rounds: int = 3

    def learn(self, task: Task) -> Mechanism:
        """Mean and scale in turns: each row counts by its precision, then the scale is refitted."""
        if not task.given:
            return added(self.mean.curve(task), task, self.noise)
        weights, spread = None, np.ones(len(task))
        for _ in range(self.rounds):
            mean = self.mean.curve(task, weights)
            left = residuals(mean, task)
            scale = spread_curve(left, task, bends(task) if self.bent else lines(task))
            spread = at(scale, task)
            weights = (spread.min() / spread) ** 2
            weights /= weights.mean()  # so that the penalty on the mean stays what it is
        ignored = set(task.given) - {*mean.given, *scale.given}
        noise = self.noise.law(left / spread)
        return LocationScale(mean, scale, noise=noise, ignores=ignored)


def added(mean: Curve, task: Task, noise: NoiseChoice) -> Mechanism:
    """The mean plus noise of one law for all units."""
    ignored = set(task.given) - set(mean.given)
    return Additive(mean, noise=noise.law(residuals(mean, task)), ignores=ignored)


def at(curve: Curve, task: Task) -> Floats:
    """A curve on the rows of a task."""
    return curve.at([task.columns[name] for name in curve.given], len(task))


def residuals(mean: Curve, task: Task) -> Floats:
    """What a mean leaves over; raises DataError where that is nothing but rounding."""
    target = task.numbers
    left: Floats = target - at(mean, task)
    if left.std() > max(1e-12 * target.std(), 1e-14 * np.abs(target).max(initial=0.0)):
        return left
    if not target.std() > 1e-14 * np.abs(target).max(initial=0.0):
        raise DataError(f"{task.variable} has one value in all rows, so that its noise has no law")
    raise DataError(
        f"nothing is left over: {listed(task.given)} determine {task.variable} exactly, so that "
        "its noise has no law; give its mechanism by hand, with noise=None"
    )


def spread_curve(left: Floats, task: Task, features: Sequence[Feature], ridge: float = 1.0) -> Exp:
    """The scale of residuals by maximum Gaussian likelihood, its logarithm a sum of features.

    The negative log-likelihood, sum of eta + r^2 exp(-2 eta) / 2, is convex in the coefficients.
    """
    matrix = design(features, task)
    centre, width = _standards(matrix)
    standard = (matrix - centre) / width
    size = np.sqrt(np.mean(left**2)) or 1.0
    square = (left / size) ** 2 + 1e-12

    def loss(beta: Floats) -> tuple[float, Floats]:
        eta = np.clip(standard @ beta, -30, 30)
        pull = square * np.exp(-2 * eta)
        value = eta.sum() + 0.5 * pull.sum() + 0.5 * ridge * (beta[1:] ** 2).sum()
        slope = standard.T @ (1 - pull)
        slope[1:] += ridge * beta[1:]
        return float(value), slope

    start = np.zeros(standard.shape[1])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x
    found[0] += np.log(size)
    log = weighted(features, _unstandardised(found, centre, width), task)
    seen = at(log, task)
    return Exp(log, float(seen.min()), float(seen.max()))


def _solved(matrix: Floats, task: Task, ridge: float | None, weights: Floats | None) -> Floats:
    """Coefficients of penalised least squares; features count in units of their spread."""
    rows, columns = matrix.shape
    if rows <= columns:
        raise DataError(
            f"{task.variable} has {rows} rows for {columns} coefficients; give more rows, or "
            "fewer parents"
        )
    centre, width = _standards(matrix)
    standard = (matrix - centre) / width
    root = np.ones(rows) if weights is None else np.sqrt(weights)
    if ridge is None:
        ridge = cross_validated(standard * root[:, None], task.numbers * root)
    penalty = np.sqrt(ridge) * np.eye(columns)[1:]
    left = np.vstack([standard * root[:, None], penalty])
    right = np.concatenate([task.numbers * root, np.zeros(columns - 1)])
    found, _, _, _ = np.linalg.lstsq(left, right, rcond=None)
    return _unstandardised(found, centre, width)


def cross_validated(matrix: Floats, target: Floats) -> float:
    """The penalty of least generalised cross-validation (Golub, Heath & Wahba 1979).

    The first column is the intercept, which is not penalised.
    """
    first = matrix[:, :1] / np.linalg.norm(matrix[:, 0])
    rest = matrix[:, 1:] - first @ (first.T @ matrix[:, 1:])
    left = target - first[:, 0] * (first[:, 0] @ target)
    basis, size, _ = np.linalg.svd(rest, full_matrices=False)
    along = (basis.T @ left) ** 2
    beyond = max(float(left @ left - along.sum()), 0.0)

    def score(ridge: float) -> float:
        kept = size**2 / (size**2 + ridge)
        error = beyond + ((1 - kept) ** 2 * along).sum()
        return float(error / (1 - (1 + kept.sum()) / len(target)) ** 2)

    return float(min(RIDGES, key=score))


def _standards(matrix: Floats) -> tuple[Floats, Floats]:
    centre, width = matrix.mean(axis=0), matrix.std(axis=0)
    centre[0], width[0] = 0.0, 1.0  # the intercept stays as it is
    return centre, np.where(width > 0, width, 1.0)


def _unstandardised(found: Floats, centre: Floats, width: Floats) -> Floats:
    coefficients = found / width
    coefficients[0] -= (coefficients * centre)[1:].sum()
    return coefficients
