"""Tikka & Karvanen (2017), "Identifying causal effects with the R package causaleffect", JSS 76,
and the examples in the manual of that package.
"""

from __future__ import annotations

from strategies.exact import assert_identified_as

from causal import ADMG, Identified, identify
from causal.checker import check

PRUNING = (
    "x -> z4 -> y; z3 -> z2 -> z1 -> x; z3 -> x; z5 -> z1; z5 -> z4; "
    "x <-> z2; z2 <-> z3; z2 <-> y; z4 <-> y; z5 <-> z4"
)


def test_the_first_example_is_adjusted_for_its_confounder():
    graph = ADMG.parse("z -> x -> y; z -> y; x <-> z")
    assert_identified_as(graph, "P(y | do(x))", "Σ_{z} P(y | x, z) P(z)")


def test_the_pruning_example_is_identified_with_all_its_detours():
    graph = ADMG.parse(PRUNING)
    answer = identify(graph, "P(y | do(x))")
    assert isinstance(answer, Identified)
    assert "random models: equal in 3" in check(answer.certificate)
