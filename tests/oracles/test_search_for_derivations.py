"""What the search derives is true, and it loses nothing that identification finds."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from strategies.exact import value
from strategies.graphs import hard_admg, random_admg

from causal import ADMG, Derivation, Equal, Identified, Undecided, derive, equal, identify
from causal.expression import P, Product, Quotient, Sum, laws, parse
from causal.model import random_scm


def atom(rng: Random, graph: ADMG) -> P:
    roles = rng.choices("ywx-", k=len(graph.nodes))
    roles[rng.randrange(len(roles))] = "y"
    parts = [[v for v, r in zip(graph.nodes, roles, strict=True) if r == role] for role in "ywx"]
    return P.of_names(*parts)


def compound(rng: Random, graph: ADMG):
    """A product, a ratio or a sum of one or two laws."""
    one, other = atom(rng, graph), atom(rng, graph)
    over = frozenset([rng.choice(sorted(one.free))])
    weighed = Product((one, P(over))) if over <= one.do else one
    return rng.choice([Product((one, other)), Quotient(one, other), Sum(over, weighed)])


def drawn(seed: int) -> tuple[Random, ADMG]:
    rng = Random(f"search {seed}")
    return rng, rng.choice([random_admg, hard_admg])(rng, 4)


@pytest.mark.parametrize("seed", range(30))
def test_a_law_is_derived_exactly_when_it_is_identified(seed):
    rng, graph = drawn(seed)
    for _ in range(4):
        law = atom(rng, graph)
        if law.do:
            found = derive(graph, law, budget=30)
            assert isinstance(found, Derivation) is isinstance(
                identify(graph, str(law)), Identified
            )


@pytest.mark.parametrize("seed", range(30))
def test_a_formula_is_derived_when_its_laws_are_and_what_is_derived_is_true(seed):
    rng, graph = drawn(seed)
    model = random_scm(graph, seed)
    for _ in range(3):
        formula = compound(rng, graph)
        found = derive(graph, formula, budget=30)
        if isinstance(found, Undecided):
            assert "no derivation was found" in found.reason
            acting = [law for law in laws(formula) if law.do]
            assert not all(isinstance(identify(graph, str(law)), Identified) for law in acting)
            continue
        found.check(graph)
        assert not any(law.do for law in laws(found.end))
        free = sorted(formula.free | found.end.free)
        for cell in itertools.product((0, 1), repeat=len(free)):
            at = dict(zip(free, cell, strict=True))
            assert value(model, formula, at) == value(model, found.end, at), (graph, str(formula))


def test_a_compound_may_be_derived_of_which_no_law_is_identified():
    graph = ADMG.parse("X -> Y -> W; X <-> Y")
    for formula in ("P(W, Y | do(X)) / P(Y | do(X))", "Σ_{Y} P(Y | do(X))"):
        acting = [law for law in laws(parse(formula)) if law.do]
        assert not any(isinstance(identify(graph, str(law)), Identified) for law in acting)
        assert isinstance(derive(graph, formula), Derivation)


def test_a_law_whose_derivation_gathers_laws_side_by_side_is_grounded_in_any_formula():
    graph = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y; X <-> Y")
    law = "P(Y | do(W), Z)"
    assert any(step.gathers for step in identify(graph, law).derivation.steps)
    for formula in (law, f"P(W) {law}", f"{law} / P(Y)", f"{law} {law}"):
        found = derive(graph, formula, budget=1)
        assert isinstance(found, Derivation)
        assert not any(p.do for p in laws(found.end))
        found.check(graph)
    assert isinstance(equal(graph, law, "Σ_{W} P(W) P(Y | W, Z)"), Equal)
