"""Drawing units from a finite model: one stream a noise, whole columns at a time.

Every noise is drawn from a stream keyed by its name.  So unit 17 is the same unit in every world:
the same seed under ``Do(X=0)`` and ``Do(X=1)`` gives both potential outcomes of the same people,
and a longer sample begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal.model.mechanism import FiniteMechanism, Values
from causal.model.noise import Noise
from causal.model.streams import stream
from causal.variables import Variable

__all__ = ["draw"]

Places: TypeAlias = NDArray[np.intp]


def draw(
    mechanisms: Mapping[Variable, FiniteMechanism], noise: Iterable[Noise], n: int, seed: int
) -> dict[Variable, NDArray[np.generic]]:
    """Draw ``n`` units; ``mechanisms`` come in topological order."""
    domains: dict[str, Values] = {}
    places: dict[str, Places] = {}
    for one in noise:
        domains[one.name] = one.values
        places[one.name] = _pick(one.law, n, stream(seed, "noise", one.name))
    for v, mechanism in mechanisms.items():
        domains[v] = mechanism.values
        cell = _pick(mechanism.cells, n, stream(seed, "private", v))
        given = [places[name] for name in mechanism.given]
        sizes = [len(domains[name]) for name in mechanism.given]
        row = np.ravel_multi_index(given, sizes) if given else np.zeros(n, dtype=np.intp)
        places[v] = _responses(mechanism, domains)[row, cell]
    return {v: np.asarray(mechanisms[v].values)[places[v]] for v in mechanisms}


def _pick(law: Sequence[Fraction], n: int, rng: np.random.Generator) -> Places:
    """Which cell of a law each of ``n`` uniform draws falls into."""
    edges = np.cumsum([float(p) for p in law])[:-1]
    return np.searchsorted(edges, rng.random(n), side="right")


def _responses(mechanism: FiniteMechanism, domains: Mapping[str, Values]) -> Places:
    """Which value each setting of what is given (row) takes under each private noise (column)."""
    place = {value: i for i, value in enumerate(mechanism.values)}
    rows = product(*(domains[name] for name in mechanism.given))
    cells = range(len(mechanism.cells))
    return np.array(
        [[place[mechanism.respond(row, cell)] for cell in cells] for row in rows], dtype=np.intp
    )
