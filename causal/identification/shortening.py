"""A shorter formula for the same number in every model of a graph, each change with its reason.

Probability alone joins P(a | b, c) P(b | c), drops what sums to one and cancels what is equal; a
graph tells more: which conditions make no difference, so that they can go, or come so that two
laws join (Tikka & Karvanen 2017, "Simplifying probabilistic expressions in causal inference").
Best first, within a budget: whatever is found is right, and no claim is made that it is shortest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, count, permutations
from typing import Final, TypeAlias

from causal.calculus import Derivation, Step, rule_1, rule_3
from causal.calculus.bridge import bridge
from causal.expression import (
    Expression,
    P,
    Product,
    Quotient,
    Sum,
    Symbols,
    arranged,
    inward,
    laws,
    replaced,
    simplified,
)
from causal.graph import ADMG, OpenPath
from causal.identification.spelling import names_of, spelled
from causal.query import formula_about

__all__ = ["BUDGET", "simplify"]

BUDGET: Final = 20_000  # laws in all formulas together: about a second of work
SHORT: Final = 12  # laws of a formula whose neighbours are all looked at from the start
PATIENCE: Final = 25  # formulas from which the search went on since the last that was shorter

Way: TypeAlias = tuple[Step, ...]
State: TypeAlias = tuple[Expression, Way]


def simplify(graph: ADMG, formula: Expression | str, *, budget: int = BUDGET) -> Derivation:
    """A derivation that ends in a formula as short as was found, within ``budget``.

    It has no step where nothing can be left out.  Each condition that goes or comes does so by a
    separation in the graph, which its step names.  ``budget`` counts the laws of all formulas that
    are looked at.  Raises TextError for text that is no formula, and UnknownVariableError.

    >>> graph = ADMG.parse("X -> Y; Z -> Y; W -> Z")
    >>> print(simplify(graph, "Σ_{Z} P(Y | X, Z, W) P(Z | W)"))
    Σ_{Z} P(Y | W, X, Z) P(Z | W)
      = Σ_{Z} P(Y | W, X, Z) P(Z | W, X)   [rule 1: Z ⊥ X | W]
      = P(Y | W, X)                        [simplification]
    """
    formula = formula_about(graph, formula)
    here, steps = _Search(graph, budget).shortest(_by_axioms(formula, ()))
    nested = inward(here)
    if arranged(nested) != here:
        steps = (*steps, Step("probability", here, arranged(nested), why="sums pushed inward"))
        here = arranged(nested)
    shorter = any(step.why != "renaming" for step in steps)
    return Derivation(formula, steps, here) if shorter else Derivation(formula, (), formula)


class _Search:
    """The best first; of long formulas downhill as long as that goes, and then a little around."""

    def __init__(self, graph: ADMG, budget: int) -> None:
        self.graph, self.left = graph, budget
        self.fewer = lru_cache(maxsize=None)(lambda law: tuple(_fewer(graph, law)))

    def shortest(self, start: State) -> State:
        """The shortest formula that was found."""
        ticket = count()
        best = self.downhill(start) if start[0].size > SHORT else start
        waiting = [(_cost(best[0]), next(ticket), best)]
        seen, since = {best[0]}, 0
        while waiting and since < PATIENCE and self.left > 0:
            cost, _, (here, steps) = heapq.heappop(waiting)
            since += 1
            if cost < _cost(best[0]):
                best, since = (here, steps), 0
            for way in self.ways(here):
                following = self.after((here, steps), way)
                if following and following[0] not in seen:
                    seen.add(following[0])
                    heapq.heappush(waiting, (_cost(following[0]), next(ticket), following))
        return min((best, *(state for _, _, state in waiting)), key=lambda state: _cost(state[0]))

    def downhill(self, here: State) -> State:
        """The first step that makes it shorter, again and again; none is tried twice."""
        tried = set()
        improved = True
        while improved and self.left > 0:
            improved = False
            for way in self.ways(here[0]):
                if way in tried:
                    continue
                tried.add(way)
                following = self.after(here, way)
                if following and _cost(following[0]) < _cost(here[0]):
                    here, improved = following, True
                    break
        return here

    def after(self, here: State, way: Way) -> State | None:
        """A formula after some steps; None if it mentions what it did not, or the budget is out."""
        formula, steps = here
        self.left -= formula.size
        if self.left < 0:
            return None
        for step in way:
            formula = replaced(formula, {step.before: step.after})
        return _by_axioms(formula, (*steps, *way)) if formula.free <= here[0].free else None

    def ways(self, formula: Expression) -> Iterator[Way]:
        """Steps by the rules, each of which may let the axioms go on."""
        for law in sorted(laws(formula), key=str):
            yield from self.fewer(law)
        for one, other in sorted(set(_neighbours(formula)), key=str):
            yield from _aligned(self.graph, one, other)


def _by_axioms(formula: Expression, steps: Way) -> State:
    """What the axioms of probability alone make of it."""
    shorter = arranged(simplified(formula))
    if shorter != arranged(formula):
        return shorter, (*steps, Step("probability", formula, shorter, why="simplification"))
    if laws(shorter) != laws(formula):  # what was bound and free has two names now
        return shorter, (*steps, Step("probability", formula, shorter, why="renaming"))
    return shorter, steps


def _cost(formula: Expression) -> tuple[int, int, int, str]:
    """What it costs to read: laws, the values that they speak of, sums, and last its text."""
    mentioned = sum(len(law.symbols) for law in _every_law(formula))
    return formula.size, mentioned, _sums(formula), str(formula)


def _every_law(formula: Expression) -> Iterator[P]:
    match formula:
        case P():
            yield formula
        case _:
            yield from chain.from_iterable(map(_every_law, _parts(formula)))


def _sums(formula: Expression) -> int:
    return isinstance(formula, Sum) + sum(map(_sums, _parts(formula)))


def _parts(formula: Expression) -> tuple[Expression, ...]:
    match formula:
        case Sum(body=body):
            return (body,)
        case Product(factors):
            return factors
        case Quotient(numerator, denominator):
            return numerator, denominator
        case _:
            return ()


def _fewer(graph: ADMG, law: P) -> Iterator[Way]:
    """Conditions, or actions, that make no difference are left out, one by one and all in turn."""
    if (names := names_of(law)) is None:
        return
    plain, whole = P.of_names(*([s.variable for s in part] for part in _three(law))), list[Step]()
    line = plain
    for rule, part in ((rule_1, plain.given), (rule_3, plain.do)):
        for symbol in sorted(part):
            alone = rule(graph, plain, delete=symbol.variable)
            if isinstance(alone, OpenPath):
                continue
            yield (spelled(alone, names),)
            further = rule(graph, line, delete=symbol.variable)
            if not isinstance(further, OpenPath) and isinstance(further.after, P):
                whole.append(spelled(further, names))
                line = further.after
    if len(whole) > 1:
        yield tuple(whole)


def _three(law: P) -> tuple[Symbols, Symbols, Symbols]:
    return law.of, law.given, law.do


def _neighbours(formula: Expression) -> Iterator[tuple[P, P]]:
    """Laws that might join, were their conditions alike: factors, or one above a bar and one below.

    What the first is about, given or not, holds all that the second is about.
    """
    match formula:
        case Product(factors):
            pairs = permutations((f for f in factors if isinstance(f, P)), 2)
            yield from ((p, q) for p, q in pairs if p.do == q.do and q.of & p.given)
        case Quotient(numerator, denominator):
            below = [f for f in _factors(denominator) if isinstance(f, P)]
            above = [f for f in _factors(numerator) if isinstance(f, P)]
            yield from ((p, q) for p in above for q in below if p.do == q.do and q.of <= p.of)
    yield from chain.from_iterable(map(_neighbours, _parts(formula)))


def _factors(formula: Expression) -> tuple[Expression, ...]:
    return formula.factors if isinstance(formula, Product) else (formula,)


def _aligned(graph: ADMG, one: P, other: P) -> Iterator[Way]:
    """The two with the conditions under which they join, or cancel."""
    beside = other.of - one.of
    held, asked = one.given - other.of, other.given
    for common in dict.fromkeys((held, asked, held | asked, held & asked)):
        if common & (one.of | other.of):
            continue
        way = (*_to(graph, one, common | beside), *_to(graph, other, common))
        ends = {step.after for step in way}
        alike = {replace(one, given=common | beside), replace(other, given=common)}
        if way and alike <= ends | {one, other}:
            yield way


def _to(graph: ADMG, law: P, given: Symbols) -> Way:
    """The steps to the same law under other conditions; none where there are none."""
    end = P(law.of, given, law.do)
    names = names_of(law, end)
    if names is None or law == end:
        return ()
    back = {symbol: name for name, symbol in names.items()}
    path = bridge(graph, law.renamed(back), end.renamed(back))
    return tuple(spelled(step, names) for step in path or ())
