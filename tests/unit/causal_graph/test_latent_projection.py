"""The latent projection against its definition, and against what it is for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs

from causal import ADMG
from causal.errors import EmptyGraphError, UnknownVariableError

Step = tuple[str, bool, bool, str]  # from, head at from, head at to, to


def steps(graph: ADMG) -> list[Step]:
    found = [(a, False, True, b) for a, b in graph.directed]
    found += [(b, True, False, a) for a, b in graph.directed]
    for a, b in graph.bidirected:
        found += [(a, True, True, b), (b, True, True, a)]
    return found


def paths(graph: ADMG, one: str, other: str, through: set[str]) -> Iterator[list[Step]]:
    """Every path with its inner vertices in ``through``, none of them a collider."""
    stack: list[list[Step]] = [[step] for step in steps(graph) if step[0] == one]
    while stack:
        path = stack.pop()
        *_, head, here = path[-1]
        if here == other:
            yield path
        elif here in through and all(here != step[0] for step in path):
            stack += [
                [*path, step] for step in steps(graph) if step[0] == here and not (head and step[1])
            ]


@st.composite
def hidings(draw: st.DrawFn) -> tuple[ADMG, set[str]]:
    graph = draw(admgs(min_nodes=3, max_nodes=6))
    hidden = draw(st.sets(st.sampled_from(graph.nodes), max_size=len(graph.nodes) - 2))
    return graph, hidden


@given(hidings())
@settings(max_examples=150, deadline=None)
def test_an_edge_stands_for_a_path_through_hidden_variables(case: tuple[ADMG, set[str]]) -> None:
    # Verma & Pearl (1990): X -> Y for a directed path, X <-> Y for one that enters both ends.
    graph, hidden = case
    rest = [name for name in graph.nodes if name not in hidden]
    directed, bidirected = set(), set()
    for one, other in itertools.permutations(rest, 2):
        for path in paths(graph, one, other, hidden):
            if all(not tail_head and head for _, tail_head, head, _ in path):
                directed.add((one, other))
            if path[0][1] and path[-1][2]:
                bidirected.add((one, other))
    assert graph.hide(hidden) == ADMG.of(
        nodes=rest, directed=sorted(directed), bidirected=sorted(bidirected)
    )


@given(hidings())
@settings(max_examples=60, deadline=None)
def test_what_is_separated_stays_so_and_what_is_not_does_not(case: tuple[ADMG, set[str]]) -> None:
    graph, hidden = case
    small = graph.hide(hidden)
    for one, other in itertools.combinations(small.nodes, 2):
        others = [name for name in small.nodes if name not in (one, other)]
        for size in range(len(others) + 1):
            for given_set in itertools.combinations(others, size):
                assert small.separated(one, other, given=given_set) == graph.separated(
                    one, other, given=given_set
                )


@given(hidings(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_hiding_one_after_the_other_in_any_order_is_hiding_all(case, random) -> None:
    graph, hidden = case
    order = sorted(hidden)
    random.shuffle(order)
    small = graph
    for name in order:
        small = small.hide(name)
    assert small == graph.hide(hidden)


def test_hiding_nothing_changes_nothing_and_hiding_all_leaves_no_graph() -> None:
    graph = ADMG.parse("X -> Y; X <-> Y")
    assert graph.hide([]) == graph
    with pytest.raises(EmptyGraphError):
        graph.hide(graph.nodes)
    with pytest.raises(UnknownVariableError):
        graph.hide("U")
