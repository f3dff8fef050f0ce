"""A counterfactual query on its worlds: which copies have which values, seen and asked about.

Values stay apart from names: a value that the query writes is a constant, one that it leaves open a
symbol, x or x'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from causal.errors import ImpossibleEvidenceError, QueryError
from causal.expression import Symbols
from causal.graph import ADMG
from causal.graph.parallel import (
    Contradiction,
    Merged,
    Potential,
    Setting,
    Source,
    WorldGraph,
    merged,
)
from causal.query import Assignment, Query, Term, posed
from causal.variables import Symbol, Variable, quoted

__all__ = ["Asked", "asked", "parallel_worlds", "potential", "valued"]


@dataclass(frozen=True)
class Asked:
    """The worlds of a query, merged by what is seen, and by what is seen and asked about.

    ``outcome`` and ``given`` are values of copies; ``joint`` is None when the outcome is
    impossible.
    """

    worlds: WorldGraph
    outcome: Mapping[int, Symbol]
    given: Mapping[int, Symbol]
    seen: Merged
    joint: Merged | None

    @property
    def open(self) -> Symbols:
        """The values that the query leaves open."""
        set_to = (
            read for copy in self.worlds.copies for read in copy.reads if isinstance(read, Symbol)
        )
        values = (*self.outcome.values(), *self.given.values(), *set_to)
        return frozenset(symbol for symbol in values if symbol.value is None)


def asked(graph: ADMG, query: Query) -> Asked:
    """A query on its worlds.

    Raises UnknownVariableError, QueryError where the answer would depend on values that are left
    open, and ImpossibleEvidenceError where what is given cannot be.

    >>> found = asked(ADMG.parse("X -> Y; X <-> Y"), Query.parse("P(Y[X=1]=1 | X=0)"))
    >>> found.worlds.labels, {number: str(value) for number, value in found.given.items()}
    (('Y[X=1]', 'X'), {1: 'X=0'})
    """
    values = valued(query)
    potentials = {term: potential(term) for term in (*query.outcome, *query.given)}
    worlds = WorldGraph.of(graph, potentials.values())
    places = {term: worlds.asked[where] for term, where in potentials.items()}
    given = _events(query.given, places, values)
    seen = given if isinstance(given, Contradiction) else merged(worlds, given)
    if isinstance(seen, Contradiction) or isinstance(given, Contradiction):
        evidence = ", ".join(map(str, query.given))
        raise ImpossibleEvidenceError(evidence, "every model of the graph")
    outcome = _events(query.outcome, places, values)
    if isinstance(outcome, Contradiction) or _at_odds(outcome, given):
        return Asked(worlds, {}, given, seen, joint=None)
    joint = merged(worlds, {**given, **outcome})
    if isinstance(joint, Contradiction):
        _require_certain(joint)
        return Asked(worlds, outcome, given, seen, joint=None)
    return Asked(worlds, outcome, given, seen, joint)


def parallel_worlds(graph: ADMG, query: Query | str) -> WorldGraph:
    """The worlds of a query as one graph, merged by the values that the query has.

    Raises QuerySyntaxError, UnknownVariableError, QueryError or ImpossibleEvidenceError.

    >>> graph = ADMG.parse("X -> W -> Y <- Z <- D; X <-> Y")
    >>> print(parallel_worlds(graph, "P(Y[X=1]=1 | X=0, Z[D=0]=0, D=0)"))
    D -> Z; "W[X=1]" -> "Y[X=1]"; Z -> "Y[X=1]"; X <-> "Y[X=1]"
    """
    found = asked(graph, posed(graph, query))
    return found.worlds if found.joint is None else found.joint.worlds


def potential(term: Term) -> Potential:
    """The potential outcome that a term of a query names; its value is another matter.

    >>> print(potential(Query.parse("P(Y[X=1, M=M[X=0]]=1)").outcome[0]))
    Y[X=1, M=M[X=0]]
    """
    return Potential(term.variable, tuple(map(_setting, term.under)))


def _setting(assignment: Assignment) -> Setting:
    variable, value = assignment.variable, assignment.value
    to = potential(value) if isinstance(value, Term) else Symbol(variable, value=value)
    return Setting(variable, to, assignment.reader)


def valued(query: Query) -> dict[Term, Symbol]:
    """The value of each term: a constant, or a symbol of its own.

    >>> [str(s) for s in valued(Query.parse("P(Y[X=1], Y[X=0] | Z=2)")).values()]
    ['Y', "Y'", 'Z=2']
    """
    set_open = {a.variable for term in (*query.outcome, *query.given) for a in _left_open(term)}
    values: dict[Term, Symbol] = {}
    marks: dict[Variable, int] = {}
    for term in (*query.outcome, *query.given):
        if term in values:
            continue
        if term.value is not None:
            values[term] = Symbol(term.variable, value=term.value)
            continue
        if term.variable in set_open:
            name = quoted(term.variable)
            raise QueryError(
                f"{query} leaves {name} open where it is set and where it is asked about; "
                f"write the values, such as {name}=1"
            )
        mark = marks[term.variable] = marks.get(term.variable, -1) + 1
        values[term] = Symbol(term.variable, mark)
    return values


def _left_open(term: Term) -> Iterable[Assignment]:
    for assignment in term.under:
        if assignment.value is None:
            yield assignment
        elif isinstance(assignment.value, Term):
            yield from _left_open(assignment.value)


def _events(
    terms: Iterable[Term], places: Mapping[Term, Source], values: Mapping[Term, Symbol]
) -> dict[int, Symbol] | Contradiction:
    """The values of copies; what is set to the value it is asked to have is no event at all."""
    events: dict[int, Symbol] = {}
    for term in terms:
        place, value = places[term], values[term]
        found = place if isinstance(place, Symbol) else events.setdefault(place, value)
        if found != value:
            against = Contradiction(potential(term), (found, value))
            _require_certain(against)
            return against
    return events


def _at_odds(outcome: Mapping[int, Symbol], given: Mapping[int, Symbol]) -> bool:
    return any(number in given and given[number] != outcome[number] for number in outcome)


def _require_certain(found: Contradiction) -> None:
    if not found.certain:
        one, other = found.values
        raise QueryError(
            f"{found.name} stands for {one} and for {other}, which are one variable here; "
            "give them values, or ask about one of them"
        )
