"""What a graph implies holds in its models, exactly, and what is called new fails without it."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from strategies.graphs import admgs, hard_admgs, seeds

import causal
from causal import ADMG, Agreement, Independence, KernelConstraint
from causal.identification.typical import ancestral
from causal.model import random_scm

NAPKIN = "W -> Z -> X -> Y; W <-> X; W <-> Y"


def holds(implication: causal.Independence | KernelConstraint | Agreement, law: pd.Series) -> bool:
    """Whether an implication is true of a law."""
    match implication:
        case Independence(one, other, given):
            return independent(law, sorted(one), sorted(other), sorted(given))
        case KernelConstraint(formula, free_of):
            return ignores(formula.evaluate(law), free_of)
        case Agreement(_, one, other):
            return same(one.evaluate(law), other.evaluate(law))


def independent(law: pd.Series, x: list[str], y: list[str], z: list[str]) -> bool:
    """P(x, y, z) P(z) = P(x, z) P(y, z), cell by cell."""
    margin = {
        names: law.groupby(list(names)).sum() if names else None
        for names in (tuple(x + y + z), tuple(x + z), tuple(y + z), tuple(z))
    }

    def chance(names: list[str], at: dict[str, int]) -> Fraction:
        if not names:
            return Fraction(1)
        cell = tuple(at[v] for v in names)
        return margin[tuple(names)][cell if len(cell) > 1 else cell[0]]

    names = x + y + z
    for cell in itertools.product(*(law.index.get_level_values(v).unique() for v in names)):
        at = dict(zip(names, cell, strict=True))
        if chance(names, at) * chance(z, at) != chance(x + z, at) * chance(y + z, at):
            return False
    return True


def ignores(value: pd.Series, free_of: frozenset[str]) -> bool:
    rest = [v for v in value.index.names if v not in free_of]
    groups = value.groupby(rest) if rest else [((), value)]
    return all(len(set(group)) == 1 for _, group in groups)


def same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two tables agree wherever the variables that both mention do."""
    shared = [v for v in one.index.names if v in other.index.names]
    both = pd.merge(one.rename("one").reset_index(), other.rename("other").reset_index(), on=shared)
    return len(both) > 0 and bool((both["one"] == both["other"]).all())


@settings(max_examples=60, deadline=None)
@given(graph=hard_admgs(max_nodes=5), seed=seeds())
def test_every_implication_holds_in_every_model_of_the_graph(graph: ADMG, seed: int) -> None:
    law = random_scm(graph, seed).law()
    for basis in ("local", "pairwise"):
        for implication in causal.implications(graph, basis=basis, most=30):
            assert holds(implication, law), implication


@pytest.mark.parametrize("text", ["A -> B -> C -> D; B <-> D", NAPKIN])
def test_a_kernel_constraint_holds_with_three_values_too(text: str) -> None:
    law = random_scm(ADMG.parse(text), 5, values=3).law()
    (kernel,) = causal.implications(ADMG.parse(text)).kernels
    assert holds(kernel, law)


@settings(max_examples=60, deadline=None)
@given(graph=hard_admgs(max_nodes=5), seed=seeds())
def test_a_kernel_constraint_fails_in_a_law_that_has_the_independences_only(
    graph: ADMG, seed: int
) -> None:
    kernels = causal.implications(graph, most=30).kernels
    # The maximal ancestral graph: other laws, the same separations (the test below).
    law = random_scm(ancestral(graph), seed).law() if kernels else None
    assert not [kernel for kernel in kernels if holds(kernel, law)]


def test_a_margin_of_a_constraint_is_not_listed_beside_it() -> None:
    (kernel,) = causal.implications(ADMG.parse("A -> B -> C -> D; B <-> D; D <-> E")).kernels
    assert str(kernel) == "Σ_{B} P(B | A) P(D, E | A, B, C) does not depend on A"


@settings(max_examples=60, deadline=None)
@given(graph=admgs(min_nodes=3, max_nodes=5))
def test_the_ancestral_graph_has_the_same_separations(graph: ADMG) -> None:
    other = ancestral(graph)
    for one, two in itertools.combinations(graph.nodes, 2):
        rest = [v for v in graph.nodes if v not in (one, two)]
        for size in range(len(rest) + 1):
            for fixed in itertools.combinations(rest, size):
                there = other.separated(one, two, given=fixed)
                assert graph.separated(one, two, given=fixed) is there


@pytest.mark.parametrize("seed", range(3))
def test_the_formulas_of_the_napkin_agree_in_its_models_and_not_in_others(seed: int) -> None:
    graph = ADMG.parse(NAPKIN)
    found = causal.implications(graph, "P(Y | do(X))")
    assert found.agreements
    ours, others = random_scm(graph, seed).law(), random_scm(ancestral(graph), seed).law()
    for implication in (*found.kernels, *found.agreements):
        assert holds(implication, ours)
        assert not holds(implication, others)


def test_a_query_without_a_formula_implies_nothing_more() -> None:
    bow = ADMG.parse("X -> Y; X <-> Y")
    assert len(causal.implications(bow, "P(Y | do(X))")) == 0
    assert str(causal.implications(bow)) == "no equality that data could violate"
