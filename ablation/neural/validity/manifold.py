"""How unusual what was put in a component's place is, among what the component really returns.

The distance to the nearest real activation is ranked among the same distances of the real ones,
with the patched one counted as one of them: a conformal p-value (Vovk et al. 2005), which is small
with at most its own probability when the patched one is drawn like the others. Both ends count:
zeros are often *beyond* the data, and averages in many dimensions lie *between* them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

UNUSUAL = 0.05
ENOUGH = 40  # with fewer real ones, no rank among them is that unusual at two ends


@dataclass(frozen=True, slots=True)
class Typicality:
    """Median over examples of the conformal p-value, of the distance, and where it lies."""

    p: float
    distance: float  # to the nearest real one, in medians of that distance between real ones
    where: str  # "among the data", "beyond the data" or "between the data"


def typicality(patched: NDArray[np.float64], real: NDArray[np.float64]) -> Typicality | None:
    """Rank patched activations among real ones, one row each; None for fewer than 40 real ones.

    >>> rng = np.random.default_rng(0)
    >>> cloud = rng.normal(size=(100, 3)) + 9
    >>> typicality(np.zeros((1, 3)), cloud).where, typicality(cloud[:5], cloud).where
    ('beyond the data', 'among the data')
    """
    real = np.unique(real, axis=0)
    if len(real) < ENOUGH:
        return None
    among = cdist(real, real)
    np.fill_diagonal(among, np.inf)
    nearest = among.min(1)
    unit = float(np.median(nearest))
    rows, counts = np.unique(patched, axis=0, return_counts=True)
    found = np.array([_ranked(row, nearest, real) for row in rows]).repeat(counts, axis=0)
    far, near, distance = np.median(found, axis=0)
    p = float(min(1.0, 2 * min(far, near)))
    end = "beyond" if far < near else "between"
    return Typicality(p, float(distance) / unit, f"{end if p < UNUSUAL else 'among'} the data")


def _ranked(
    row: NDArray[np.float64], nearest: NDArray[np.float64], real: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Chance of being as far from all others, and as near; a real one is as usual as can be."""
    away = cdist(row[None], real)[0]
    own = float(away.min())
    if own == 0:
        return 1.0, 1.0, 0.0
    others = np.minimum(nearest, away)
    many = len(real) + 1
    return (1 + float(np.sum(others >= own))) / many, (1 + float(np.sum(others <= own))) / many, own
