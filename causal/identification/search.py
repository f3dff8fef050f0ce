"""Derive any formula with actions from the observed law: a best-first search, within a budget.

A formula may mix sums, products and ratios of interventional laws.  Each law that is identified is
replaced by its estimand; where one is not, it may help to join laws by the axioms of probability,
or to exchange a law for an equal one.  A search without an answer is undecided, never a "no".
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from functools import reduce
from itertools import count, islice

from causal.calculus import Derivation, Step, bridge, equivalents
from causal.calculus.derivation import rewritten
from causal.expression import (
    Expression,
    P,
    Product,
    Quotient,
    Sum,
    arranged,
    laws,
    replaced,
    simplified,
)
from causal.graph import ADMG
from causal.identification.answers import Identified, Undecided
from causal.identification.asking import question
from causal.identification.effects import identify
from causal.identification.spelling import names_of, spelled, spelled_formula
from causal.query import formula_about

__all__ = ["derive"]

State = tuple[Expression, tuple[Step, ...]]


def derive(graph: ADMG, formula: Expression | str, *, budget: int = 300) -> Derivation | Undecided:
    """A derivation that ends in the observed law alone, or Undecided after ``budget`` formulas.

    Raises TextError for text that is no formula, and UnknownVariableError.

    >>> graph = ADMG.parse("X -> Y -> W; X <-> Y")
    >>> print(derive(graph, "P(W, Y | do(X)) / P(Y | do(X))"))
    P(W, Y | do(X)) / P(Y | do(X))
      = P(W | do(X), Y)   [simplification]
      = P(W | Y)          [rule 3: W ⊥ X | Y]
    """
    formula = formula_about(graph, formula)
    if _idle(formula):
        return Undecided(graph, formula, "a sum over what it does not mention counts values")
    ticket = count()
    seen = {arranged(formula)}
    waiting: list[tuple[int, int, State]] = [(0, next(ticket), (formula, ()))]
    looked = 0
    while waiting and looked < budget:
        _, _, (here, steps) = heapq.heappop(waiting)
        looked += 1
        end, more, missing = _grounded(graph, here)
        if not missing:
            return Derivation(formula, (*steps, *more), end)
        for following, way in _neighbours(graph, here, missing):
            key = arranged(following)
            if key not in seen:
                seen.add(key)
                cost = len(missing) * 1000 + len(str(following))
                heapq.heappush(waiting, (cost, next(ticket), (following, (*steps, *way))))
    where = f"the first {looked} formulas" if waiting else f"all {looked} formulas within reach"
    reason = f"no derivation was found among {where}"
    return Undecided(graph, formula, reason)


def _grounded(
    graph: ADMG, formula: Expression
) -> tuple[Expression, tuple[Step, ...], tuple[P, ...]]:
    """The formula with every identified law replaced, the steps, and the laws that are not."""
    steps: list[Step] = []
    tried: set[P] = set()
    while acting := sorted(_acting(formula) - tried, key=str):
        tried.add(acting[0])
        way = _way(graph, acting[0])
        without = reduce(rewritten, way, formula)
        if not _idle(without):
            formula = without
            steps += way
    missing = sorted(_acting(formula), key=str)
    shorter = arranged(simplified(formula))
    if shorter != arranged(formula):
        steps.append(Step("probability", formula, shorter, why="simplification"))
    return shorter, tuple(steps), tuple(missing)


def _way(graph: ADMG, law: P) -> list[Step]:
    """The steps that rewrite a law wherever it stands, in the symbols of the law; none if unknown.

    A step that simplifies a whole formula is none of them: it would be one of the law alone.
    """
    names = names_of(law)
    if names is None or _has_values(law):
        return []
    answer = identify(graph, question(law))
    if not isinstance(answer, Identified) or not isinstance(answer.derivation, Derivation):
        return []
    steps = (s for s in answer.derivation.steps if isinstance(s.before, P) or s.gathers)
    return [spelled(s, names) for s in steps]


def _acting(formula: Expression) -> frozenset[P]:
    """The laws in it that speak of actions."""
    return frozenset(law for law in laws(formula) if law.do)


def _has_values(law: P) -> bool:
    """Whether it speaks of one value of a variable, which no checker reads."""
    return any(s.value is not None for s in law.symbols)


def _idle(formula: Expression) -> bool:
    """Whether something is summed over that the summand does not mention: that only counts values.

    No law says how many there are.
    """
    match formula:
        case Sum(over, body):
            return not over <= body.free or _idle(body)
        case Product(factors):
            return any(map(_idle, factors))
        case Quotient(numerator, denominator):
            return _idle(numerator) or _idle(denominator)
        case _:
            return False


def _neighbours(graph: ADMG, formula: Expression, missing: tuple[P, ...]) -> Iterator[State]:
    """The formula simplified, and with one law exchanged for an equal one."""
    shorter = arranged(simplified(formula))
    yield shorter, (Step("probability", formula, shorter, why="simplification"),)
    for law in missing:
        names = names_of(law)
        if names is None or _has_values(law):
            continue
        for unmarked in islice(equivalents(graph, question(law)), 1, 16):
            equal = spelled_formula(unmarked, names)
            path = bridge(graph, law, equal) if isinstance(equal, P) else None
            following = replaced(formula, {law: equal})
            if path and not _idle(following):
                yield following, path
