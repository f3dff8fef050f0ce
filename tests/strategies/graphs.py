"""Graphs for laws: random ones, and hard ones, as random graphs rarely reach the hard lines of ID.

A hard graph starts from a core that identification stumbles over, keeps it under new names, and
grows around it: causes, effects and bystanders, confounded at will.
"""

from __future__ import annotations

import itertools

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
}


@st.composite
def admgs(draw, min_nodes: int = 4, max_nodes: int = 6) -> ADMG:
    """Any graph, arrows and hidden causes with every density."""
    n = draw(st.integers(min_nodes, max_nodes))
    names = [f"V{i}" for i in range(n)]
    return grown(draw, names, [], [], names)


@st.composite
def hard_admgs(draw, max_nodes: int = 6) -> ADMG:
    """A core of ``CORES`` and what has grown around it."""
    core = ADMG.parse(draw(st.sampled_from(sorted(CORES.values()))))
    n = draw(st.integers(max(4, len(core.nodes)), max_nodes))
    order = draw(st.permutations([f"V{i}" for i in range(n)]))
    # The core keeps its order among the newcomers, so that no arrow closes a cycle.
    places = sorted(draw(st.permutations(range(n)))[: len(core.nodes)])
    new = {old: order[place] for old, place in zip(core.nodes, places, strict=True)}
    directed = [(new[tail], new[head]) for tail, head in core.directed]
    bidirected = [(new[one], new[other]) for one, other in core.bidirected]
    newcomers = [v for v in order if v not in new.values()]
    return grown(draw, order, directed, bidirected, newcomers)


def grown(draw, order, directed, bidirected, newcomers) -> ADMG:
    """Add edges at a newcomer, along the order, with densities of the draw's choice."""
    arrows, confounding = (draw(st.sampled_from([0.2, 0.35, 0.5])) for _ in range(2))
    chance = st.floats(0, 1, exclude_max=True)
    for pair in itertools.combinations(order, 2):
        if not set(pair) & set(newcomers):
            continue
        if draw(chance) < arrows:
            directed = [*directed, pair]
        if draw(chance) < confounding:
            bidirected = [*bidirected, pair]
    return ADMG.of(nodes=order, directed=directed, bidirected=bidirected)


@st.composite
def effects(draw, graph: ADMG, max_size: int = 2, max_given: int = 2) -> str:
    """A query P(Y | do(X), Z) about disjoint sets; mostly about causes and their effects."""
    names = draw(st.permutations(graph.nodes))
    x, y = draw(st.integers(1, max_size)), draw(st.integers(1, max_size))
    y = min(y, len(names) - x)
    z = draw(st.integers(0, min(max_given, len(names) - x - y)))
    asked, given = names[: x + y], names[x + y : x + y + z]
    if draw(st.integers(0, 3)):
        asked = sorted(asked, key=graph.nodes.index)
    do, outcome = asked[:x], asked[x:]
    actions = f"do({', '.join(do)})"
    return f"P({', '.join(outcome)} | {', '.join([actions, *given])})"


def seeds() -> st.SearchStrategy[int]:
    """Seeds of random models."""
    return st.integers(0, 2**20)
