"""Graphs for laws: random ones, and hard ones, as random graphs rarely reach the hard lines of ID.

A hard graph starts from a core that identification stumbles over, keeps it under new names, and
grows around it: causes, effects and bystanders, confounded at will.  Everything is drawn from a
``random.Random``, seeded where cases are numbered, and hypothesis's own where cases are to shrink.
"""

from __future__ import annotations

import itertools
from random import Random

from hypothesis import strategies as st

from causal import ADMG

CORES = {
    "bow": "a -> b; a <-> b",
    "front door": "a -> b -> c; a <-> c",
    "napkin": "a -> b -> c -> d; a <-> c; a <-> d",
    "Verma": "a -> b -> c -> d; b <-> d",
    "instrument": "a -> b -> c; b <-> c",
    "M-bias": "a -> b; a <-> c; c <-> b",
    "Tian": "a -> b -> c -> d; a -> d; a <-> c; b <-> d",
    "confounded chain": "a -> b -> c -> d; a <-> b; c <-> d",
    "non-ancestral confounded action": "a -> b -> c; d -> c; a <-> b; d <-> b",
    "two hedges that share a root": "a -> c; b -> c; a <-> c; b <-> c",
    "bowless hedge": "a -> b -> c; d -> c; a <-> d; d <-> b",
    "observed collider": "a -> b -> c <- d; a <-> b; c <-> d",
    "chain of front doors": "a -> b -> c -> d -> e; a <-> c; b <-> d; c <-> e",
    "factor met on two ways": "a -> b -> c -> d -> e; a <-> c; a <-> e; d <-> e",
    "napkins in a row": "a -> b -> c -> d -> e; a <-> c; a <-> d; a <-> e",
    "napkin in a napkin": "a -> b -> e; c -> d -> e -> f; c <-> e; c <-> f; a <-> c; a <-> d",
}


def random_admg(rng: Random, n: int) -> ADMG:
    """Any graph, arrows and hidden causes with every density."""
    names = [f"V{i}" for i in range(n)]
    return _grown(rng, names, [], [], names)


def hard_admg(rng: Random, n: int) -> ADMG:
    """A core of ``CORES`` and what has grown around it, on ``n`` variables."""
    cores = [ADMG.parse(text) for text in CORES.values()]
    core = rng.choice([core for core in cores if len(core.nodes) <= n])
    order = rng.sample([f"V{i}" for i in range(n)], n)
    # The core keeps its order among the newcomers, so that no arrow closes a cycle.
    places = sorted(rng.sample(range(n), len(core.nodes)))
    new = {old: order[place] for old, place in zip(core.nodes, places, strict=True)}
    directed = [(new[tail], new[head]) for tail, head in core.directed]
    bidirected = [(new[one], new[other]) for one, other in core.bidirected]
    return _grown(rng, order, directed, bidirected, [v for v in order if v not in new.values()])


def _grown(rng: Random, order, directed, bidirected, newcomers) -> ADMG:
    """Add edges at a newcomer, along the order, with densities of the draw's choice."""
    arrows, confounding = (rng.choice([0.2, 0.35, 0.5]) for _ in range(2))
    for pair in itertools.combinations(order, 2):
        if not set(pair) & set(newcomers):
            continue
        if rng.random() < arrows:
            directed = [*directed, pair]
        if rng.random() < confounding:
            bidirected = [*bidirected, pair]
    return ADMG.of(nodes=order, directed=directed, bidirected=bidirected)


def effect(rng: Random, graph: ADMG, *, actions: int, outcomes: int, given: int) -> str:
    """A query P(Y | do(X), Z) about disjoint sets; mostly about causes and their effects."""
    names = rng.sample(graph.nodes, actions + outcomes + given)
    asked, seen = names[: actions + outcomes], names[actions + outcomes :]
    if rng.randrange(4):
        asked = sorted(asked, key=graph.nodes.index)
    do, outcome = asked[:actions], asked[actions:]
    conditions = [f"do({', '.join(do)})", *seen]
    return f"P({', '.join(outcome)} | {', '.join(conditions)})"


def admgs(min_nodes: int = 4, max_nodes: int = 6) -> st.SearchStrategy[ADMG]:
    """``random_admg`` for hypothesis."""
    return st.builds(random_admg, _choices(), st.integers(min_nodes, max_nodes))


def hard_admgs(max_nodes: int = 6) -> st.SearchStrategy[ADMG]:
    """``hard_admg`` for hypothesis."""
    return st.builds(hard_admg, _choices(), st.integers(4, max_nodes))


@st.composite
def effects(draw, graph: ADMG, max_size: int = 2, max_given: int = 2) -> str:
    """``effect`` for hypothesis, of any size that the graph has room for."""
    n = len(graph.nodes)
    actions, outcomes = draw(st.integers(1, max_size)), draw(st.integers(1, max_size))
    outcomes = min(outcomes, n - actions)
    given = draw(st.integers(0, min(max_given, n - actions - outcomes)))
    return effect(draw(_choices()), graph, actions=actions, outcomes=outcomes, given=given)


def seeds() -> st.SearchStrategy[int]:
    """Seeds of random models."""
    return st.integers(0, 2**20)


def _choices() -> st.SearchStrategy[Random]:
    return st.randoms(use_true_random=False)
