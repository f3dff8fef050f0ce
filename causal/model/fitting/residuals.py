"""The law of what a mean leaves over: normal, Student's, or the residuals themselves."""

from __future__ import annotations

from dataclasses import Field, dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from scipy import optimize, stats

from causal.errors import DataError
from causal.model.continuous import Empirical, Normal, StudentT
from causal.model.fitting.task import Learner
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, Law

__all__ = ["AsSeen", "Automatic", "Gaussian", "NoiseChoice", "Student", "goodness", "settled"]

NORMAL_ENOUGH = 0.001  # the p value of a misfit that is believed
MOST = 4000  # numbers that an empirical law keeps
DEGREES = (2.1, 200.0)  # of freedom, for Student's law


class NoiseChoice(Protocol):
    """A way to choose the law of a noise from residuals; a frozen value."""

    def law(self, left: Floats) -> Law:
        """The law of these numbers, centred at zero."""


@dataclass(frozen=True)
class Gaussian:
    """The normal law."""

    def law(self, left: Floats) -> Law:
        """The normal law with their standard deviation."""
        _check(left)
        return Normal(0.0, float(left.std()))


@dataclass(frozen=True)
class Student:
    """Student's law, degrees of freedom and scale by maximum likelihood."""

    def law(self, left: Floats) -> Law:
        """The likeliest of Student's laws around zero."""
        _check(left)
        size = float(left.std())
        unit = left / size

        def loss(log_df: float) -> float:
            return -_student_scale(unit, float(np.exp(log_df)))[1]

        found = optimize.minimize_scalar(loss, bounds=tuple(np.log(DEGREES)), method="bounded")
        df = float(np.exp(found.x))
        return StudentT(df, 0.0, _student_scale(unit, df)[0] * size)


@dataclass(frozen=True)
class AsSeen:
    """The residuals themselves, each as likely as the others."""

    def law(self, left: Floats) -> Law:
        """The empirical law; of very many numbers, evenly spaced quantiles."""
        _check(left)
        if len(left) > MOST:
            left = np.quantile(left, (np.arange(MOST) + 0.5) / MOST)
        return Empirical(left - left.mean())


@dataclass(frozen=True)
class Automatic:
    """Normal or Student's, by the Bayesian information criterion; the residuals if neither fits."""

    def law(self, left: Floats) -> Law:
        """Student's law pays for its degrees of freedom (Schwarz 1978); misfit vetoes."""
        normal, student = Gaussian().law(left), Student().law(left)
        gain = (student.form.log_density(left) - normal.form.log_density(left)).sum()
        chosen = student if gain > 0.5 * np.log(len(left)) else normal
        return chosen if goodness(left, chosen) >= NORMAL_ENOUGH else AsSeen().law(left)


@runtime_checkable
class Noisy(Protocol):
    """A learner that chooses a law of noise; a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]
    noise: NoiseChoice


def settled(learner: Learner, mechanism: Mechanism) -> Learner:
    """The learner that learned a mechanism, the family of its noise chosen once and for all.

    So that models learned again differ in numbers, and not in what they are.

    >>> from causal.model.continuous import Additive
    >>> from causal.model.fitting.regression import LeastSquares
    >>> settled(LeastSquares(), Additive(0.0, StudentT(4))).noise
    Student()
    """
    if not isinstance(learner, Noisy) or not isinstance(learner.noise, Automatic):
        return learner
    families = ((Normal, Gaussian()), (StudentT, Student()), (Empirical, AsSeen()))
    chosen = next((to for law, to in families if isinstance(mechanism.noise, law)), None)
    return learner if chosen is None else replace(learner, noise=chosen)


def goodness(left: Floats, law: Law) -> float:
    """The p value of Kolmogorov and Smirnov's test that numbers follow a law; 1 for their own."""
    if isinstance(law, Empirical):
        return 1.0
    return float(stats.kstest(left, law.form.cdf).pvalue)


def _student_scale(unit: Floats, df: float) -> tuple[float, float]:
    """The likeliest scale at some degrees of freedom, by fixed-point iteration, and its score."""
    scale = 1.0
    for _ in range(60):
        weights = (df + 1) / (df + (unit / scale) ** 2)
        before, scale = scale, float(np.sqrt(np.mean(weights * unit**2)))
        if abs(scale - before) < 1e-7 * scale:
            break
    return scale, float(stats.t.logpdf(unit, df, scale=scale).sum())


def _check(left: Floats) -> None:
    if not left.std() > 0:
        raise DataError("nothing is left over, so that the noise has no law")
