"""The basis against brute force: what follows from it by the axioms are all m-separations.

Semi-graphoid axioms (Dawid 1979; Pearl 1988, 3.1): symmetry, decomposition, weak union and
contraction.  They hold in every law.  Intersection and composition hold in Gaussian laws.
"""

from __future__ import annotations

import itertools
from random import Random

import pytest

from causal import ADMG
from causal.identification.independences import Independence, independences

Triple = tuple[frozenset[str], frozenset[str], frozenset[str]]


def random_admg(rng: Random, n: int) -> ADMG:
    names = [f"V{i}" for i in range(n)]
    rng.shuffle(names)
    pairs = list(itertools.combinations(names, 2))
    arrows, hidden = rng.choice((0.2, 0.4, 0.6)), rng.choice((0, 0.2, 0.4, 0.6))
    return ADMG.of(
        nodes=names,
        directed=[pair for pair in pairs if rng.random() < arrows],
        bidirected=[pair for pair in pairs if rng.random() < hidden],
    )


def separations(graph: ADMG) -> set[Triple]:
    """Every m-separation of two sets given a third."""
    found = set()
    for roles in itertools.product("xyz-", repeat=len(graph.nodes)):
        x, y, z = (
            frozenset(v for v, r in zip(graph.nodes, roles, strict=True) if r == role)
            for role in "xyz"
        )
        if x and y and graph.separated(x, y, given=z):
            found.add((x, y, z))
    return found


def consequences(one: Triple, known: set[Triple], *, gaussian: bool):
    x, y, z = one
    yield y, x, z
    for v in y:
        if len(y) > 1:
            yield x, y - {v}, z
            yield x, y - {v}, z | {v}
    for a, b, c in known:
        if a != x or b & y:
            continue
        if c == z | y or z == c | b:
            yield x, y | b, c & z
        if gaussian and c == z:
            yield x, y | b, z
        if gaussian and c - y == z - b and y <= c and b <= z:
            yield x, y | b, z - b


def closed(basis: list[Independence], *, gaussian: bool = False) -> set[Triple]:
    """All that the axioms make of some independences."""
    known: set[Triple] = set()
    waiting: list[Triple] = [(one.one, one.other, one.given) for one in basis]
    while waiting:
        one = waiting.pop()
        if one not in known:
            known.add(one)
            waiting += consequences(one, known, gaussian=gaussian)
    return known


@pytest.mark.parametrize("seed", range(60))
def test_the_local_basis_implies_every_separation_and_nothing_else(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((3, 4, 4, 5)))
    assert closed(list(independences(graph))) == separations(graph), graph


@pytest.mark.parametrize("seed", range(60))
def test_the_pairwise_basis_does_so_where_independences_add_up(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, rng.choice((3, 4, 4, 5)))
    basis = list(independences(graph, "pairwise"))
    assert closed(basis, gaussian=True) == separations(graph), graph


@pytest.mark.parametrize("seed", range(30))
def test_no_element_of_the_local_basis_says_the_same_as_another(seed: int) -> None:
    rng = Random(seed)
    graph = random_admg(rng, 6)
    basis = list(independences(graph))
    blankets = [(one.one, one.given) for one in basis]
    assert len(set(blankets)) == len(blankets)
    for one in basis:
        assert graph.separated(one.one, one.other, given=one.given)
