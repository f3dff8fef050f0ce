"""Methods of inference as values: Student's paired t and Welch's, each component judged alone.

Student (1908, Biometrika 6:1) for shared seeds, Welch (1947, Biometrika 34:28) for separate ones.
The default, which lets components share what they know of their spread, is in `moderated`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ablation.statistics.comparison import Comparison, Floats, flat
from ablation.statistics.estimate import Estimate

NO_SEED = "not estimated: no seed finished both conditions"
ONE_SEED = "no interval: one seed has no spread"
NO_SPREAD = "no interval: every seed gave the same difference"
IDENTICAL = "identical to the baseline on every seed: did the ablation act?"


class Method(Protocol):
    """Turns comparisons with one baseline into estimates, one each, in the same order."""

    def estimate(self, comparisons: Sequence[Comparison]) -> tuple[Estimate, ...]:
        """Estimate what each component contributes."""
        ...


@dataclass(frozen=True)
class PairedT:
    """Student's paired t, each component alone: exact for normal differences, wide for few seeds.

    >>> one = Comparison(component="mlp", baseline={1: 3.0, 2: 5.0}, ablated={1: 2.0, 2: 2.0})
    >>> estimate = PairedT().estimate([one])[0]
    >>> estimate.effect, estimate.se, estimate.df
    (2.0, 1.0, 1.0)
    """

    def estimate(self, comparisons: Sequence[Comparison]) -> tuple[Estimate, ...]:
        """Estimate each mean difference with its own standard error."""
        return tuple(paired(comparison) for comparison in comparisons)


@dataclass(frozen=True)
class Welch:
    """Welch's unpaired t, for conditions that share no seeds; n counts the smaller condition.

    It uses every finished seed of both conditions. Where they do share seeds it throws the pairing
    away, and its intervals are wider for it.

    >>> one = Comparison(component="mlp", baseline={1: 3.0, 2: 5.0}, ablated={8: 2.0, 9: 2.0})
    >>> estimate = Welch().estimate([one])[0]
    >>> estimate.effect, estimate.se, estimate.df
    (2.0, 1.0, 1.0)
    """

    def estimate(self, comparisons: Sequence[Comparison]) -> tuple[Estimate, ...]:
        """Estimate each difference of means with Satterthwaite's degrees of freedom."""
        return tuple(unpaired(comparison) for comparison in comparisons)


def paired(comparison: Comparison) -> Estimate:
    """Compare the common seeds; no interval from fewer than two, nor from equal differences.

    >>> paired(Comparison(component="mlp", baseline={1: 0.9}, ablated={1: 0.7})).note
    'no interval: one seed has no spread'
    """
    bare = Estimate(on=comparison.on, off=comparison.off, method="paired t")
    if bare.n == 0:
        return replace(bare, note=NO_SEED)
    if bare.n == 1:
        return replace(bare, note=ONE_SEED)
    if comparison.constant:
        return replace(bare, note=IDENTICAL if comparison.identical else NO_SPREAD)
    return replace(bare, se=math.sqrt(variance(comparison.differences) / bare.n), df=bare.n - 1.0)


def unpaired(comparison: Comparison) -> Estimate:
    """Compare all seeds of one condition with all seeds of the other.

    >>> unpaired(Comparison(component="mlp", baseline={1: 0.9, 2: 0.8}, ablated={3: 0.7})).n
    1
    """
    on, off = tuple(comparison.baseline.values()), tuple(comparison.ablated.values())
    bare = Estimate(on=on, off=off, method="Welch's t")
    if bare.n == 0:
        return replace(bare, note=NO_SEED)
    if bare.n == 1:
        return replace(bare, note=ONE_SEED)
    if flat(on, beside=on + off) and flat(off, beside=on + off):
        return replace(bare, note=NO_SPREAD)
    a, b = variance(on) / len(on), variance(off) / len(off)
    df = (a + b) ** 2 / (a**2 / (len(on) - 1) + b**2 / (len(off) - 1))
    return replace(bare, se=math.sqrt(a + b), df=df)


def variance(values: Floats | Sequence[float]) -> float:
    """Give the unbiased sample variance of two values or more.

    >>> variance((1.0, 3.0))
    2.0
    """
    return float(np.var(values, ddof=1))
