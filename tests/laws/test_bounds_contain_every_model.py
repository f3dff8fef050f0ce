"""Every bound contains every model that the law admits: a thousand of them, found by a random walk.

Balke & Pearl (1994): a model of a graph whose districts are cliques is a law of response functions
for each district.  The laws that give the same experiments are the points of a polytope; hit and
run (Smith 1984) walks through it, and what a query is at a point is a sum of products.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from random import Random

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from strategies.counterfactuals import random_query, small_graph
from strategies.responses import Responses

from causal import ADMG, Bounds, Query, bounds, counterfactual
from causal.errors import ImpossibleEvidenceError

IV, BOW, MEDIATED = (
    "Z -> X -> Y; X <-> Y",
    "X -> Y; X <-> Y",
    "X -> M -> Y; X -> Y; M <-> Y",
)


class Compatible:
    """Laws of response functions, one a district, that all give the same regimes."""

    def __init__(self, graph: ADMG, rng: np.random.Generator, *, trials=(), monotone=()) -> None:
        self.responses = Responses(graph, dict.fromkeys(graph.nodes, 2))
        self.graph, self.rng, self.regimes = graph, rng, [frozenset(), *map(frozenset, trials)]
        shape = [prod(len(self.responses.functions[v]) for v in d) for d in self.districts]
        self.kept = [self._rising(d, monotone) for d in self.districts]
        counts = [kept * rng.integers(1, 50, n) for kept, n in zip(self.kept, shape, strict=True)]
        self.first = [
            np.array([Fraction(int(n), int(some.sum())) for n in some]) for some in counts
        ]
        self.laws = [law.astype(float) for law in self.first]
        self.rows = [self.responses.experiments(d, self.regimes) for d in self.districts]

    @property
    def districts(self) -> list[list[str]]:
        return self.responses.districts

    def _rising(self, district: list[str], monotone) -> np.ndarray:
        """Which joint functions of a district never fall along the monotone arrows."""
        types = product(*(self.responses.functions[v] for v in district))
        return np.array([all(self._rises(v, f, monotone) for v, f in zip(district, t, strict=True))
                         for t in types])  # fmt: skip

    def _rises(self, v: str, function: dict, monotone) -> bool:
        parents = self.responses.parents[v]
        causes = [parents.index(cause) for cause, effect in monotone if effect == v]
        lower = ((at, (*at[:i], 0, *at[i + 1 :])) for at in function for i in causes)
        return all(function[at] >= function[below] for at, below in lower)

    def steps(self, count: int):
        """The laws after each step of the walk, all districts at once."""
        free = [null_space(rows[:, kept]) for rows, kept in zip(self.rows, self.kept, strict=True)]
        for _ in range(count):
            for d, basis in enumerate(free):
                if basis.shape[1]:
                    self._step(d, basis)
            yield self.laws

    def _step(self, d: int, basis: np.ndarray) -> None:
        direction = basis @ self.rng.normal(size=basis.shape[1])
        here = self.laws[d][self.kept[d]]
        moving = np.abs(direction) > 1e-12
        reach = -here[moving] / direction[moving]
        low, high = reach[direction[moving] > 0].max(), reach[direction[moving] < 0].min()
        new = np.clip(here + self.rng.uniform(low, high) * direction, 0, None)
        self.laws[d] = np.zeros_like(self.laws[d])
        self.laws[d][self.kept[d]] = new

    def law(self, **do: int) -> pd.Series:
        """P(v | do), where the walk begins, exactly."""
        seen = [v for v in self.graph.nodes if v not in do]
        cells = {}
        for cell in product((0, 1), repeat=len(seen)):
            world = ", ".join(f"{v}={x}" for v, x in do.items())
            at = f"[{world}]" if do else ""
            events = ", ".join(f"{v}{at}={x}" for v, x in zip(seen, cell, strict=True))
            holds = self.responses.holds(Query.parse(f"P({events})").outcome)
            cells[cell] = mean(holds.astype(object) * Fraction(1), self.first)
        index = pd.MultiIndex.from_tuples(list(cells), names=seen)
        return pd.Series(list(cells.values()), index=index, dtype=object)

    def answers(self, query: Query, count: int) -> list[float]:
        """What the models of the walk answer."""
        given = self.responses.holds(query.given)
        both = given & self.responses.holds(query.outcome)
        found = ((mean(both, laws), mean(given, laws)) for laws in self.steps(count))
        return [above / below for above, below in found if below > 1e-6]


def mean(holds: np.ndarray, laws: list[np.ndarray]):
    for law in reversed(laws):
        holds = holds @ law
    return holds[()] if isinstance(holds, np.ndarray) else holds


def within(answers: list[float], found: Bounds) -> bool:
    low, high = map(float, found.interval)
    return all(low - 1e-7 <= answer <= high + 1e-7 for answer in answers)


ASKED = [
    (BOW, "P(Y[X=0]=0 | X=1, Y=1)", (), ()),
    (BOW, "P(Y[X=0]=0 | X=1, Y=1)", ("X",), ()),  # both trial and observations
    (BOW, "P(Y[X=1]=1 | X=0, Y=0)", ("X",), ("X -> Y",)),
    (BOW, "P(Y[X=1]=1, Y[X=0]=0)", ("X",), ()),
    (BOW, "P(Y[X=0]=1 | X=1)", (), ("X -> Y",)),  # the treated
    (BOW, "P(Y[X=1]=1 | Y[X=0]=0)", (), ()),  # a ratio with a free denominator
    (BOW, "P(X=0 | Y[X=0]=0, Y=1)", ("X",), ()),
    (IV, "P(Y=1 | do(X=1))", (), ()),
    (IV, "P(Y[X=0]=0 | X=1, Y=1)", (), ("Z -> X",)),
    (IV, "P(Y[X=1]=1 | X[Z=1]=1, X[Z=0]=0)", (), ()),  # the compliers
    (IV, "P(Y[X=1]=1, Y[X=0]=0 | Z=1)", (), ("X -> Y",)),
    (MEDIATED, "P(Y[X=1, M=M[X=0]]=1)", (), ()),
    (MEDIATED, "P(Y[M=1]=1 | X=0)", (), ()),
    (MEDIATED, "P(Y[X->M=1]=1 | X=0, Y=0)", (), ("X -> M",)),
    (MEDIATED, "P(Y[X=1, M=M[X=0]]=1 | Y=1)", ("X",), ()),
    ("W -> X; W -> Y; X -> Y; X <-> Y", "P(Y[X=0]=0 | X=1, Y=1)", (), ()),
    ("X -> M -> Y; X -> Y", "P(Y[X=0]=0 | X=1, Y=1)", (), ()),  # products of laws: outer bounds
    ("X -> M -> Y; X <-> Y", "P(Y[X=1]=1, Y[X=0]=0)", (), ()),
    ("A -> B -> C; A <-> B; B -> D; C <-> D", "P(D[B=1]=1, C[B=0]=1)", (), ()),
]


@pytest.mark.parametrize(("graph", "query", "trials", "monotone"), ASKED)
def test_a_thousand_compatible_models_lie_within_each_bound(graph, query, trials, monotone):
    known, rng = ADMG.parse(graph), np.random.default_rng(5)
    arrows = [tuple(arrow.split(" -> ")) for arrow in monotone]
    models = Compatible(known, rng, trials=trials, monotone=arrows)
    arms = {f"do({v}={x})": models.law(**{v: x}) for v in trials for x in (0, 1)}
    found = bounds(known, query, models.law(), experiments=arms, monotone=list(monotone))
    assert isinstance(found, Bounds), found
    asked = Query.parse(query)
    if asked.do:  # P(y | do(x)) is what Y would be
        asked = Query.parse("P(Y[X=1]=1)")
    answers = models.answers(asked, 1_000)
    assert len(answers) == 1_000
    assert within(answers, found)
    low, high = found.interval
    assert not found.sharp or max(answers) - min(answers) >= 0.05 * float(high - low)


def random_bounds(seeds: range, count: int) -> tuple[int, int]:
    """How many bounds of random questions were walked through, and how many have both ends met."""
    walked = attained = 0
    for seed in seeds:
        rng = Random(seed)
        graph, numbers = small_graph(rng, 3), np.random.default_rng(seed)
        query = random_query(rng, graph)
        models = Compatible(graph, numbers)
        law = models.law()
        try:
            found = bounds(graph, query, law)
        except ImpossibleEvidenceError:
            continue
        assert isinstance(found, Bounds), f"{query} in {graph}: {found}"
        answers = models.answers(query, count)
        assert within(answers, found), f"{query} in {graph}: {found}"
        walked += bool(answers)
        if found.sharp and not found.engine.startswith("formula"):
            for end, value in zip(
                (found.lower_model, found.upper_model), found.interval, strict=True
            ):
                assert (end.law(*law.index.names) == law).all()
                assert counterfactual(end, query, exact=True).value == value
            attained += 1
    return walked, attained


def test_bounds_of_random_questions_hold_and_are_attained():
    walked, attained = random_bounds(range(60), 100)
    assert walked > 30
    assert attained > 30


@pytest.mark.torture
def test_a_thousand_models_in_each_of_a_thousand_bounds():
    walked, attained = random_bounds(range(1_000, 2_500), 1_000)
    assert walked > 800
    assert attained > 700
