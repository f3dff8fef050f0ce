"""Three tests of mean paired differences: beyond a margin, within a margin, all alike.

Beyond: Student's t against the nearer end of the margin. Within: two one-sided tests (Schuirmann
1987), because a large p-value shows nothing. Alike: Hotelling's T-squared on the contrasts of the
same examples under several replacements (1931); its condition is that of the t test, many
examples or nearly normal ones.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr, stdtrit

from ablation.multiplicity import holm

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval, and the p-values of "it is beyond" and "it is within" a margin.

    `singly` is that of "single differences are within it", on average: means can cancel.
    """

    effect: float
    lower: float
    upper: float
    n: int
    beyond: float
    within: float
    singly: float


def estimate(differences: NDArray[np.float64], *, margin: float, level: float) -> Estimate:
    """Estimate the mean of independent differences, and hold it against a margin.

    >>> found = estimate(np.array([0.9, 1.0, 1.1, 1.0]), margin=0.5, level=0.95)
    >>> round(found.effect, 2), found.beyond < 0.01, found.within > 0.99
    (1.0, True, True)
    """
    n = len(differences)
    mean, error = _mean(differences)
    size, wide = _mean(np.abs(differences))
    singly = float(stdtr(n - 1, (size - margin) / wide)) if wide else float(size > margin)
    if error == 0:
        over = float(abs(mean) <= margin)
        return Estimate(mean, mean, mean, n, over, 1 - over, singly)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * error
    high, low = (mean - margin) / error, (mean + margin) / error
    beyond = min(1.0, 2 * float(min(stdtr(n - 1, -high), stdtr(n - 1, low))))
    within = float(max(stdtr(n - 1, -low), stdtr(n - 1, high)))
    return Estimate(mean, mean - half, mean + half, n, beyond, within, singly)


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """The mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1)) / len(values) ** 0.5


def alike(effects: NDArray[np.float64]) -> float | None:
    """p-value of "the mean effect is the same under all replacements"; None where n is too small.

    One row an example, one column a replacement. Directions in which no example differs from
    another are compared exactly.

    >>> rows = np.random.default_rng(0).normal(size=(50, 1)) + np.array([[0.0, 0.0, 5.0]])
    >>> alike(rows + np.random.default_rng(1).normal(size=(50, 3))) < 1e-6
    True
    """
    n, _ = effects.shape
    contrasts = effects[:, 1:] - effects[:, :1]
    mean = contrasts.mean(0)
    centred = contrasts - mean
    scale = max(float(np.abs(effects).max(initial=0.0)), np.finfo(float).tiny)
    _, spread, directions = np.linalg.svd(centred, full_matrices=True)
    varies = np.zeros(len(directions), bool)
    varies[: len(spread)] = spread > 1e-6 * scale * n**0.5
    along, rank = directions @ mean, int(varies.sum())
    if n <= contrasts.shape[1] and rank == n - 1:
        return None  # so few examples vary in no more directions, whatever the law
    if np.any(np.abs(along[~varies]) > 1e-6 * scale):
        return 0.0
    if rank == 0:
        return 1.0
    squared = n * float(np.sum((along[varies] / spread[varies[: len(spread)]]) ** 2)) * (n - 1)
    return float(fdtrc(rank, n - rank, squared * (n - rank) / (rank * (n - 1))))


def adjusted_by_name(chances: Mapping[K, float]) -> dict[K, float]:
    """Adjust named p-values for their number (Holm 1979).

    >>> adjusted_by_name({"a": 0.01, "b": 0.03, "c": 0.5})
    {'a': 0.03, 'b': 0.06, 'c': 0.5}
    """
    return dict(zip(chances, holm([*chances.values()]), strict=True))
