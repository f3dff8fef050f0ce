"""Two models that agree on experiments and not on a query: every kind of unit, one after the other.

Both have the same functions; a unit is a state of all noises, and how likely it is differs.  Noise
is shared by variables that ``<->`` joins, each with each.  A unit is seen as a row of values where
each variable answers so when its causes have their values; under an intervention, where those do
that are not set.  So for each row the units go by which variables answer so, and experiments agree
when these sums do.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any, NamedTuple, TypeAlias

from causal.checker.models import fraction
from causal.checker.plain import Json, TooLargeError, fields, items, reached, require
from causal.checker.reading import Symbol
from causal.checker.separation import Causes, Vertex
from causal.checker.worlds import Query, World, closed, mentioned, what_is

LARGEST = 2**18  # units times rows of values

State: TypeAlias = Mapping[Vertex, int]  # of all noises, or of all variables, by place
Units: TypeAlias = Sequence[tuple[State, Fraction, Fraction]]  # and how likely, in either model


class Models(NamedTuple):
    """What two models have in common, and their laws of each noise."""

    noise: dict[Vertex, Sequence[tuple[Fraction, Fraction]]]
    reads: dict[Vertex, Sequence[Vertex]]
    values: dict[Vertex, Sequence[str]]
    answers: dict[Vertex, Mapping[tuple[int, ...], int]]

    def units(self, noises: Iterable[Vertex]) -> Units:
        """Every state of some noises."""
        found: Units = [({}, Fraction(1), Fraction(1))]
        for u in noises:
            law = [(n, *both) for n, both in enumerate(self.noise[u])]
            require(len(found) * len(law) <= LARGEST, "too many units", TooLargeError)
            found = [({**at, u: n}, p * a, q * b) for at, p, q in found for n, a, b in law]
        return found

    def noises(self, variables: Iterable[Vertex]) -> set[Vertex]:
        """The noises that some variables read."""
        return {u for v in variables for u in self.reads[v] if isinstance(u, frozenset)}

    def beside(self, v: Vertex) -> set[Vertex]:
        """The variables that read a noise that this one reads."""
        return {u for u in self.reads if self.noises([u]) & self.noises([v])}


def apart(causes: Causes, query: Query, stated: Json, regimes: Sequence[Set[str]] | None) -> str:
    """Two models that agree on some regimes, or on all experiments, and not on a query.

    Variables that share no noise, at one remove or more, answer independently of each other.
    """
    at, noise, functions, values = fields(stated, "at", "noise", "functions", "values")
    models = _stated(causes, noise, functions)
    left, positive = set(models.values), True
    while left:
        part = reached([min(left)], models.beside)
        left -= part
        positive &= _agreed(models, part, regimes)
    units = models.units(models.noises(models.values))
    answers = _answers(models, closed(query, _placing(models, query, at)), units)
    differ = answers[0] != answers[1] and values == [*map(str, answers)]
    require(differ, "these are not two answers")
    equal = "equal and positive" if positive else "equal"
    where = "under all experiments" if regimes is None else "in these regimes"
    told = f" at {at}" if at else ""
    return f"two models: {equal} {where}, and the answers are {' and '.join(values)}{told}"


def _agreed(models: Models, part: Set[Vertex], regimes: Sequence[Set[str]] | None) -> bool:
    """Whether what some variables do has no zeros; experiments must agree on it."""
    whole = {*part}.union(*(models.reads[v] for v in part))
    around = sorted(u for u in whole if isinstance(u, str))
    sizes = [len(models.values[v]) for v in around]
    units, positive = models.units(models.noises(part)), True
    require(len(units) * prod(sizes) <= LARGEST, "the models are too large", TooLargeError)
    moved = [(unit, one - other) for unit, one, other in units if one != other]
    for row in product(*map(range, sizes)):
        cell: State = dict(zip(around, row, strict=True))
        positive &= any(_stays(models, part, unit, cell) == part for unit, *_ in units)
        sums = defaultdict[Set[Vertex], Fraction](Fraction)
        for unit, more in moved:
            sums[_stays(models, part, unit, cell)] += more
        found = [sum(p for stays, p in sums.items() if stays | z >= part) for z in regimes or ()]
        require(not any(sums.values() if regimes is None else found), "the experiments differ")
    return positive


def _stated(causes: Causes, noise: Json, functions: Json) -> Models:
    """The models as a certificate states them; the graph must have all that they read."""
    models = Models({}, {}, {}, {})
    for law in items(noise, dict):
        of, *both = fields(law, "of", "one", "other")
        members = frozenset(items(of, str))
        pairs = map(frozenset, combinations(members, 2))
        joined = all(pair in causes.get(min(pair), ()) for pair in pairs)
        fits = joined and members and members <= causes.keys() and members not in models.noise
        require(fits, f"no hidden causes join {of!r:.60}")
        one, other = ([*map(fraction, items(each, str))] for each in both)
        true = sum(one) == sum(other) == 1 and min(one + other) > 0
        require(true, f"these are no laws of the noise of {of!r:.60}")
        models.noise[members] = [*zip(one, other, strict=True)]
    for function in items(functions, dict):
        of, read, texts, places = fields(function, "of", "reads", "values", "is")
        (v,), listed = items([of], str), items(read, str, list)
        reads = [u if isinstance(u, str) else frozenset(items(u, str)) for u in listed]
        fits = v in causes and v not in models.values and len({*reads}) == len(reads)
        for u in reads:
            hidden = isinstance(u, frozenset)
            fits &= v in u if hidden else u in causes.get(v, ())
            fits &= u in (models.noise if hidden else models.values)
        require(fits, f"the function of {v!r:.60} is not one of the graph, causes first")
        sizes = (range(len(models.noise.get(u) or models.values[u])) for u in reads)
        rows = dict(zip(product(*sizes), items(places, int), strict=True))
        true = len({*items(texts, str)}) == len(texts) and {*rows.values()} <= {*range(len(texts))}
        require(true, f"{v!r:.60} has no such values")
        models.reads[v], models.values[v], models.answers[v] = reads, texts, rows
    return models


def _placing(models: Models, query: Query, at: Json) -> Callable[[Symbol], int]:
    """The place of each value among those of its variable; open ones have those ``at`` which."""
    known = mentioned(query)
    open_ = {s: s.name + "'" * s.primes for s in known if not s.value}
    texts = dict(zip(open_, items(fields(at, *open_.values()), str), strict=True))
    texts |= {s: s.value for s in known if s.value}
    for s, text in texts.items():
        there = text in models.values.get(s.name, ())
        require(there, f"the models have no {s.name!r:.60} that is {text!r:.60}")
    return lambda s: models.values[s.name].index(texts[s])


def _stays(models: Models, part: Set[Vertex], unit: State, cell: State) -> Set[Vertex]:
    """Those that are in a unit what they are in a cell, when their causes are so."""
    at = {**cell, **unit}
    rows = {v: tuple(at[u] for u in models.reads[v]) for v in part}
    return frozenset(v for v, row in rows.items() if models.answers[v][row] == cell[v])


def _answers(models: Models, query: Query, units: Units) -> list[Fraction]:
    """What the query is in either model, as what happens in each unit is known."""
    outcome, given = query
    above, below = [Fraction(0)] * 2, [Fraction(0)] * 2

    def holds(unit: State, v: str, world: World, place: int) -> bool:
        def respond(u: Any, row: tuple[int, ...]) -> int:
            return models.answers[u][row] if isinstance(u, str) else unit[u]

        return bool(what_is(v, world, lambda u: models.reads.get(u, ()), respond) == place)

    for unit, *both in units:
        if all(holds(unit, *event) for event in given):
            below = [whole + p for whole, p in zip(below, both, strict=True)]
            if all(holds(unit, *event) for event in outcome):
                above = [part + p for part, p in zip(above, both, strict=True)]
    require(0 not in below, "a model excludes what is given")
    return [part / whole for part, whole in zip(above, below, strict=True)]
