"""Is P(y | do(x), z) a function of the observed law?  The complete answer for ADMGs.

Unconditional effects: Tian & Pearl (2002), Huang & Valtorta (2006); P(y | do x) is identified
exactly when Q[D] is, for every district D of the graph on the ancestors of y once x is removed.
Conditional effects: Shpitser & Pearl (2006), "Identification of conditional interventional
distributions".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from causal.expression import P
from causal.graph import ADMG, a_graph
from causal.graph.bits import bits
from causal.graph.separation import reachable
from causal.identification.answers import Answer, Identified, NotIdentified, Undecided
from causal.identification.hedge import Hedge
from causal.identification.proof import Plan, derive
from causal.identification.shrinking import Blocked, Chain, shrink
from causal.query import Query

__all__ = ["Effect", "as_asked", "decide", "effect", "identify", "question"]


def identify(graph: ADMG, query: Query | str) -> Answer:
    """Express a query through the observed law, or return the hedge that forbids it.

    Raises QuerySyntaxError, QueryError, or UnknownVariableError.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(identify(graph, "P(Y | do(X))"))
    P(Y | do(X)) = Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    """
    query = Query.parse(query) if isinstance(query, str) else query
    a_graph(graph).require(query.variables)
    if query.is_counterfactual:
        reason = "counterfactual queries need a model so far, not a graph alone"
        return Undecided(graph, query, reason)
    plan = decide(graph, effect(graph, query))
    if isinstance(plan, Blocked):
        hedge = Hedge(outer=graph.named(plan.outer), inner=graph.named(plan.inner))
        return NotIdentified(graph, query, hedge)
    derivation = derive(graph, plan)
    return Identified(graph, query, derivation.end, derivation)


@dataclass(frozen=True)
class Effect:
    """A query P(outcome | do, given) on masks, and the observations that are to become actions."""

    outcome: int
    do: int
    given: int
    exchanged: int

    @property
    def actions(self) -> int:
        """What is set, once the observations have been exchanged."""
        return self.do | self.exchanged

    @property
    def targets(self) -> int:
        """What the joint effect behind a conditional one is about."""
        return self.outcome | self.given & ~self.exchanged

    def needed(self, graph: ADMG) -> int:
        """Ancestors of the targets once the actions are cut off.

        Actions that reach the targets only through other actions do not matter (rule 3).
        """
        return graph.ancestors_mask(self.targets, within=graph.everything & ~self.actions)


def effect(graph: ADMG, query: Query) -> Effect:
    """The effect that a query asks for; as many observations as rule 2 allows become actions."""
    asked = as_asked(graph, query)
    exchanged = _exchanged(graph, asked.outcome, asked.do, asked.given)
    return replace(asked, exchanged=exchanged)


def as_asked(graph: ADMG, query: Query) -> Effect:
    """The same with every observation left as it is."""
    y, x, z = (graph.mask(part) for part in (query.outcomes, query.actions, query.conditions))
    return Effect(y, x, z, exchanged=0)


def decide(graph: ADMG, sought: Effect) -> Plan | Blocked:
    """The verdict, and how a formula can be got, on sets alone.

    A "no" is one for the query only if every exchange that rule 2 allows has been made.
    """
    scope = graph.ancestors_mask(sought.targets)
    asked = (sought.outcome, sought.do, sought.given, sought.exchanged)
    if not sought.actions & scope:
        return Plan(*asked, needed=0, chains=())
    needed = sought.needed(graph)
    chains: list[Chain] = []
    for district in graph.districts_mask(needed):
        way = shrink(graph, scope, to=district)
        if isinstance(way, Blocked):
            return way
        chains.append(way)
    return Plan(*asked, needed, tuple(chains))


def _exchanged(graph: ADMG, y: int, x: int, z: int) -> int:
    """The observations that rule 2 allows to be turned into actions, one after the other.

    Rule 2: P(y | do(x), z, w) = P(y | do(x, z), w) when Y and Z are separated given X and W in the
    graph without edges into X and out of Z.  The order of the exchanges does not matter.
    """
    exchanged = 0
    searching = True
    while searching:
        searching = False
        for v in bits(z & ~exchanged):
            here, do = 1 << v, x | exchanged
            given = do | z & ~here
            if not reachable(graph, here, given=given, cut_in=do, cut_out=here, until=y) & y:
                exchanged |= here
                searching = True
    return exchanged


def question(law: P) -> Query:
    """The query whose answer is the value of a law."""
    of, do, given = ([s.variable for s in part] for part in (law.of, law.do, law.given))
    return Query.of(of, do=do, given=given)
