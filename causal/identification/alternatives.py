"""Several formulas for one query: the estimands that identification gives on its equal laws.

Laws equal by the rules are one number and may be got by different formulas, whose estimators differ
in variance; that two of them agree on data is a test of the graph (Yvernes et al. 2026; Raichev,
Dechter, Tian & Ihler 2026).
"""

from __future__ import annotations

from collections.abc import Generator

from causal.calculus import Derivation, bridge, equivalents
from causal.expression import P, arranged
from causal.graph import ADMG
from causal.identification.answers import Identified
from causal.identification.asking import as_asked, question
from causal.identification.checked import checked_yes
from causal.identification.deciding import Plan, decide
from causal.identification.proof import TooLongError, derive
from causal.query import Query, posed

__all__ = ["estimands"]


def estimands(
    graph: ADMG, query: Query | str, *, budget: int | None = None
) -> Generator[Identified, None, bool]:
    """The distinct formulas for a query, each with its derivation from the query; lazily.

    Nothing comes for a query that is not identified.  There may be very many, and formulas that
    differ in print may still be equal on every law of the graph.  With a ``budget``, so many laws
    are looked at.  A formula whose derivation is very long is passed over.  The generator returns
    whether nothing was left out.

    >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    >>> for answer in estimands(napkin, "P(Y | do(X))"):
    ...     print(answer.estimand)
    (Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))
    (Σ_{Z} P(Z | W) Σ_{W'} P(W') P(X, Y | W', Z)) / (Σ_{Z} P(Z | W) Σ_{W'} P(W') P(X | W', Z))
    """
    query = posed(graph, query)
    start = P.of_names(query.outcomes, query.conditions, query.actions)
    seen = set()
    complete = True
    for looked, law in enumerate(equivalents(graph, query)):
        if looked == budget:
            return False
        try:
            found = _by_way_of(graph, start, law)
            if found and (formula := arranged(found.end)) not in seen:
                seen.add(formula)
                yield Identified(graph, query, found.end, checked_yes(graph, query, found))
        except TooLongError:
            complete = False
    return complete


def _by_way_of(graph: ADMG, start: P, law: P) -> Derivation | None:
    """From one law to an equal one by the rules, and from there to its own formula."""
    plan = decide(graph, as_asked(graph, question(law)))
    path = bridge(graph, start, law)
    if not isinstance(plan, Plan) or path is None:
        return None
    rest = derive(graph, plan)
    return Derivation(start, (*path, *rest.steps), rest.end)
