"""Random counterfactual queries, and graphs small enough that every response can be listed."""

from __future__ import annotations

from itertools import combinations
from random import Random

from causal import ADMG
from causal.query import Assignment, Query, Term


def small_graph(rng: Random, most: int = 4) -> ADMG:
    """A graph of two to ``most`` variables, with at most two causes each."""
    names = "ABCDE"[: rng.randint(2, most)]
    directed = []
    for i, name in enumerate(names):
        causes = [c for c in names[:i] if rng.random() < 0.6]
        directed += [(c, name) for c in rng.sample(causes, min(2, len(causes)))]
    # Districts are cliques: then a law of response functions may be any law (see responses.py).
    district = {name: rng.randrange(len(names)) for name in names}
    ties = [(a, b) for a, b in combinations(names, 2) if district[a] == district[b]]
    return ADMG.of(nodes=names, directed=directed, bidirected=ties)


def random_query(rng: Random, graph: ADMG) -> Query:
    """One to three events in several worlds, some of them seen; every value is 0 or 1."""
    count = rng.randint(1, 3)
    terms = list(dict.fromkeys(_term(rng, graph) for _ in range(count)))
    cut = rng.randint(1, len(terms))
    outcome, given = terms[:cut], terms[cut:]
    if len({t.variable for t in terms if not t.under}) < sum(not t.under for t in terms):
        return random_query(rng, graph)
    query = Query(tuple(outcome), (), tuple(given))
    return query if query.is_counterfactual else random_query(rng, graph)


def _term(rng: Random, graph: ADMG, depth: int = 0) -> Term:
    variable = rng.choice(graph.nodes)
    return Term(variable, rng.randint(0, 1), _world(rng, graph, variable, depth))


def _world(rng: Random, graph: ADMG, variable: str, depth: int) -> tuple[Assignment, ...]:
    if rng.random() < 0.35:
        return ()
    others = sorted(graph.ancestors(variable) - {variable}) or list(graph.nodes)
    chosen = rng.sample(others, min(len(others), rng.choice([1, 1, 1, 2])))
    return tuple(_assignment(rng, graph, v, depth) for v in sorted(chosen))


def _assignment(rng: Random, graph: ADMG, variable: str, depth: int) -> Assignment:
    if depth < 2 and rng.random() < 0.2:
        return Assignment(variable, Term(variable, None, _world(rng, graph, variable, depth + 1)))
    children = sorted(graph.children(variable))
    reader = rng.choice(children) if children and rng.random() < 0.2 else None
    return Assignment(variable, rng.randint(0, 1), reader)
