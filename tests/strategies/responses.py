"""Every model of a small graph at once: which function each variable is of its causes.

Balke & Pearl (1994): with hidden common causes of any kind, a model of a finite graph is a law of
response functions, independent between districts (which have to be cliques: in A <-> B <-> C the
noise of A and that of C are independent, and not every law will do).  A query is a function of all
experiments together exactly when it does not move along any direction in which no experiment moves.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from math import prod

import numpy as np

from causal import ADMG
from causal.query import Query, Term

Regimes = Collection[Collection[str]] | None  # what was set in each; None is every experiment


class Responses:
    """The response functions of a graph whose variables have ``sizes`` values each."""

    def __init__(self, graph: ADMG, sizes: dict[str, int]) -> None:
        self.graph, self.sizes = graph, sizes
        self.parents = {v: sorted(graph.parents(v)) for v in graph.nodes}
        self.settings = {
            v: list(itertools.product(*(range(sizes[p]) for p in self.parents[v])))
            for v in graph.nodes
        }
        self.functions = {
            v: [
                dict(zip(self.settings[v], values, strict=True))
                for values in itertools.product(range(sizes[v]), repeat=len(self.settings[v]))
            ]
            for v in graph.nodes
        }
        self.districts = [sorted(district) for district in graph.districts]

    @classmethod
    def of(cls, graph: ADMG, sizes: dict[str, int], most: int) -> Responses | None:
        """The same, unless the units that differ are more than ``most``."""
        units = prod(sizes[v] ** prod(sizes[p] for p in graph.parents(v)) for v in graph.nodes)
        return cls(graph, sizes) if units <= most else None

    def experiments(self, district: list[str], regimes: Regimes = None) -> np.ndarray:
        """One row for each number that some experiment shows of a district's law.

        Of chosen ``regimes`` each shows the law of what it leaves alone.
        """
        types = list(itertools.product(*(self.functions[v] for v in district)))
        around = sorted(set(district).union(*(self.parents[v] for v in district)))
        rows = set()
        if regimes is None:
            sizes = range(1, len(district) + 1)
            parts = [p for size in sizes for p in itertools.combinations(district, size)]
        else:
            parts = [[v for v in district if v not in regime] for regime in regimes]
        for part in parts:
            for cell in itertools.product(*(range(self.sizes[v]) for v in around)):
                at = dict(zip(around, cell, strict=True))
                rows.add(tuple(self._shown(part, district, one, at) for one in types))
        return np.array(sorted(rows), dtype=float)

    def _shown(self, part, district, types, at) -> bool:
        return all(
            types[district.index(v)][tuple(at[p] for p in self.parents[v])] == at[v] for v in part
        )

    def value(self, term: Term, unit: dict[str, dict], at: dict | None = None) -> int:
        """What a variable is in a world of one unit, by plain recursion."""
        world = {a.variable: a for a in term.under if a.reader is None}
        edges = {(a.variable, a.reader): a for a in term.under if a.reader is not None}

        def set_to(assignment):
            if isinstance(assignment.value, Term):
                return self.value(assignment.value, unit)
            return assignment.value

        def is_(v):
            return set_to(world[v]) if v in world else respond(v)

        def respond(v):
            causes = (set_to(edges[p, v]) if (p, v) in edges else is_(p) for p in self.parents[v])
            return unit[v][tuple(causes)]

        return is_(term.variable)

    def holds(self, terms: tuple[Term, ...]) -> np.ndarray:
        """Which units have all events, as an array with one axis a district."""
        shape = [prod(len(self.functions[v]) for v in district) for district in self.districts]
        found = np.zeros(shape, dtype=bool)
        choices = [
            list(itertools.product(*(self.functions[v] for v in district)))
            for district in self.districts
        ]
        for place in np.ndindex(*shape):
            unit = {
                v: response
                for d, district in enumerate(self.districts)
                for v, response in zip(district, choices[d][place[d]], strict=True)
            }
            found[place] = all(self.value(term, unit) == term.value for term in terms)
        return found

    def told_by_experiments(
        self, query: Query, rng: np.random.Generator, regimes: Regimes = None
    ) -> bool | None:
        """Whether experiments together determine a query; None where it is not defined."""
        both, given = self.holds((*query.outcome, *query.given)), self.holds(query.given)
        laws = [rng.dirichlet(np.ones(n)) for n in both.shape]
        above, below = (_mean(array, laws) for array in (both, given))
        if below == 0:
            return None
        for d, district in enumerate(self.districts):
            rows = self.experiments(district, regimes)
            direction = below * _mean(both, laws, but=d) - above * _mean(given, laws, but=d)
            nearest, *_ = np.linalg.lstsq(rows.T, direction, rcond=None)
            if np.abs(rows.T @ nearest - direction).max() > 1e-7:
                return False
        return True


def _mean(array: np.ndarray, laws: list[np.ndarray], but: int = -1) -> np.ndarray:
    """The mean over all axes but one."""
    found = array.astype(float)
    for axis in reversed(range(array.ndim)):
        if axis != but:
            found = np.tensordot(found, laws[axis], axes=(axis, 0))
    return found
