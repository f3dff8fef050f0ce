"""World graphs against single units: a copy has, in every unit, the value that plain recursion has.

Merged and unmerged graphs agree: where the evidence holds, a merged copy has the value of each copy
that went into it.
"""

from __future__ import annotations

import itertools
from math import prod
from random import Random

import pytest
from strategies.counterfactuals import random_query, small_graph
from strategies.responses import Responses

from causal import ADMG
from causal.errors import ImpossibleEvidenceError
from causal.graph.parallel import Merged, WorldGraph
from causal.identification.counterfactual.asked import Asked, asked, potential
from causal.query import Query
from causal.variables import Symbol


def any_unit(rng: Random, responses: Responses) -> dict[str, dict]:
    return {v: rng.choice(functions) for v, functions in responses.functions.items()}


def values(worlds: WorldGraph, unit: dict[str, dict]) -> list[int]:
    """The value of each copy, from what it reads."""
    found: list[int] = []
    for copy in worlds.copies:
        parents = [worlds.graph.nodes[p] for p in worlds.graph.parent_lists[index(worlds, copy)]]
        reads = [read.value if isinstance(read, Symbol) else found[read] for read in copy.reads]
        at = dict(zip(parents, reads, strict=True))
        found.append(unit[copy.variable][tuple(at[p] for p in sorted(at))])
    return found


def index(worlds: WorldGraph, copy) -> int:
    return worlds.graph.index[copy.variable]


def questions(seeds: range):
    for seed in seeds:
        rng = Random(seed)
        graph = small_graph(rng)
        query = random_query(rng, graph)
        try:
            found = asked(graph, query)
        except ImpossibleEvidenceError:
            continue
        yield rng, graph, query, found


def holds(found: Asked, numbers: dict[int, Symbol], value: list[int]) -> bool:
    return all(value[number] == symbol.value for number, symbol in numbers.items())


def check_merged(found: Asked, merged: Merged, evidence: dict[int, Symbol], unit) -> bool:
    value = values(found.worlds, unit)
    if not holds(found, evidence, value):
        return False
    smaller = values(merged.worlds, unit)
    for number, place in enumerate(merged.places):
        assert place is None or smaller[place] == value[number]
    return True


def test_a_copy_has_the_value_that_its_world_gives_it():
    for rng, graph, query, found in questions(range(300)):
        responses = Responses(graph, dict.fromkeys(graph.nodes, 2))
        for _ in range(10):
            unit = any_unit(rng, responses)
            value = values(found.worlds, unit)
            for term in (*query.outcome, *query.given):
                place = found.worlds.asked[potential(term)]
                mine = place.value if isinstance(place, Symbol) else value[place]
                assert mine == responses.value(term, unit), f"{term} in {graph}"


def test_merged_and_unmerged_worlds_agree_wherever_the_evidence_holds():
    agreed = 0
    for rng, graph, _, found in questions(range(300)):
        responses = Responses(graph, dict.fromkeys(graph.nodes, 2))
        for _ in range(20):
            unit = any_unit(rng, responses)
            agreed += check_merged(found, found.seen, found.given, unit)
            if found.joint is not None:
                both = {**found.given, **found.outcome}
                agreed += check_merged(found, found.joint, both, unit)
    assert agreed > 1_000


def test_what_cannot_be_happens_in_no_unit():
    impossible = 0
    for rng, graph, query, found in questions(range(600)):
        if found.joint is None:
            impossible += 1
            responses = Responses(graph, dict.fromkeys(graph.nodes, 2))
            for _ in range(50):
                unit = any_unit(rng, responses)
                terms = (*query.outcome, *query.given)
                assert not all(responses.value(term, unit) == term.value for term in terms)
    assert impossible > 10


def law_of(worlds: WorldGraph, responses: Responses, laws) -> dict:
    """The exact joint law of all copies, over every unit there can be."""
    types = [
        list(itertools.product(*(responses.functions[v] for v in district)))
        for district in responses.districts
    ]
    found: dict = {}
    for places in itertools.product(*(range(len(one)) for one in types)):
        unit = {
            v: response
            for district, one, place in zip(responses.districts, types, places, strict=True)
            for v, response in zip(district, one[place], strict=True)
        }
        cell = tuple(values(worlds, unit))
        weight = prod(law[place] for law, place in zip(laws, places, strict=True))
        found[cell] = found.get(cell, 0) + weight
    return found


def independent(law: dict, one: int, other: int, given: tuple[int, ...]) -> bool:
    def margin(*places):
        found: dict = {}
        for cell, weight in law.items():
            key = tuple(cell[i] for i in places)
            found[key] = found.get(key, 0) + weight
        return found

    both, below = margin(one, other, *given), margin(*given)
    left, right = margin(one, *given), margin(other, *given)
    return all(
        both.get((a, b, *c), 0) * below[c] == left.get((a, *c), 0) * right.get((b, *c), 0)
        for a, b in itertools.product((0, 1), repeat=2)
        for c in below
    )


def test_copies_that_the_world_graph_separates_are_independent_in_a_model():
    separated = dependent = 0
    for rng, graph, _, found in questions(range(120)):
        responses = Responses.of(graph, dict.fromkeys(graph.nodes, 2), 1_000)
        worlds = found.worlds
        if responses is None or not 2 < len(worlds.copies) < 7:
            continue
        sizes = [prod(len(responses.functions[v]) for v in d) for d in responses.districts]
        laws = [[rng.randint(1, 9) for _ in range(size)] for size in sizes]
        law, drawn = law_of(worlds, responses, laws), worlds.to_admg()
        for one, other in itertools.combinations(range(len(worlds.copies)), 2):
            rest = [n for n in range(len(worlds.copies)) if n not in (one, other)]
            for given in [(), *((n,) for n in rest), tuple(rest)]:
                labels = [worlds.labels[n] for n in (one, other, *given)]
                holds = independent(law, one, other, given)
                if drawn.separated(labels[0], labels[1], given=labels[2:]):
                    separated += 1
                    assert holds, f"{labels} in {worlds}"
                else:
                    dependent += not holds
    assert separated > 100
    assert dependent > 100


@pytest.mark.parametrize(
    ("graph", "query", "copies"),
    [
        ("X -> Y; X <-> Y", "P(Y[X=1]=1 | X=1, Y=1)", 2),
        ("X -> Z -> Y; X <-> Y", "P(Y[X=1]=1 | X=1, Z=0)", 3),
        ("X -> Z -> Y; X <-> Y", "P(Y[X=1]=1 | X=0, Z=0)", 4),
    ],
)
def test_the_size_of_a_merged_graph(graph: str, query: str, copies: int):
    found = asked(ADMG.parse(graph), Query.parse(query))
    assert found.joint is not None
    assert len(found.joint.worlds.copies) == copies
