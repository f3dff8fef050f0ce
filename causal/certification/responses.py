"""Every model of a small graph at once: which function each variable is of its causes.

Balke & Pearl (1994).  Each clique of ``<->`` has a noise, which says of each member how it answers;
to a member of several cliques each noise contributes a digit, and what they have in common decides.
A direction in the law of one noise, along which no experiment moves and a query does, makes two
models that only the query tells apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from itertools import combinations, product
from math import prod
from operator import and_
from typing import TypeAlias

from causal.errors import ModelsTooLargeError
from causal.graph import ADMG
from causal.model import SCM, Noise, Response
from causal.model.mechanism import Value, Values
from causal.query import Assignment, Query, Term
from causal.variables import Variable, Variables, natural

__all__ = ["Regimes", "Responses"]

MOST_UNITS = 20_000  # that differ in how any variable answers
MOST_STATES = 300  # of the noise whose law is varied
DIGIT = 8  # what a noise can contribute to a variable that has several

Weights: TypeAlias = tuple[Fraction, ...]
State: TypeAlias = tuple[int, ...]  # for each noise, which of its states
Part: TypeAlias = tuple[Variable, ...]
Cell: TypeAlias = dict[Variable, Value]
Regimes: TypeAlias = Collection[Variables] | None  # what experiments set; None is all of them


@dataclass(frozen=True)
class Responses:
    """The models of a graph whose variables have the ``domains``; noises are laws of functions."""

    graph: ADMG
    domains: Mapping[Variable, Values]

    def __post_init__(self) -> None:
        """Refuse what nobody could enumerate."""
        if (units := prod(self.sizes)) > MOST_UNITS:
            raise ModelsTooLargeError(f"models of {units} kinds of units are too many to look at")

    @cached_property
    def settings(self) -> dict[Variable, list[Values]]:
        """The values that the parents of each variable can have together."""
        return {
            v: list(product(*(self.domains[p] for p in self._parents(v)))) for v in self.graph.nodes
        }

    @cached_property
    def answers(self) -> dict[Variable, list[dict[Values, Value]]]:
        """The functions of its parents that each variable can be."""
        return {
            v: [
                dict(zip(self.settings[v], values, strict=True))
                for values in product(self.domains[v], repeat=len(self.settings[v]))
            ]
            for v in self.graph.nodes
        }

    @cached_property
    def cliques(self) -> tuple[tuple[Variable, ...], ...]:
        """The largest sets of variables that all share a noise."""
        found = _cliques({v: self.graph.siblings(v) for v in self.graph.nodes})
        return tuple(tuple(sorted(clique, key=natural)) for clique in found)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many states each noise has."""
        return tuple(prod(self._digits(v) for v in clique) for clique in self.cliques)

    @cached_property
    def units(self) -> dict[State, dict[Variable, dict[Values, Value]]]:
        """How every variable answers, in every state of all noises."""
        return {
            state: {v: self._answer(v, state) for v in self.graph.nodes}
            for state in product(*map(range, self.sizes))
        }

    def apart(self, query: Query, regimes: Regimes = None) -> tuple[SCM, SCM] | None:
        """Two models that agree on all experiments, or some, and not on the query, if any do."""
        for varied, size in enumerate(self.sizes):
            if size > MOST_STATES:
                continue
            laws = [_rising(n) for n in self.sizes]
            moves = self._moves(query, laws, varied)
            for step in _still(self._experiments(laws, varied, regimes)):
                if sum(s * m for s, m in zip(step, moves, strict=True)):
                    scale = min(laws[varied]) / max(map(abs, step)) / 2
                    both = [
                        tuple(p + sign * scale * s for p, s in zip(laws[varied], step, strict=True))
                        for sign in (1, -1)
                    ]
                    one, other = (
                        self.model([*laws[:varied], law, *laws[varied + 1 :]]) for law in both
                    )
                    return one, other
        return None

    def model(self, laws: Sequence[Weights]) -> SCM:
        """The model whose noises have these laws."""
        names = [f"U[{','.join(clique)}]" for clique in self.cliques]
        mechanisms = {}
        for v in self.graph.nodes:
            places = [i for i, clique in enumerate(self.cliques) if v in clique]
            table: dict[Value, Value] = {}
            for states in product(*(range(self.sizes[i]) for i in places)):
                state = [0] * len(self.sizes)
                for i, at in zip(places, states, strict=True):
                    state[i] = at
                answer = self._answer(v, tuple(state))
                table |= {_key((*setting, *states)): answer[setting] for setting in answer}
            given = (*self._parents(v), *(names[i] for i in places))
            mechanisms[v] = Response(given, table, values=self.domains[v])
        noise = [Noise(name, law) for name, law in zip(names, laws, strict=True)]
        return SCM(self.graph, mechanisms, noise)

    def _parents(self, v: Variable) -> list[Variable]:
        return sorted(self.graph.parents(v), key=natural)

    def _digits(self, v: Variable) -> int:
        """How many things a noise can say to a variable: one of its functions, or a digit."""
        if sum(v in clique for clique in self.cliques) > 1:
            return DIGIT
        return len(self.answers[v])

    def _answer(self, v: Variable, state: State) -> dict[Values, Value]:
        """How a variable answers, by what the noises of its cliques say."""
        said = []
        for clique, at in zip(self.cliques, state, strict=True):
            if v in clique:
                rest = at
                for member in reversed(clique[clique.index(v) + 1 :]):
                    rest //= self._digits(member)
                said.append(rest % self._digits(v))
        number = said[0] if len(said) == 1 else reduce(and_, said).bit_count()
        return self.answers[v][number % len(self.answers[v])]

    def _moves(self, query: Query, laws: Sequence[Weights], varied: int) -> Weights:
        """The slope of the query in the law of one noise, but for a positive factor."""
        above, below = [Fraction(0)] * self.sizes[varied], [Fraction(0)] * self.sizes[varied]
        for state, unit in self.units.items():
            if all(self._value(term, unit) == term.value for term in query.given):
                weight = _weight(laws, state, but=varied)
                below[state[varied]] += weight
                if all(self._value(term, unit) == term.value for term in query.outcome):
                    above[state[varied]] += weight
        law = laws[varied]
        whole, part = (_mean(law, side) for side in (below, above))
        return tuple(whole * a - part * b for a, b in zip(above, below, strict=True))

    def _experiments(self, laws: Sequence[Weights], varied: int, regimes: Regimes) -> list[Weights]:
        """What each experiment shows of the varied noise's law, as one row of weights a number.

        The law under any intervention is a product over districts; so the varied one is enough.
        """
        [district] = [d for d in self.graph.districts if self.cliques[varied][0] in d]
        beside = [i for i, clique in enumerate(self.cliques) if clique[0] in district]
        near = [laws[i] if i in beside else (Fraction(1),) for i in range(len(laws))]
        states = {
            state: (unit, _weight(near, state, but=varied))
            for state, unit in self.units.items()
            if not any(at for i, at in enumerate(state) if i not in beside)
        }
        rows = set()
        for part, at in self._shown(district, regimes):
            row = [Fraction(0)] * self.sizes[varied]
            wanted = {v: tuple(at[p] for p in self._parents(v)) for v in part}
            for state, (unit, weight) in states.items():
                if all(unit[v][wanted[v]] == at[v] for v in part):
                    row[state[varied]] += weight
            rows.add(tuple(row))
        return sorted(rows)

    def _shown(
        self, district: frozenset[Variable], regimes: Regimes
    ) -> Iterator[tuple[Part, Cell]]:
        """What experiments show of a district: some members, where they and their parents are."""
        for part in _parts(district) if regimes is None else {district - z for z in regimes}:
            around = sorted(part.union(*map(self.graph.parents, part)), key=natural)
            for cell in product(*(self.domains[v] for v in around)):
                yield tuple(sorted(part, key=natural)), dict(zip(around, cell, strict=True))

    def _value(self, term: Term, unit: Mapping[Variable, Mapping[Values, Value]]) -> Value:
        """What a variable is in a world of one unit."""
        world = {a.variable: a for a in term.under if a.reader is None}
        edges = {(a.variable, a.reader): a for a in term.under if a.reader is not None}

        def set_to(assignment: Assignment) -> Value:
            inner = assignment.value
            return self._value(inner, unit) if isinstance(inner, Term) else inner

        def is_(v: Variable) -> Value:
            if v in world:
                return set_to(world[v])
            causes = (set_to(edges[p, v]) if (p, v) in edges else is_(p) for p in self._parents(v))
            return unit[v][tuple(causes)]

        return is_(term.variable)


def _parts(district: frozenset[Variable]) -> Iterator[frozenset[Variable]]:
    """All that is left of a district under one experiment or another."""
    for size in range(1, len(district) + 1):
        yield from map(frozenset, combinations(sorted(district, key=natural), size))


def _weight(laws: Sequence[Weights], state: State, *, but: int) -> Fraction:
    """How likely the other noises are in their states."""
    weights = (law[at] for i, (law, at) in enumerate(zip(laws, state, strict=True)) if i != but)
    return prod(weights, start=Fraction(1))


def _mean(law: Weights, values: Sequence[Fraction]) -> Fraction:
    return sum((p * x for p, x in zip(law, values, strict=True)), start=Fraction(0))


def _rising(n: int) -> Weights:
    """A law in which no two are equal, lest the query stands still by symmetry."""
    return tuple(Fraction(i, n * (n + 1) // 2) for i in range(1, n + 1))


def _key(values: Values) -> Value:
    return values[0] if len(values) == 1 else values


def _cliques(near: Mapping[Variable, frozenset[Variable]]) -> Iterator[frozenset[Variable]]:
    """The largest sets of vertices all of which are neighbours (Bron & Kerbosch 1973)."""
    waiting = [(frozenset[Variable](), frozenset(near), frozenset[Variable]())]
    while waiting:
        clique, more, done = waiting.pop()
        if not more and not done:
            yield clique
        for v in sorted(more, key=natural):
            waiting.append((clique | {v}, more & near[v], done & near[v]))
            more, done = more - {v}, done | {v}


def _still(rows: Sequence[Weights]) -> Iterator[Weights]:
    """A basis of the directions in which no row moves, by elimination in fractions."""
    width = len(rows[0])
    pivots: dict[int, list[Fraction]] = {}
    for row in rows:
        line = list(row)
        for at, pivot in pivots.items():
            if line[at]:
                factor = line[at]
                line = [x - factor * y for x, y in zip(line, pivot, strict=True)]
        first = next((i for i, x in enumerate(line) if x), None)
        if first is None:
            continue
        line = [x / line[first] for x in line]
        for at, pivot in pivots.items():
            factor = pivot[first]
            if factor:
                pivots[at] = [x - factor * y for x, y in zip(pivot, line, strict=True)]
        pivots[first] = line
    for free in (i for i in range(width) if i not in pivots):
        step = [Fraction(0)] * width
        step[free] = Fraction(1)
        for at, pivot in pivots.items():
            step[at] = -pivot[free]
        yield tuple(step)
