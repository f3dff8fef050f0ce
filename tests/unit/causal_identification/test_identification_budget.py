"""A derivation that would be too long is an open question with a reason, at once."""

from __future__ import annotations

from itertools import pairwise

import pytest

import causal


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


@pytest.mark.parametrize(("length", "reason"), [(90, "laws"), (400, "budget"), (3000, "budget")])
def test_what_no_checker_could_read_is_undecided_and_no_defect(length: int, reason: str) -> None:
    answer = causal.identify(zigzag(length), f"P(V{length} | do(V0))")
    assert isinstance(answer, causal.Undecided)
    assert reason in answer.reason
    assert causal.identifiable(zigzag(length), f"P(V{length} | do(V0))")


def test_a_line_that_only_the_checker_finds_too_long_is_undecided_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("causal.identification.proof.LONGEST", 10_000)
    answer = causal.identify(zigzag(90), "P(V90 | do(V0))")
    assert isinstance(answer, causal.Undecided)
    assert "too long to be checked" in answer.reason
