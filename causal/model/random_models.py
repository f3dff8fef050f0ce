"""Random finite models of a graph: what an estimand must agree with, whichever is drawn."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from causal.errors import OptionError
from causal.graph import ADMG
from causal.model.exact import Row
from causal.model.finite.table import Table
from causal.model.mechanism import Value, Values
from causal.model.noise import Noise, hidden_cause
from causal.model.scm import SCM
from causal.model.streams import Randomness, root, stream

__all__ = ["random_scm"]

GRAIN = (
    20  # probabilities are multiples of 1/20 for two values: coarse, so that integers stay short
)


def random_scm(graph: ADMG, rng: Randomness, *, values: int = 2) -> SCM:
    """A random finite model of a graph, every row of every table strictly positive.

    Each ``<->`` becomes a hidden cause with ``values`` values; every variable has ``values``
    values, and a table over its parents and hidden causes.  Depends on the graph and the seed
    only.

    >>> model = random_scm(ADMG.parse("X -> Y; X <-> Y"), rng=1)
    >>> model.noise
    (Noise('U[X,Y]', '11/20, 9/20'),)
    >>> bool((model.law() > 0).all())
    True
    """
    if values < 2:
        raise OptionError("values", values, "it is at least 2")
    draws = stream(root(rng), "random_scm")
    domain = tuple(range(values))
    noise = {pair: hidden_cause(*pair) for pair in graph.bidirected}
    tables = {
        v: _table(
            (*sorted(graph.parents(v)), *(name for pair, name in noise.items() if v in pair)),
            domain,
            draws,
        )
        for v in graph.nodes
    }
    return SCM(graph, tables, [Noise(name, _positive(values, draws)) for name in noise.values()])


def _table(given: tuple[str, ...], domain: Values, rng: np.random.Generator) -> Table:
    settings = product(domain, repeat=len(given))
    rows: dict[Value, Row] = {setting: _positive(len(domain), rng) for setting in settings}
    return Table(given, rows, values=domain)


def _positive(size: int, rng: np.random.Generator) -> Row:
    """A random law without zeros: ``size`` pieces of a stick that is cut at random marks."""
    marks = GRAIN * (size - 1)
    cuts = np.sort(rng.choice(np.arange(1, marks), size=size - 1, replace=False))
    pieces = np.diff(cuts, prepend=0, append=marks)
    return tuple(Fraction(int(piece), marks) for piece in pieces)
