"""Is P(y | do(x), z) a function of the observed law?  The complete answer for ADMGs.

Unconditional effects: Tian & Pearl (2002), Huang & Valtorta (2006); P(y | do x) is identified
exactly when Q[D] is, for every district D of the graph on the ancestors of y once x is removed.
Conditional effects: Shpitser & Pearl (2006), "Identification of conditional interventional
distributions".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, overload

from causal.errors import UnsupportedQueryError
from causal.expression import P
from causal.graph import ADMG
from causal.identification import counterfactual
from causal.identification.answers import Answer, Identified, NotIdentified, Undecided
from causal.identification.asking import effect
from causal.identification.checked import checked_no, checked_yes
from causal.identification.deciding import Plan, decide
from causal.identification.hedge import Hedge
from causal.identification.proof import BUDGET, TooLongError, derive
from causal.identification.shrinking import Blocked
from causal.identification.surrogates import by_surrogates
from causal.identification.thicket import Thicket
from causal.query import Quantity, Query, posed, question_in, require
from causal.variables import Names, Variables

if TYPE_CHECKING:
    from causal.identification.counterfactual.quantities import QuantityAnswer

__all__ = ["identifiable", "identify"]

Regimes: TypeAlias = Iterable[Names] | None  # what was set, experiment by experiment


@overload
def identify(
    graph: ADMG, query: Query, *, regimes: Regimes = None, budget: int = BUDGET
) -> Answer: ...


@overload
def identify(
    graph: ADMG, query: Quantity, *, regimes: Regimes = None, budget: int = BUDGET
) -> QuantityAnswer: ...


@overload
def identify(
    graph: ADMG, query: str, *, regimes: Regimes = None, budget: int = BUDGET
) -> Answer | QuantityAnswer: ...


def identify(
    graph: ADMG,
    query: Query | Quantity | str,
    *,
    regimes: Regimes = None,
    budget: int = BUDGET,
) -> Answer | QuantityAnswer:
    """Express a query through the observed law, or return the hedge that forbids it.

    The independent checker has agreed with each step, or with the hedge, before this returns.
    Raises QuerySyntaxError, QueryError, or UnknownVariableError; and DefectError, with what a
    report needs, should the checker ever refuse.  An effect whose derivation would mention more
    than ``budget`` names is Undecided: seconds of work, and thousands of lines.

    Means, and sums of means and probabilities, are answered part by part.  Of a counterfactual all
    experiments are allowed; ``regimes`` names the variables that were set in those there are,
    besides observation, of effects too.  A "no" is then one for these experiments together.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(identify(graph, "P(Y | do(X))"))
    P(Y | do(X)) = Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    >>> print(identify(graph, "P(Y | do(X))", budget=10))
    P(Y | do(X)) is undecided, because its derivation is longer than the budget
    """
    asked = question_in(query)
    require(graph, asked.variables, text=query if isinstance(query, str) else None)
    offered = None if regimes is None else _in_order(graph, regimes)
    if isinstance(asked, Quantity):
        solve = partial(_law, graph, regimes=offered, budget=budget)
        return counterfactual.identify_quantity(graph, asked, solve)
    return _law(graph, asked, regimes=offered, budget=budget)


def _law(graph: ADMG, query: Query, *, regimes: Sequence[Variables] | None, budget: int) -> Answer:
    try:
        if not query.is_counterfactual:
            answer = _effect(graph, query, budget)
            if isinstance(answer, Identified) or regimes is None or not any(regimes):
                return answer
            return _by_surrogates(graph, query, regimes, budget)
        found = counterfactual.identify_counterfactual(graph, query)
        if regimes is None or not isinstance(found, Identified):
            return found
        return counterfactual.by_regimes(graph, found, regimes, budget=budget)
    except TooLongError as error:
        return Undecided(graph, query, str(error))


def _by_surrogates(
    graph: ADMG, query: Query, regimes: Sequence[Variables], budget: int
) -> Identified | NotIdentified:
    names = query.outcomes, query.conditions, query.actions
    found = by_surrogates(graph, P.of_names(*names), regimes, budget=budget)
    if isinstance(found, Thicket):
        return NotIdentified(graph, query, found)
    return Identified(graph, query, found.end, found)


def _in_order(graph: ADMG, regimes: Iterable[Names]) -> list[Variables]:
    """Observation first, then the experiments, those that set least before the others."""
    found = {graph.require(names) for names in regimes} | {frozenset[str]()}
    return sorted(found, key=lambda regime: (len(regime), sorted(regime)))


def _effect(graph: ADMG, query: Query, budget: int) -> Answer:
    plan = decide(graph, effect(graph, query))
    if isinstance(plan, Blocked):
        hedge = Hedge(outer=graph.named(plan.outer), inner=graph.named(plan.inner))
        return NotIdentified(graph, query, checked_no(graph, query, hedge))
    derivation = checked_yes(graph, query, derive(graph, plan, budget=budget))
    return Identified(graph, query, derivation.end, derivation)


def identifiable(graph: ADMG, query: Query | str) -> bool:
    """Whether the observed law determines an effect: the verdict alone, in linear time.

    No formula is written, and nothing but this procedure speaks for the verdict; ``identify`` has
    its answer checked.  Raises UnsupportedQueryError for a counterfactual.

    >>> identifiable(ADMG.parse("X -> Z -> Y; X <-> Y"), "P(Y | do(X))")
    True
    >>> identifiable(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    False
    """
    query = posed(graph, query)
    if query.is_counterfactual:
        raise UnsupportedQueryError(f"{query} is no effect of actions; ask identify about it")
    return isinstance(decide(graph, effect(graph, query)), Plan)
