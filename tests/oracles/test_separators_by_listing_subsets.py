"""Separators are those that trying every subset finds: each minimal one once, and no other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

import pytest

from causal import ADMG, separators
from causal.graph.separators import all_separators
from causal.variables import Variables


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    rng.shuffle(names)
    arrows, hidden = rng.choice((0.2, 0.4, 0.6)), rng.choice((0, 0.15, 0.4))
    pairs = list(itertools.combinations(names, 2))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < arrows],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def question(rng: Random, graph: ADMG) -> tuple[Variables, ...]:
    """Two ends, what must be in and what may not, all disjoint."""
    names = rng.sample(graph.nodes, len(graph.nodes))
    sizes = [
        rng.choice((1, 1, 2)),
        rng.choice((1, 1, 2)),
        rng.choice((0, 0, 1, 2)),
        rng.choice((0, 0, 1, 2)),
    ]
    cuts = list(itertools.accumulate(sizes))
    return tuple(frozenset(names[end - size : end]) for size, end in zip(sizes, cuts, strict=True))


def by_trying(
    graph: ADMG,
    x: frozenset[str],
    y: frozenset[str],
    include: frozenset[str],
    exclude: frozenset[str],
) -> Iterator[frozenset[str]]:
    """Every separator, smallest first."""
    free = [v for v in graph.nodes if v not in x | y | include | exclude]
    for size in range(len(free) + 1):
        for more in itertools.combinations(free, size):
            given = include | set(more)
            if graph.separated(x, y, given=given):
                yield given


@pytest.mark.parametrize("seed", range(60))
def test_every_minimal_separator_is_found_once_and_nothing_else(seed: int) -> None:
    rng = Random(seed)
    for _ in range(10):
        graph = random_admg(rng, rng.randint(4, 8))
        x, y, include, exclude = question(rng, graph)
        every = set(by_trying(graph, x, y, include, exclude))
        minimal = {s for s in every if not any(t < s for t in every)}
        found = list(separators(graph, x, y, include=include, exclude=exclude))
        assert len(found) == len(set(found))
        assert set(found) == minimal
        assert set(separators(graph, y, x, include=include, exclude=exclude)) == minimal


@pytest.mark.parametrize("seed", range(30))
def test_every_separator_is_found_once_and_nothing_else(seed: int) -> None:
    rng = Random(seed)
    for _ in range(6):
        graph = random_admg(rng, rng.randint(4, 7))
        x, y, include, exclude = question(rng, graph)
        among = graph.everything & ~graph.mask(exclude)
        found = list(
            all_separators(
                graph, graph.mask(x), graph.mask(y), include=graph.mask(include), among=among
            )
        )
        assert len(found) == len(set(found))
        assert set(map(graph.named, found)) == set(by_trying(graph, x, y, include, exclude))


def test_separators_come_one_at_a_time_however_many_there_are() -> None:
    rungs = range(60)
    graph = ADMG.of(
        directed=[
            edge for i in rungs for edge in (("X", f"A{i}"), (f"A{i}", f"B{i}"), (f"B{i}", "Y"))
        ]
    )
    lazily = separators(graph, "X", "Y")  # 2 ** 60 of them
    first = list(itertools.islice(lazily, 200))
    assert len(set(first)) == 200
    assert first[0] == {f"A{i}" for i in rungs}
    assert all(graph.separated("X", "Y", given=given) for given in first)
