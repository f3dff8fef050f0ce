"""Choices among finitely many values: smoothed tables where all is finite, else logits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
from scipy import optimize

from causal.errors import DataError, OptionError
from causal.model.continuous import Categorical
from causal.model.continuous.features import Feature
from causal.model.continuous.scores import Scores
from causal.model.exact import Number, exact
from causal.model.finite import GumbelMax, InverseCDF, Table
from causal.model.fitting.features import design, lines, weighted
from causal.model.fitting.task import Task
from causal.model.mechanism import Mechanism, Value, Values
from causal.model.noise import Floats

__all__ = ["Multinomial", "Tables", "counts"]

CELLS = 100_000  # rows of a table, at most


@dataclass(frozen=True)
class Tables:
    """P(value | parents) by counting, with a Dirichlet prior: ``prior`` is added to every count.

    The posterior mean (n + prior) / (N + k prior); 1/2 is Jeffreys' prior (1946), 0 plain counting,
    which leaves settings that were never seen without a row.
    """

    prior: Number = Fraction(1, 2)
    coupling: InverseCDF | GumbelMax = field(default_factory=InverseCDF)

    def learn(self, task: Task) -> Mechanism:
        """The table of posterior means, in exact fractions."""
        return self._table(task, lambda weights: weights)

    def drawn(self, task: Task, rng: np.random.Generator) -> Mechanism:
        """A table drawn from the posterior: each row from its Dirichlet law."""

        def gammas(weights: list[Fraction]) -> list[Fraction]:
            shapes = np.array([float(weight) for weight in weights])
            sizes = np.zeros(len(shapes))
            while not sizes.any():  # all shapes tiny: all gammas may round to zero
                sizes[shapes > 0] = rng.gamma(shapes[shapes > 0])
            return [Fraction(float(size)) for size in sizes]

        return self._table(task, gammas)

    def _table(self, task: Task, law: Callable[[list[Fraction]], list[Fraction]]) -> Mechanism:
        prior = exact(self.prior)
        if prior < 0:
            raise OptionError("prior", self.prior, "it is at least 0")
        seen = counts(task)
        rows: dict[Value, list[Fraction]] = {}
        for setting in product(*(task.levels[name] for name in task.given)):
            counted = [seen[*setting, value] + prior for value in task.values]
            if not any(counted):
                where = ", ".join(f"{n}={v}" for n, v in zip(task.given, setting, strict=True))
                raise DataError(
                    f"no row has {where}, so that the law of {task.variable} there is unknown; "
                    "Tables(prior=1/2) would fill it in"
                )
            row = law(counted)
            total = sum(row)
            rows[setting] = [weight / total for weight in row]
        return Table(task.given, rows, values=task.values, coupling=self.coupling)


def counts(task: Task) -> Counter[Values]:
    """How often each setting of the parents and value of the variable occurs."""
    unfit = [name for name in (*task.given, task.variable) if name not in task.levels]
    if unfit:
        raise DataError(f"{unfit[0]} is a real number; a table needs finitely many values")
    size = prod(len(task.levels[name]) for name in task.given)
    if size > CELLS:
        raise DataError(f"a table of {task.variable} has {size} rows; use Multinomial()")
    columns = [task.columns[name].tolist() for name in (*task.given, task.variable)]
    return Counter(zip(*columns, strict=True))


@dataclass(frozen=True)
class Multinomial:
    """Multinomial logits: a linear score a value, by penalised maximum likelihood.

    ``ridge`` is the penalty on weights in units of the parents' spread, half a squared weight each.
    """

    ridge: float = 1.0
    coupling: InverseCDF | GumbelMax = field(default_factory=InverseCDF)

    def learn(self, task: Task) -> Mechanism:
        """Scores of highest likelihood, under the coupling."""
        odds = scores(task, lines(task), self.ridge)
        ignored = set(task.given) - set(odds.given)
        return Categorical(odds, task.values, coupling=self.coupling, ignores=ignored)


def scores(task: Task, features: tuple[Feature, ...], ridge: float) -> Scores:
    """The scores of highest penalised likelihood on some features."""
    if not task.values:
        raise DataError(f"{task.variable} is a real number; choices need finitely many values")
    matrix = design(features, task)
    centre, width = matrix.mean(axis=0), matrix.std(axis=0)
    centre[0], width[0] = 0.0, 1.0
    width = np.where(width > 0, width, 1.0)
    standard = (matrix - centre) / width
    place = {value: i for i, value in enumerate(task.values)}
    chosen = np.array([place[value] for value in task.target.tolist()], dtype=np.intp)
    found = _likeliest(standard, chosen, len(task.values), ridge) / width
    found[:, 0] -= (found * centre)[:, 1:].sum(axis=1)
    curves = tuple(weighted(features, row, task) for row in found)
    return Scores(curves, tuple(sorted({n for c in curves for n in c.given})))


def _likeliest(matrix: Floats, chosen: np.ndarray, values: int, ridge: float) -> Floats:
    if values == 1:
        return np.empty((0, matrix.shape[1]))
    hits = np.eye(values)[chosen][:, 1:]

    def loss(flat: Floats) -> tuple[float, Floats]:
        beta = flat.reshape(values - 1, -1)
        eta = matrix @ beta.T
        top = np.maximum(eta.max(axis=1), 0.0)
        total = np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1)
        value = (top + np.log(total)).sum() - (hits * eta).sum()
        slope = (np.exp(eta - top[:, None]) / total[:, None] - hits).T @ matrix
        slope[:, 1:] += ridge * beta[:, 1:]
        return float(value + 0.5 * ridge * (beta[:, 1:] ** 2).sum()), slope.ravel()

    start = np.zeros((values - 1) * matrix.shape[1])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    solution: Floats = found.x.reshape(values - 1, -1)
    return solution
