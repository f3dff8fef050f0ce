"""How a learner does on rows that it has not seen: cross-fitting, fold by fold.

Stone (1974).  Every row is predicted once, by a mechanism learned from the other folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from causal.errors import DataError
from causal.model.continuous import Additive, Categorical, LocationScale
from causal.model.continuous.flow import Flow
from causal.model.finite import Table
from causal.model.fitting.regression import at
from causal.model.fitting.task import Learner, Rows, Task
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, floats

__all__ = ["HeldOut", "better", "held_out"]

ARRAYS = ("score", "base", "left", "squared", "total", "below", "upto")
CLEARLY = 2.0  # standard errors that a more complicated learner has to win by


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Row by row: the log score, and for numbers the residual in units of its scale.

    The log score of a number is that of a normal law with the mechanism's mean and spread, so that
    learners with different noise can be compared; ``base`` is that of a law without parents.
    ``below`` and ``upto`` are the probabilities, as predicted, of less than what was seen, and of
    no more than that: one and the same for a number, and spread evenly where predictions are right.
    """

    score: Floats
    base: Floats
    left: Floats
    squared: Floats
    total: Floats
    below: Floats
    upto: Floats

    @property
    def explained(self) -> float:
        """The share of the squared error, or of the log score, that the parents take away."""
        left, all_ = (self.squared, self.total) if self.squared.size else (self.score, self.base)
        return float(1 - left.sum() / all_.sum()) if all_.any() else float("nan")


def held_out(learner: Learner, task: Task, folds: list[Rows]) -> HeldOut:
    """Learn from all folds but one, look at that one; for each fold."""
    n = len(task)
    arrays = {name: np.full(n, np.nan) for name in ARRAYS}
    everything = np.arange(n)
    for fold in folds:
        kept = np.setdiff1d(everything, fold)
        mechanism, test = learner.learn(task.only(kept)), task.only(fold)
        alone = Task(task.variable, (), {task.variable: task.target[kept]}, task.levels)
        found = _numbers(mechanism, alone, test) if not task.values else None
        if found is None:
            rows, chosen = _chances(mechanism, test), _places(test)
            seen, upto = (
                each[chosen, np.arange(len(test))] for each in (rows, rows.cumsum(axis=0))
            )
            arrays["score"][fold] = np.log(np.maximum(seen, np.finfo(float).tiny))
            arrays["base"][fold] = np.log(_share(alone, test))
            arrays["below"][fold], arrays["upto"][fold] = upto - seen, upto
        else:
            for name, column in found.items():
                arrays[name][fold] = column
    if task.values:
        arrays |= {name: np.empty(0) for name in ("left", "squared", "total")}
    return HeldOut(**arrays)


def better(one: HeldOut, other: HeldOut) -> bool:
    """Whether one learner's log score is clearly higher: by two standard errors, row by row."""
    gain = one.score - other.score
    return bool(gain.mean() > CLEARLY * gain.std() / np.sqrt(len(gain)))


def _numbers(mechanism: Mechanism, alone: Task, test: Task) -> dict[str, Floats]:
    if isinstance(mechanism, Flow):
        return _flow_numbers(mechanism, alone, test)
    if not isinstance(mechanism, Additive | LocationScale):
        raise DataError(f"{type(mechanism).__name__} says nothing of means and spreads")
    error = test.numbers - at(mechanism.mean, test)
    scale = (
        at(mechanism.scale, test) if isinstance(mechanism, LocationScale) else np.ones(len(test))
    )
    noise = mechanism.noise
    if noise is None or isinstance(noise, str):
        raise DataError(f"{test.variable} has no noise of its own")
    left = error / (scale * np.sqrt(noise.form.variance))
    rank = noise.form.cdf(error / scale)
    centre, spread = alone.numbers.mean(), alone.numbers.std()
    around = (test.numbers - centre) / spread
    return {
        "below": rank,
        "upto": rank,
        "score": -0.5 * left**2 - np.log(scale) - 0.5 * np.log(noise.form.variance),
        "base": -0.5 * around**2 - np.log(spread),
        "left": left,
        "squared": error**2,
        "total": (test.numbers - centre) ** 2,
    }


def _flow_numbers(mechanism: Flow, alone: Task, test: Task) -> dict[str, Floats]:
    """The proper log score, less the constant that normal scores leave out; normal ranks."""
    given = [test.columns[name] for name in mechanism.given]
    centre, spread = alone.numbers.mean(), alone.numbers.std()
    around = (test.numbers - centre) / spread
    noise = floats(mechanism.abduct(test.target, given).noise)
    return {
        "below": special.expit(noise),
        "upto": special.expit(noise),
        "score": mechanism.log_density(test.target, given) + 0.5 * np.log(2 * np.pi),
        "base": -0.5 * around**2 - np.log(spread),
        "left": np.sign(noise) * -special.ndtri_exp(special.log_expit(-np.abs(noise))),
        "squared": (test.numbers - mechanism.mean(given, len(test))) ** 2,
        "total": (test.numbers - centre) ** 2,
    }


def _chances(mechanism: Mechanism, test: Task) -> Floats:
    """The probability of every value, one row a value; plain counting may say "never"."""
    if isinstance(mechanism, Table):
        settings = zip(*(column.tolist() for column in test.parents), strict=True)
        keys = list(settings) if test.given else [()] * len(test)
        rows = {key: [float(p) for p in row] for key, row in mechanism.rows.items()}
        return np.array([rows[key] for key in keys]).T
    if isinstance(mechanism, Categorical):
        odds = mechanism.odds
        return odds.at([test.columns[name] for name in odds.given], len(test))
    raise DataError(f"{type(mechanism).__name__} says nothing of probabilities")


def _places(test: Task) -> Rows:
    place = {value: i for i, value in enumerate(test.values)}
    return np.array([place[value] for value in test.target.tolist()], dtype=np.intp)


def _share(alone: Task, test: Task) -> Floats:
    """The smoothed share of each value among the rows that were learned from."""
    shares = {
        v: (np.sum(alone.target == v) + 0.5) / (len(alone) + 0.5 * len(test.values))
        for v in test.values
    }
    return np.array([float(shares[value]) for value in test.target.tolist()])
