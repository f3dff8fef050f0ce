"""Which laws P(y | do(x), w) are equal by the three rules: one normal form a class.

Yvernes, Devijver, Clausel & Gaussier (2026), "Derivation graphs".  Turning observations into
actions (rule 2) and inserting actions (rule 3), greedily and in any order, ends in one law, the top
of the class: two laws are equal by the rules exactly when their tops are.  That the top is unique,
and that rule 1 adds nothing, rests on brute force over all laws of thousands of small graphs; part
of that is run again by the tests.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from causal.calculus.bridge import bridge
from causal.calculus.derivation import Derivation
from causal.errors import QueryError
from causal.expression import P, Symbols
from causal.graph import ADMG, a_graph
from causal.graph.bits import bits
from causal.graph.separation import mutilated_ancestors, reachable
from causal.query import Query
from causal.variables import Names, Symbol

__all__ = ["NotDerivable", "equivalents", "prove", "top"]

Sides = tuple[int, int]  # what is set, and what is seen


@dataclass(frozen=True)
class NotDerivable:
    """No sequence of rules leads from one law to the other: their classes have different tops."""

    one: P
    other: P
    top_of_one: P
    top_of_other: P

    def __str__(self) -> str:
        return (
            f"{self.one} = {self.other} does not follow from the graph by the do-calculus: "
            f"the first is {self.top_of_one} at most, the second {self.top_of_other}"
        )


def prove(graph: ADMG, one: Query | str, other: Query | str) -> Derivation | NotDerivable:
    """Decide whether two laws are equal by the rules, with the steps or the two tops.

    Raises QuerySyntaxError, UnknownVariableError, or QueryError for different outcomes.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(prove(graph, "P(Y | do(X), Z)", "P(Y | X, Z)"))
    P(Y | do(X), Z)
      = P(Y | X, Z)   [rule 2: Y ⊥ X | Z without edges out of X]
    >>> print(prove(graph, "P(Y | do(X))", "P(Y | X)").top_of_other)
    P(Y | X)
    """
    start, end = _law(graph, one), _law(graph, other)
    if start.of != end.of:
        raise QueryError(f"{start} and {end} speak of different outcomes; the rules keep them")
    path = bridge(graph, start, end)
    if path is None:
        return NotDerivable(start, end, top(graph, start), top(graph, end))
    return Derivation(start, path, end)


def _law(graph: ADMG, query: Query | str) -> P:
    query = Query.parse(query) if isinstance(query, str) else query
    a_graph(graph).require(query.variables)
    return P.of_names(query.outcomes, query.conditions, query.actions)


def top(graph: ADMG, law: P) -> P:
    """The normal form of a law: as many actions and as few observations as the rules allow.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(top(graph, P.of_names("Y", "XZ")))
    P(Y | do(X, Z))
    """
    y = _mask(graph, law.of)
    x, w = _mask(graph, law.do), _mask(graph, law.given)
    moving = True
    while moving:
        moving = False
        for v in bits(graph.everything & ~(y | x)):
            here = 1 << v
            rest = w & ~here
            if (_act if w & here else _insert)(graph, y, x, rest, here):
                x, w, moving = x | here, rest, True
    return _named(graph, law.of, (x, w))


def equivalents(
    graph: ADMG, query: Query | str, *, measured: Names | None = None, settable: Names | None = None
) -> Iterator[P]:
    """Every law equal to a query by the rules, starting there and preferring few actions.

    ``measured`` keeps those that observe nothing else, ``settable`` those that set nothing else;
    with ``settable=()`` what remains is observational.  The time between two steps of the walk is
    polynomial; the number of laws may not be, so take as many as you need.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> for law in equivalents(graph, "P(Y | do(X), Z)"):
    ...     print(law)
    P(Y | do(X), Z)
    P(Y | X, Z)
    P(Y | do(Z), X)
    P(Y | do(X, Z))
    >>> print(*equivalents(graph, "P(Y | do(X), Z)", settable=()))
    P(Y | X, Z)
    """
    law = _law(graph, query)
    may_see = graph.everything if measured is None else graph.mask(measured)
    may_set = graph.everything if settable is None else graph.mask(settable)
    y = _mask(graph, law.of)
    start = (_mask(graph, law.do), _mask(graph, law.given))
    seen = {start}
    waiting = [(_rank(start), start)]
    while waiting:
        _, sides = heapq.heappop(waiting)
        if not (sides[0] & ~may_set or sides[1] & ~may_see):
            yield _named(graph, law.of, sides)
        for neighbour in _moves(graph, y, sides):
            if neighbour not in seen:
                seen.add(neighbour)
                heapq.heappush(waiting, (_rank(neighbour), neighbour))


def _rank(sides: Sides) -> tuple[int, int]:
    x, w = sides
    return x.bit_count(), w.bit_count()


def _moves(graph: ADMG, y: int, sides: Sides) -> Iterator[Sides]:
    """What one application of a rule to one variable leads to."""
    x, w = sides
    for v in bits(graph.everything & ~y):
        here = 1 << v
        if x & here:
            without = x & ~here
            if _insert(graph, y, without, w, here):
                yield without, w
            if _act(graph, y, without, w, here):
                yield without, w | here
        elif w & here:
            rest = w & ~here
            if _act(graph, y, x, rest, here):
                yield x | here, rest
            if _see(graph, y, x, rest, here):
                yield x, rest
        else:
            if _insert(graph, y, x, w, here):
                yield x | here, w
            if _see(graph, y, x, w, here):
                yield x, w | here


def _see(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 1 for one observation, in or out."""
    return not reachable(graph, z, given=x | w, cut_in=x, until=y) & y


def _act(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 2 for one variable, seen or set."""
    return not reachable(graph, z, given=x | w, cut_in=x, cut_out=z, until=y) & y


def _insert(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 3 for one action, in or out."""
    cut = x | z & ~mutilated_ancestors(graph, w, cut_in=x)
    return not reachable(graph, z, given=x | w, cut_in=cut, until=y) & y


def _mask(graph: ADMG, symbols: Symbols) -> int:
    return graph.mask(s.variable for s in symbols)


def _named(graph: ADMG, of: Symbols, sides: Sides) -> P:
    x, w = (frozenset(Symbol(graph.nodes[v]) for v in bits(part)) for part in sides)
    return P(of, w, x)
