"""Which laws P(y | do(x), w) are equal by the three rules: one normal form a class.

Yvernes, Devijver, Clausel & Gaussier (2026), "Derivation graphs".  Turning observations into
actions (rule 2) and inserting actions (rule 3), greedily and in any order, ends in one law, the top
of the class: two laws are equal by the rules exactly when their tops are.  That the top is unique,
and that rule 1 adds nothing, rests on brute force over all laws of thousands of small graphs; part
of that is run again by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.calculus.bridge import bridge
from causal.calculus.derivation import Derivation
from causal.errors import QueryError
from causal.expression import P, Symbols
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import mutilated_ancestors, reachable
from causal.query import Query, posed
from causal.variables import Symbol

__all__ = [
    "NotDerivable",
    "Sides",
    "a_law",
    "act",
    "idle",
    "insert",
    "named",
    "prove",
    "see",
    "sides",
    "top",
]

Sides = tuple[int, int]  # what is set, and what is seen


@dataclass(frozen=True)
class NotDerivable:
    """No sequence of rules leads from one law to the other: their classes have different tops.

    The tops are given without actions that lead to nothing.
    """

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

    Raises QuerySyntaxError, UnknownVariableError, or QueryError for different outcomes or values.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(prove(graph, "P(Y | do(X), Z)", "P(Y | X, Z)"))
    P(Y | do(X), Z)
      = P(Y | X, Z)   [rule 2: Y ⊥ X | Z without edges out of X]
    >>> print(prove(graph, "P(Y | do(X))", "P(Y | X)").top_of_other)
    P(Y | X)
    """
    first, second = posed(graph, one), posed(graph, other)
    if first.values != second.values:
        raise QueryError(f"{first} and {second} are at different values; leave them open")
    start, end = a_law(graph, first), a_law(graph, second)
    if start.of != end.of:
        raise QueryError(f"{start} and {end} speak of different outcomes; the rules keep them")
    path = bridge(graph, start, end)
    if path is None:
        return NotDerivable(start, end, _lean(graph, start), _lean(graph, end))
    return Derivation(start, path, end)


def a_law(graph: ADMG, query: Query | str) -> P:
    """The law that a query asks for."""
    query = posed(graph, query)
    return P.of_names(query.outcomes, query.conditions, query.actions)


def top(graph: ADMG, law: P) -> P:
    """The normal form of a law: as many actions and as few observations as the rules allow.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(top(graph, P.of_names("Y", "XZ")))
    P(Y | do(X, Z))
    """
    y, (x, w) = sides(graph, law)
    moving = True
    while moving:
        moving = False
        x |= idle(graph, y, x, w)
        for v in bits(graph.everything & ~(y | x)):
            here = 1 << v
            rest = w & ~here
            if (act if w & here else insert)(graph, y, x, rest, here):
                x, w, moving = x | here, rest, True
    return named(graph, law.of, (x, w))


def _lean(graph: ADMG, law: P) -> P:
    """The top without what is idle there: as good a normal form, and shorter in a large graph."""
    y, (x, w) = sides(graph, top(graph, law))
    return named(graph, law.of, (x & ~idle(graph, y, x, w), w))


def idle(graph: ADMG, y: int, x: int, w: int) -> int:
    """What leads neither to the outcomes nor to what is seen, except through actions.

    All of it may be set, or not, at once (rule 3): whatever is set there is cut off from above, and
    has nothing of interest below.
    """
    return graph.everything & ~(y | w | mutilated_ancestors(graph, y | w, cut_in=x))


def see(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 1 for one observation, in or out."""
    x = _near(graph, y | w | z, x)
    return not reachable(graph, z, given=x | w, cut_in=x, until=y) & y


def act(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 2 for one variable, seen or set."""
    x = _near(graph, y | w | z, x)
    return not reachable(graph, z, given=x | w, cut_in=x, cut_out=z, until=y) & y


def insert(graph: ADMG, y: int, x: int, w: int, z: int) -> bool:
    """Rule 3 for one action, in or out."""
    x = _near(graph, y | w | z, x)
    cut = x | z & ~mutilated_ancestors(graph, w, cut_in=x)
    return not reachable(graph, z, given=x | w, cut_in=cut, until=y) & y


_FEW = 64  # actions, below which nothing is gained by leaving some out


def _near(graph: ADMG, to: int, x: int) -> int:
    """The actions that lead to some vertices: the others, cut off from above, are on no way."""
    return x if x.bit_count() < _FEW else x & mutilated_ancestors(graph, to, cut_in=x)


def sides(graph: ADMG, law: P) -> tuple[int, Sides]:
    """The outcomes of a law, what it sets, and what it sees."""
    y, x, w = (graph.mask(s.variable for s in part) for part in (law.of, law.do, law.given))
    return y, (x, w)


def named(graph: ADMG, of: Symbols, law: Sides) -> P:
    """The law of some outcomes with these actions and observations."""
    x, w = (frozenset(Symbol(graph.nodes[v]) for v in bits(part)) for part in law)
    return P(of, w, x)
