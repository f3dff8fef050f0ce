"""Pearl's three rules, exactly as he states them: each application is a step or an open path.

Pearl (1995), theorem 3; Pearl (2009), theorem 3.4.1.  For disjoint sets X, Y, Z, W:

    rule 1   P(y | do(x), z, w) = P(y | do(x), w)          if Y is separated from Z given X, W
             in the graph without edges into X
    rule 2   P(y | do(x), do(z), w) = P(y | do(x), z, w)   if Y is separated from Z given X, W
             in the graph without edges into X and out of Z
    rule 3   P(y | do(x), do(z), w) = P(y | do(x), w)      if Y is separated from Z given X, W
             in the graph without edges into X and into Z(W), the part of Z that is no ancestor
             of W in the graph without edges into X
"""

from __future__ import annotations

from collections.abc import Iterable

from causal.calculus.step import Separation, Step
from causal.errors import QueryError
from causal.expression import P, Symbols
from causal.graph import ADMG, OpenPath
from causal.graph.separation import mutilated_ancestors, open_route, reachable
from causal.variables import Names, Symbol, listed, variables

__all__ = ["rule_1", "rule_2", "rule_3"]


def rule_1(graph: ADMG, law: P, *, insert: Names = (), delete: Names = ()) -> Step | OpenPath:
    """Insert or delete observations.

    >>> graph = ADMG.parse("Z -> X -> Y")
    >>> print(rule_1(graph, P.of_names("Y", "ZX"), delete="Z"))
    P(Y | X, Z) = P(Y | X)   [rule 1: Y ⊥ Z | X]
    """
    (more, less), moved = _one_way(law, law.given, insert, delete)
    x, w = _mask(graph, law.do), _mask(graph, less)
    after = P(law.of, more if insert else less, law.do)
    return _licensed(graph, "rule 1", law, after, moved, given=x | w, cut_in=x)


def rule_2(graph: ADMG, law: P, *, act: Names = (), observe: Names = ()) -> Step | OpenPath:
    """Turn observations into actions (``act``), or actions into observations (``observe``).

    >>> graph = ADMG.parse("X -> Y; Z -> X; Z -> Y")
    >>> print(rule_2(graph, P.of_names("Y", "Z", do="X"), observe="X"))
    P(Y | do(X), Z) = P(Y | X, Z)   [rule 2: Y ⊥ X | Z without edges out of X]
    >>> print(rule_2(graph, P.of_names("Y", do="X"), observe="X"))
    Y <- Z -> X
    """
    moved = _taken(law, law.given if act else law.do, act, observe)
    given, do = law.given - moved, law.do - moved
    after = P(law.of, given, do | moved) if act else P(law.of, given | moved, do)
    x, z, w = (_mask(graph, part) for part in (do, moved, given))
    return _licensed(graph, "rule 2", law, after, moved, given=x | w, cut_in=x, cut_out=z)


def rule_3(graph: ADMG, law: P, *, insert: Names = (), delete: Names = ()) -> Step | OpenPath:
    """Insert or delete actions.

    >>> graph = ADMG.parse("X -> Y; X <-> Y")
    >>> print(rule_3(graph, P.of_names("X", do="Y"), delete="Y"))
    P(X | do(Y)) = P(X)   [rule 3: X ⊥ Y without edges into Y]
    """
    (more, less), moved = _one_way(law, law.do, insert, delete)
    x, w, z = _mask(graph, less), _mask(graph, law.given), _mask(graph, moved)
    after = P(law.of, law.given, more if insert else less)
    cut = x | z & ~mutilated_ancestors(graph, w, cut_in=x)
    return _licensed(graph, "rule 3", law, after, moved, given=x | w, cut_in=cut)


def _licensed(
    graph: ADMG,
    rule: str,
    before: P,
    after: P,
    moved: Symbols,
    *,
    given: int,
    cut_in: int,
    cut_out: int = 0,
) -> Step | OpenPath:
    """The step, if its separation holds; else the path that is open."""
    y, z = _mask(graph, before.of), _mask(graph, moved)
    if reachable(graph, y, given=given, cut_in=cut_in, cut_out=cut_out, until=z) & z:
        route = open_route(graph, y, z, given=given, cut_in=cut_in, cut_out=cut_out)
        if route is None:
            raise AssertionError(f"{rule}: two searches disagree on {before}")
        return graph.path(route, given=given, cut_in=cut_in, cut_out=cut_out)
    named = graph.named
    separation = Separation(named(y), named(z), named(given), named(cut_in), named(cut_out))
    return Step(rule, before, after, separation)


def _one_way(
    law: P, part: Symbols, insert: Names, delete: Names
) -> tuple[tuple[Symbols, Symbols], Symbols]:
    """The larger and the smaller of the two sets of conditions, and their difference."""
    if insert and delete:
        raise QueryError("one step either inserts or deletes; apply the rule twice to do both")
    if not insert:
        moved = _taken(law, part, delete, ())
        return (part, part - moved), moved
    moved = frozenset(map(Symbol, variables(insert)))
    if already := moved & law.free:
        raise QueryError(f"{_names(already)} cannot be inserted: {law} has it already")
    return (part | moved, part), moved


def _taken(law: P, part: Symbols, one: Names, other: Names) -> Symbols:
    wanted = variables(one) | variables(other)
    found = frozenset(s for s in part if s.variable in wanted)
    if missing := wanted - {s.variable for s in found}:
        raise QueryError(f"{listed(missing)} cannot be moved: it does not stand there in {law}")
    return found


def _names(symbols: Iterable[Symbol]) -> str:
    return listed(s.variable for s in symbols)


def _mask(graph: ADMG, symbols: Symbols) -> int:
    return graph.mask(s.variable for s in symbols)
