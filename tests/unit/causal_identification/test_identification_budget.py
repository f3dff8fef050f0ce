"""A derivation that would be too long is an open question with a reason, at once."""

from __future__ import annotations

from itertools import pairwise

import pytest

import causal
from causal.checker import TooLargeError


def zigzag(length: int) -> causal.ADMG:
    """V0 -> V1 -> ... with Vi <-> Vi+2: each factor is a ratio of sums over all before it."""
    names = [f"V{i}" for i in range(length + 1)]
    near, far = pairwise(names), zip(names, names[2:], strict=False)
    return causal.ADMG.of(directed=list(near), bidirected=list(far))


def test_a_derivation_within_the_budget_is_given_and_one_beyond_it_is_undecided() -> None:
    graph, query = zigzag(10), "P(V10 | do(V0))"
    assert isinstance(causal.identify(graph, query), causal.Identified)
    answer = causal.identify(graph, query, budget=100)
    assert isinstance(answer, causal.Undecided)
    assert answer.reason == "its derivation is longer than the budget"


@pytest.mark.parametrize("length", [70, 100])
def test_a_derivation_through_one_large_district_is_as_long_as_the_district(length: int) -> None:
    answer = causal.identify(zigzag(length), f"P(V{length} | do(V0))")
    assert isinstance(answer, causal.Identified)
    assert len(answer.derivation.to_list()) <= 3.1 * length
    assert answer.estimand.size == length + 1  # laws


@pytest.mark.parametrize("length", [1000, 5000])
def test_where_one_conditional_or_one_sum_will_do_a_large_graph_needs_no_more(length: int) -> None:
    chain = list(pairwise(f"V{i}" for i in range(length)))
    effect = f"P(V{length - 1} | do(V0))"
    answer = causal.identify(causal.ADMG.of(directed=chain), effect)
    assert str(answer.estimand) == f"P(V{length - 1} | V0)"
    confounded = [(f"C{i}", v) for i, edge in enumerate(chain) for v in edge]
    answer = causal.identify(causal.ADMG.of(directed=[*chain, *confounded]), effect)
    assert str(answer.estimand) == f"Σ_{{C0}} P(C0) P(V{length - 1} | C0, V0)"
    assert len(answer.derivation.steps) == 3


def test_what_would_take_too_long_is_undecided_at_once() -> None:
    answer = causal.identify(zigzag(3000), "P(V3000 | do(V0))")
    assert isinstance(answer, causal.Undecided)
    assert answer.reason == "its derivation is longer than the budget"
    assert causal.identifiable(zigzag(3000), "P(V3000 | do(V0))")


def test_a_line_with_too_many_laws_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal.identification.proof.LONGEST", 20)
    answer = causal.identify(zigzag(30), "P(V30 | do(V0))")
    assert isinstance(answer, causal.Undecided)
    assert answer.reason == "a line of its derivation has more than 20 laws"


def test_a_line_that_only_the_checker_finds_too_long_is_undecided_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TooLargeError("a line has 10,000 laws, signs and brackets")

    monkeypatch.setattr("causal.calculus.certificate.replay", refuse)
    answer = causal.identify(zigzag(10), "P(V10 | do(V0))")
    assert isinstance(answer, causal.Undecided)
    assert "too long to be checked" in answer.reason
