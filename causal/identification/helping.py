"""Why not, and what would help: the smallest changes that make a query identifiable.

Which assumption: the smallest sets of hidden common causes to rule out.  Every such set meets every
hedge, or a path that keeps rule 2 from turning an observation into an action; so the search
branches on the ``<->`` edges of one hedge and of one such path for each observation, and misses
none.  Which experiment: a variable to randomise; each district kernel may then come from either
regime (Lee, Correa & Bareinboim 2019).  Which measurement: one hidden common cause to observe.  The
last two leave a hedge alone that they do not touch, so that only its variables come into question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import open_route
from causal.identification.asking import effect
from causal.identification.counterfactual.helping import causes_to_measure, causes_to_rule_out
from causal.identification.counterfactual.solving import has_formula
from causal.identification.deciding import decide
from causal.identification.shrinking import Blocked, Chain, shrink
from causal.query import Query, posed
from causal.variables import Names, Variable, Variables, natural

__all__ = ["Edge", "Remedies", "remedies"]

Edge = tuple[Variable, Variable]


@dataclass(frozen=True)
class Remedies:
    """What would make a query identifiable; empty parts mean that nothing single of that kind does.

    ``without`` holds the smallest sets of ``<->`` edges to rule out, ``randomise`` the single
    variables outside the query to experiment on, ``measure`` the hidden common causes to observe,
    each as its ``<->`` edge, and ``latent`` those declared by name.  ``complete`` is False when the
    search stopped early.  A query that is identified needs nothing: ``without`` is then
    the empty set alone.
    """

    without: tuple[frozenset[Edge], ...]
    randomise: tuple[Variable, ...]
    measure: tuple[Edge, ...]
    complete: bool = True
    latent: tuple[Variable, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "without": [sorted(map(list, edges)) for edges in self.without],
            "randomise": list(self.randomise),
            "measure": [list(edge) for edge in self.measure],
            "latent": list(self.latent),
            "complete": self.complete,
        }


def remedies(
    graph: ADMG,
    query: Query | str,
    *,
    latent: Names = (),
    limit: int = 20,
    budget: int = 5_000,
) -> Remedies:
    """The smallest changes after which a query is identified.

    ``latent`` names variables of the graph that are not measured: the data are about the others,
    and each is tried as one that is.  At most ``limit`` sets of edges are listed, and of
    edges, of variables and of causes at most ``budget`` choices are looked at.  All experiments
    are granted to a counterfactual, so that to randomise adds nothing.  Raises QuerySyntaxError or
    UnknownVariableError.

    >>> found = remedies(ADMG.parse("Z -> X -> Y; Z <-> X; Z <-> Y"), "P(Y | do(X))")
    >>> [sorted(edges) for edges in found.without]
    [[('Z', 'X')], [('Z', 'Y')]]
    >>> found.randomise, found.measure
    (('Z',), (('Z', 'X'), ('Z', 'Y')))
    >>> graph = ADMG.parse("U -> {X, Y}; V -> Y; X -> Y")
    >>> remedies(graph, "P(Y | do(X))", latent=["U", "V"]).latent
    ('U',)
    >>> treated = remedies(ADMG.parse("X -> Y; X <-> Y"), "P(Y[X=1]=1 | X=0)")
    >>> [sorted(edges) for edges in treated.without], treated.measure
    ([[('X', 'Y')]], (('X', 'Y'),))
    """
    hidden = graph.require(latent)
    observed = _seen(graph, hidden)
    query = posed(observed, query)
    if query.is_counterfactual:
        return _in_other_worlds(graph, query, hidden, limit=limit, budget=budget)
    verdict = decide(observed, effect(observed, query))
    if not isinstance(verdict, Blocked):
        return Remedies((frozenset(),), (), ())
    inside = observed.named(verdict.outer)
    edges, complete = _fewest_edges(observed, query, limit, budget)
    settable = [v for v in observed.nodes if v in inside - query.variables]
    shared = [edge for edge in graph.bidirected if inside.issuperset(edge)]
    return Remedies(
        without=tuple(edges),
        randomise=tuple(v for v in settable[:budget] if _by_experiment(observed, query, v)),
        measure=tuple(e for e in shared[:budget] if _by_measurement(graph, query, hidden, e)),
        complete=complete and max(len(settable), len(shared)) <= budget,
        latent=tuple(
            u for u in sorted(hidden, key=natural) if _identified(graph, query, hidden - {u})
        ),
    )


def _in_other_worlds(
    graph: ADMG, query: Query, hidden: Variables, *, limit: int, budget: int
) -> Remedies:
    """What would help a counterfactual."""
    observed = _seen(graph, hidden)
    edges, all_edges = causes_to_rule_out(observed, query, limit=limit, budget=budget)
    if edges == [frozenset()]:
        return Remedies((frozenset(),), (), ())
    shared, all_causes = causes_to_measure(graph, query, hidden, budget=budget)
    return Remedies(
        without=tuple(edges),
        randomise=(),
        measure=tuple(shared),
        complete=all_edges and all_causes,
        latent=tuple(
            u for u in sorted(hidden, key=natural) if has_formula(_seen(graph, hidden - {u}), query)
        ),
    )


def _seen(graph: ADMG, hidden: Variables) -> ADMG:
    return graph.hide(hidden) if hidden else graph


def _identified(graph: ADMG, query: Query, hidden: Variables) -> bool:
    observed = _seen(graph, hidden)
    return not isinstance(decide(observed, effect(observed, query)), Blocked)


def _fewest_edges(
    graph: ADMG, query: Query, limit: int, budget: int
) -> tuple[list[frozenset[Edge]], bool]:
    """All smallest sets of edges without which there is no hedge, by breadth-first branching."""
    level: dict[frozenset[Edge], None] = {frozenset(): None}
    found: list[frozenset[Edge]] = []
    complete = True
    while level and not found:
        following: dict[frozenset[Edge], None] = {}
        for removed in level:
            if budget == 0 or len(found) == limit:
                return found, False
            budget -= 1
            smaller = _without(graph, removed)
            verdict = decide(smaller, effect(smaller, query))
            if not isinstance(verdict, Blocked):
                found.append(removed)
                continue
            for edge in chain(_within(smaller, verdict.outer), _barring(smaller, query)):
                if len(following) >= budget:  # more could not be looked at
                    complete = False
                    break
                following[removed | {edge}] = None
        level = following
    return found, complete


def _within(graph: ADMG, part: int) -> Iterator[Edge]:
    """The ``<->`` edges between members of a set."""
    for v in bits(part):
        for w in bits(graph.sibling_masks[v] & part & ~((1 << v) - 1)):
            yield graph.nodes[v], graph.nodes[w]


def _barring(graph: ADMG, query: Query) -> Iterator[Edge]:
    """For each observation that may not become an action, the ``<->`` edges of a path that bars it.

    As long as they are all there, it may not.
    """
    asked = effect(graph, query)
    for v in bits(asked.given & ~asked.exchanged):
        here, do = 1 << v, asked.do
        given = do | asked.given & ~here
        route = open_route(graph, here, asked.outcome, given=given, cut_in=do, cut_out=here)
        for (one, _), (other, arrow) in pairwise(route or ()):
            if arrow == "<->":
                yield graph.nodes[min(one, other)], graph.nodes[max(one, other)]


def _without(graph: ADMG, removed: frozenset[Edge]) -> ADMG:
    siblings = list(graph.sibling_masks)
    for edge in removed:
        one, other = map(graph.index.__getitem__, edge)
        siblings[one] &= ~(1 << other)
        siblings[other] &= ~(1 << one)
    return replace(graph, sibling_masks=tuple(siblings))


def _by_measurement(graph: ADMG, query: Query, hidden: Variables, edge: Edge) -> bool:
    """Whether to observe the cause helps; only if to rule it out would, which is quicker to say."""
    ruled_out = _identified(_without(graph, frozenset((edge,))), query, hidden)
    return ruled_out and _identified(_measured(graph, edge), query, hidden)


def _measured(graph: ADMG, edge: Edge) -> ADMG:
    """The hidden common cause of one edge as a variable of the data."""
    cause = "hidden"
    while cause in graph.index:
        cause += "'"
    smaller = _without(graph, frozenset((edge,)))
    directed = [*smaller.directed, *((cause, end) for end in edge)]
    return ADMG.of(nodes=smaller.nodes, directed=directed, bidirected=smaller.bidirected)


def _by_experiment(graph: ADMG, query: Query, variable: Variable) -> bool:
    """Whether each district kernel can be had from the data or from an experiment on a variable."""
    randomised = graph.mask(variable)
    regimes = (graph.everything, graph.everything & ~randomised)
    return all(
        any(_within_reach(graph, regime, district) for regime in regimes)
        for district in graph.districts_mask(effect(graph, query).needed(graph))
    )


def _within_reach(graph: ADMG, regime: int, district: int) -> bool:
    """Q[district] from the law of the regime's variables, when the others have been set."""
    if district & ~regime:
        return False
    scope = graph.ancestors_mask(district, within=regime)
    return isinstance(shrink(graph, scope, to=district), Chain)
