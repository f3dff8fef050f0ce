"""Is P(y | do(x), z) a function of the observed law?  The complete answer for ADMGs.

Unconditional effects: Tian & Pearl (2002), Huang & Valtorta (2006); P(y | do x) is identified
exactly when Q[D] is, for every district D of the graph on the ancestors of y once x is removed.
Conditional effects: Shpitser & Pearl (2006), "Identification of conditional interventional
distributions".
"""

from __future__ import annotations

from causal.expression import Expression, P, Symbols, fresh, product, quotient, total
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import reachable
from causal.identification.answers import Answer, Identified, NotIdentified, Undecided
from causal.identification.hedge import Hedge
from causal.identification.kernel import Kernel
from causal.identification.shrinking import Blocked, Chain, shrink
from causal.query import Query
from causal.variables import Symbol

__all__ = ["exchanged", "identify"]


def identify(graph: ADMG, query: Query | str) -> Answer:
    """Express a query through the observed law, or return the hedge that forbids it.

    Raises QuerySyntaxError, QueryError, or UnknownVariableError.

    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(identify(graph, "P(Y | do(X))"))
    P(Y | do(X)) = Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)
    """
    query = Query.parse(query) if isinstance(query, str) else query
    graph.require(query.variables)
    if query.is_counterfactual:
        return Undecided(
            graph, query, "counterfactual queries need a model so far, not a graph alone"
        )
    y, x, z = (graph.mask(part) for part in (query.outcomes, query.actions, query.conditions))
    actions = exchanged(graph, y, x, z)
    z &= ~actions
    match _joint(graph, y | z, actions):
        case Blocked(outer, inner):
            return NotIdentified(graph, query, Hedge(graph.named(outer), graph.named(inner)))
        case effect:
            conditional = quotient(effect, total(_symbols(graph, y), effect)) if z else effect
            return Identified(graph, query, fresh(conditional))


def exchanged(graph: ADMG, y: int, x: int, z: int) -> int:
    """The actions, once every observation that rule 2 allows has been turned into an action.

    Rule 2: P(y | do(x), z, w) = P(y | do(x, z), w) when Y and Z are separated given X and W in the
    graph without edges into X and out of Z.  The order of the exchanges does not matter.
    """
    searching = True
    while searching:
        searching = False
        for v in bits(z):
            rest = z & ~(1 << v)
            open_to = reachable(graph, 1 << v, given=x | rest, cut_in=x, cut_out=1 << v, until=y)
            if not open_to & y:
                x, z = x | 1 << v, rest
                searching = True
    return x


def _joint(graph: ADMG, y: int, x: int) -> Expression | Blocked:
    """P(y | do(x)) as a product of district kernels, summed over the other ancestors of y."""
    scope = graph.ancestors_mask(y)
    if not x & scope:
        return P(_symbols(graph, y))
    # Actions that reach y only through other actions do not matter (rule 3).
    needed = graph.ancestors_mask(y, within=graph.everything & ~x)
    chains = []
    for district in graph.districts_mask(needed):
        way = shrink(graph, scope, to=district)
        if isinstance(way, Blocked):
            return way
        chains.append(way)
    kernels = (_followed(graph, chain) for chain in chains)
    return total(_symbols(graph, needed & ~y), product(k.law for k in kernels))


def _followed(graph: ADMG, chain: Chain) -> Kernel:
    """The kernel at the end of a chain: its two moves alternate, a district first."""
    kernel = Kernel.observed(graph, chain.scopes[0])
    for i, scope in enumerate(chain.scopes[1:]):
        if scope != kernel.scope:
            kernel = kernel.marginal(scope) if i % 2 else kernel.district(scope)
    return kernel


def _symbols(graph: ADMG, mask: int) -> Symbols:
    return frozenset(Symbol(graph.nodes[v]) for v in bits(mask))
