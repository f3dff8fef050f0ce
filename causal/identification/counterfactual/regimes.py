"""A formula by the experiments there are: each law that it needs, taken from one of them.

Under do(z) the other variables have the graph without z, so that what identifies an effect there
identifies it from that experiment (after Lee, Correa & Bareinboim 2019, which also joins pieces of
several experiments; this does not, and what it does not find is undecided).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from causal.expression import Expression, P, canonical, laws, replaced
from causal.graph import ADMG
from causal.identification.answers import Identified, Undecided
from causal.identification.asking import effect
from causal.identification.deciding import decide
from causal.identification.proof import derive
from causal.identification.reasoning import Reasoning, Remark
from causal.identification.shrinking import Blocked
from causal.query import Query
from causal.variables import Names, Symbol, Variables, listed, quoted, variables

__all__ = ["by_regimes", "in_one_world"]


def by_regimes(graph: ADMG, answer: Identified, regimes: Iterable[Names]) -> Identified | Undecided:
    """The answer with laws of the given experiments only, besides observation.

    >>> from causal import identify
    >>> graph = ADMG.parse("C -> X -> Y; C -> Y; W -> Y; W <-> Y")
    >>> answer = identify(graph, "P(Y[W=1, X=1]=1)")
    >>> print(by_regimes(graph, answer, ["W"]))
    P(Y[W=1, X=1]=1) = Σ_{C} P(C | do(W=1)) P(Y=1 | do(W=1), C, X=1)
    >>> print(by_regimes(graph, answer, ["X"]).reason)
    P(Y=1 | do(W=1, X=1)) is needed, and neither observation nor do(X) shows it
    """
    known = sorted({graph.require(variables(names)) for names in regimes}, key=sorted)
    parts: dict[Expression, Expression] = {}
    for law in answer.experiments:
        found = next((f for z in known if (f := _from(graph, law, z)) is not None), None)
        if found is None:
            shown = " nor ".join(f"do({', '.join(map(quoted, sorted(z)))})" for z in known)
            reason = f"{law} is needed, and neither observation nor {shown or 'anything'} shows it"
            return Undecided(graph, answer.query, reason)
        if found != law:
            parts[law] = found
    if not parts:
        return answer
    end = canonical(replaced(answer.estimand, parts))
    why = f"what the experiments at hand say of {listed(map(str, parts))}"
    reasoning = answer.derivation
    if isinstance(reasoning, Reasoning):
        remark = Remark("do-calculus", str(end), why)
        reasoning = replace(reasoning, remarks=(*reasoning.remarks, remark))
    return replace(answer, estimand=end, derivation=reasoning)


def in_one_world(query: Query) -> Query:
    """An effect of actions as what would be in the world of those actions.

    >>> print(in_one_world(Query.parse("P(Y=1 | do(X=1), Z=0)")))
    P(Y[X=1]=1 | Z[X=1]=0)
    """
    return Query(
        tuple(replace(term, under=query.do) for term in query.outcome),
        given=tuple(replace(term, under=query.do) for term in query.given),
    )


def _from(graph: ADMG, law: P, regime: Variables) -> Expression | None:
    """A law by what one experiment shows, if it does."""
    do = {s.variable: s for s in law.do}
    if regime == do.keys():
        return law
    if not regime or not regime < do.keys():
        return None
    smaller = graph.induced(v for v in graph.nodes if v not in regime)
    of, given = ([s.variable for s in part] for part in (law.of, law.given))
    rest = [v for v in do if v not in regime]
    plan = decide(smaller, effect(smaller, Query.of(of, given=given, do=rest)))
    if isinstance(plan, Blocked):
        return None
    formula = derive(smaller, plan).end
    values = {s.variable: s for s in law.symbols}
    formula = formula.renamed({s: values[s.variable] for s in formula.free if s.variable in values})
    fixed = frozenset(do[v] for v in regime)
    return replaced(formula, {p: _under(p, fixed) for p in laws(formula)})


def _under(law: P, fixed: frozenset[Symbol]) -> P:
    return P(law.of, law.given, law.do | fixed)
