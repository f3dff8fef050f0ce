"""From one law P(y | do(x), w) to another by the three rules: a handful of steps, no search.

Yvernes, Devijver, Clausel & Gaussier (2026), "Derivation graphs": two such laws are equal by the
rules exactly when four separations hold, and then they meet in P(y | do(t), w0), where w0 is what
both observe and t everything else that either mentions.  The short way, each kind of move at most
once, is tried before the way over the meeting point.
"""

from __future__ import annotations

from collections.abc import Callable

from causal.calculus.rules import rule_1, rule_2, rule_3
from causal.calculus.step import Step
from causal.expression import P, Symbols
from causal.graph import ADMG, OpenPath

__all__ = ["bridge"]

Move = Callable[[P], Step | OpenPath]


def bridge(graph: ADMG, start: P, end: P) -> tuple[Step, ...] | None:
    """The steps from one law to another of the same outcomes; None when the rules do not join them.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> for step in bridge(graph, P.of_names("Y", "Z", do="X"), P.of_names("Y", do="Z")):
    ...     print(step)
    P(Y | do(X), Z) = P(Y | do(X, Z))   [rule 2: Y ⊥ Z | X without edges into X or out of Z]
    P(Y | do(X, Z)) = P(Y | do(Z))   [rule 3: Y ⊥ X | Z without edges into X and Z]
    """
    if start == end:
        return ()
    if start.of != end.of:
        return None
    return _short(graph, start, end) or _over_the_top(graph, start, end)


def _short(graph: ADMG, start: P, end: P) -> tuple[Step, ...] | None:
    """Every difference removed by one move, in whatever order the separations allow."""
    pending = _moves(graph, start, end)
    steps: list[Step] = []
    law = start
    while pending:
        for i, move in enumerate(pending):
            step = move(law)
            if isinstance(step, Step) and isinstance(step.after, P):
                steps.append(step)
                law = step.after
                del pending[i]
                break
        else:
            return None
    return tuple(steps)


def _moves(graph: ADMG, start: P, end: P) -> list[Move]:
    before, after = start.given | start.do, end.given | end.do
    unseen, seen = _names(start.given - after), _names(end.given - before)
    unset, set_ = _names(start.do - after), _names(end.do - before)
    acted, observed = _names(start.given & end.do), _names(start.do & end.given)
    moves: list[tuple[list[str], Move]] = [
        (unseen, lambda law: rule_1(graph, law, delete=unseen)),
        (unset, lambda law: rule_3(graph, law, delete=unset)),
        (observed, lambda law: rule_2(graph, law, observe=observed)),
        (acted, lambda law: rule_2(graph, law, act=acted)),
        (set_, lambda law: rule_3(graph, law, insert=set_)),
        (seen, lambda law: rule_1(graph, law, insert=seen)),
    ]
    return [move for names, move in moves if names]


def _over_the_top(graph: ADMG, start: P, end: P) -> tuple[Step, ...] | None:
    """Both laws climb to P(y | do(t), w0); the second climb is read backwards."""
    shared = start.given & end.given
    acted = (start.given | start.do | end.given | end.do) - shared
    top = P(start.of, shared, acted)
    climbs = []
    for law in (start, end):
        climb = _climb(graph, law, top)
        if climb is None:
            return None
        climbs.append(climb)
    up, down = climbs
    back = [Step(s.rule, s.after, s.before, s.separation) for s in reversed(down)]
    return (*up, *back)


def _climb(graph: ADMG, law: P, top: P) -> list[Step] | None:
    """Observations become actions, then the missing actions are inserted."""
    acted = _names(law.given - top.given)
    inserted = _names(top.do - law.do - law.given)
    moves: list[tuple[list[str], Move]] = [
        (acted, lambda law: rule_2(graph, law, act=acted)),
        (inserted, lambda law: rule_3(graph, law, insert=inserted)),
    ]
    steps: list[Step] = []
    for names, move in moves:
        if not names:
            continue
        step = move(law)
        if isinstance(step, OpenPath) or not isinstance(step.after, P):
            return None
        steps.append(step)
        law = step.after
    return steps


def _names(symbols: Symbols) -> list[str]:
    return [s.variable for s in symbols]
