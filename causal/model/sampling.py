"""Drawing units from a model: one stream a noise, whole columns at a time.

Every noise is drawn from a stream keyed by its name.  So unit 17 is the same unit in every world:
the same seed under ``Do(X=0)`` and ``Do(X=1)`` gives both potential outcomes of the same people,
and a longer sample begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.model.altered import Constant
from causal.model.checking import blaming, checked
from causal.model.continuous.linear import Linear
from causal.model.mechanism import Column, FiniteMechanism, Mechanism, Values
from causal.model.noise import Floats, Law, Noise, floats
from causal.model.streams import stream
from causal.variables import Variable

__all__ = ["draw", "draw_places"]

Places: TypeAlias = NDArray[np.intp]

CHUNK = 32768  # units at a time: what they read is still in cache when it is read


def draw(
    mechanisms: Mapping[Variable, Mechanism], noise: Iterable[Noise], n: int, seed: int
) -> pd.DataFrame:
    """Draw ``n`` units from any model; ``mechanisms`` come in topological order.

    Units are drawn some thousands at a time, each noise from where its stream has come to.
    """
    shared = {one.name: (one.source.form, stream(seed, "noise", one.name)) for one in noise}
    own = {v: _source(m.noise, stream(seed, "private", v)) for v, m in mechanisms.items()}
    real = [v for v, mechanism in mechanisms.items() if not mechanism.values]
    block: Floats = np.empty((len(real), n))
    drawn: dict[Variable, Column] = dict(zip(real, block, strict=True))
    drawn |= {v: np.empty(n, _dtype(m.values)) for v, m in mechanisms.items() if m.values}
    for start in range(0, n, CHUNK):
        units = slice(start, min(start + CHUNK, n))
        size = units.stop - start
        here = {name: form.draw(size, rng) for name, (form, rng) in shared.items()}
        for v, mechanism in mechanisms.items():
            given = [here[name] for name in mechanism.given]
            here[v] = column = drawn[v][units]
            if isinstance(mechanism, Constant):
                column[:] = mechanism.part(units, n)
            elif isinstance(mechanism, Linear) and (fill := own[v].fill):
                fill(floats(column))
                mechanism.add(given, to=floats(column))
                checked(v, column, size, first=start)
            else:
                with blaming(v):
                    values = mechanism.forward(given, own[v].draw(size, here))
                column[:] = checked(v, values, size, mechanism.values, first=start)
    if len(real) == len(drawn):
        return pd.DataFrame(block.T, columns=pd.Index(real), copy=False)
    return pd.DataFrame({v: drawn[v] for v in mechanisms}, copy=False)


@dataclass(frozen=True)
class _Source:
    """Where the noise of some units comes from: a shared one, a stream, or nowhere."""

    draw: Callable[[int, Mapping[str, Column]], Column]
    fill: Callable[[Floats], object] | None = None  # where a stream can draw into a column


def _source(noise: Law | str | None, rng: np.random.Generator) -> _Source:
    if noise is None:
        return _Source(lambda size, _: np.zeros(size))
    if isinstance(noise, str):
        return _Source(lambda _, here: here[noise])
    form, fill = noise.form, noise.form.fill
    return _Source(
        lambda size, _: form.draw(size, rng), None if fill is None else lambda out: fill(out, rng)
    )


def _dtype(values: Values) -> np.dtype[np.generic]:
    dtype: np.dtype[np.generic] = np.asarray(values).dtype
    return dtype


def draw_places(
    mechanisms: Mapping[Variable, FiniteMechanism], noise: Iterable[Noise], n: int, seed: int
) -> dict[Variable, NDArray[np.generic]]:
    """Draw ``n`` units from a finite model, as places in its domains until the end."""
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
