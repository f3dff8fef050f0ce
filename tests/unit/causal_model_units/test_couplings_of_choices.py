"""What a unit's choice says of its choice under other odds: known numbers and brute force."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal.errors import DomainError, ImpossibleEvidenceError
from causal.model import (
    Categorical,
    FreeOdds,
    GumbelMax,
    InverseCDF,
    Logits,
    Normal,
    Polynomial,
    Threshold,
)
from causal.model.continuous.coupling import gumbel_chances

SHARES = st.sampled_from([0, 0, 1, 1, 2, 3, 7, 10**6])
BEFORE, AFTER = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 0.3])


def odds(x):
    return np.where(x == 0, BEFORE[:, None], AFTER[:, None])


def chances(coupling, chosen: int) -> np.ndarray:
    choice = Categorical(FreeOdds(("X",), odds), (0, 1, 2), coupling=coupling)
    return choice.couple(np.array([chosen]), [np.zeros(1)], [np.ones(1)]).weights[:, 0]


@pytest.mark.parametrize(
    ("coupling", "stays"), [(InverseCDF(), (0.4, 2 / 3)), (GumbelMax(), (0.4, 1.0))]
)
def test_the_coupling_decides_who_stays(coupling, stays) -> None:
    for chosen, chance in enumerate(stays):
        assert chances(coupling, chosen)[chosen] == pytest.approx(chance)


@given(data=st.data(), size=st.integers(2, 6))
def test_couplings_have_the_right_margins(data, size) -> None:
    """Whatever was seen, weighed by how likely it was, makes up the law under the other odds."""
    weights = st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any)
    before, after = (np.array(data.draw(weights), dtype=float) for _ in range(2))
    before, after = before / before.sum(), after / after.sum()
    rows = FreeOdds(("X",), lambda x: np.where(x == 0, before[:, None], after[:, None]))
    seen = np.flatnonzero(before > 0)
    for coupling in (InverseCDF(), GumbelMax()):
        choice = Categorical(rows, range(size), coupling=coupling)
        table = choice.couple(seen, [np.zeros(seen.size)], [np.ones(seen.size)]).weights
        assert (table >= 0).all()
        np.testing.assert_allclose(table.sum(axis=0), 1.0)
        np.testing.assert_allclose(table @ before[seen], after, atol=1e-12)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_gumbel_race_in_closed_form_is_the_race_run_many_times(size) -> None:
    rng = np.random.default_rng(size)
    runs = 400_000
    gumbel = rng.gumbel(size=(size, runs))
    for zero in (False, True):
        before, after = rng.dirichlet(np.ones(size)), rng.dirichlet(np.ones(size))
        if zero:
            before[0], after[-1] = 0.0, 0.0
            before, after = before / before.sum(), after / after.sum()
        with np.errstate(divide="ignore"):
            first = (np.log(before)[:, None] + gumbel).argmax(axis=0)
            second = (np.log(after)[:, None] + gumbel).argmax(axis=0)
        for chosen in np.flatnonzero(before):
            ours = gumbel_chances(before[:, None], after[:, None], np.array([chosen]))[:, 0]
            there = second[first == chosen]
            met = np.bincount(there, minlength=size) / there.size
            np.testing.assert_allclose(ours, met, atol=4 / np.sqrt(there.size))


@given(
    st.integers(1, 5).flatmap(lambda n: st.tuples(*[st.lists(SHARES, min_size=n, max_size=n)] * 2))
)
def test_a_gumbel_race_in_closed_form_is_the_race_in_fractions(weights) -> None:
    """Exact integrals over cones of clocks, ties and values that cannot be included."""
    if not all(map(sum, weights)):
        return
    laws = [tuple(Fraction(w, sum(row)) for w in row) for row in weights]
    cells = GumbelMax().cells(laws)
    size = len(laws[0])
    before, after = (np.array([[float(p)] for p in law]) for law in laws)
    for seen in (v for v in range(size) if laws[0][v]):
        own = [cell for cell in cells if cell.picks[0] == seen]
        exact = [
            sum(cell.weight for cell in own if cell.picks[1] == v) / laws[0][seen]
            for v in range(size)
        ]
        ours = gumbel_chances(before, after, np.array([seen])).ravel()
        np.testing.assert_allclose(ours, [float(p) for p in exact], atol=1e-12)


@pytest.mark.parametrize("tiny", [1e-310, 1e-200, 1e-30])
def test_a_gumbel_race_bears_the_smallest_of_odds(tiny) -> None:
    rare, sure = np.array([[tiny], [1.0 - tiny]]), np.array([[0.5], [0.5]])
    assert gumbel_chances(sure, rare, np.array([0])).ravel() == pytest.approx([2 * tiny, 1.0])
    assert gumbel_chances(rare, sure, np.array([0])).ravel() == pytest.approx([1.0, 0.0])
    assert gumbel_chances(rare, rare, np.array([1])).ravel() == pytest.approx([0.0, 1.0])


def test_a_gumbel_race_is_stable() -> None:
    """Oberst & Sontag (2019): nobody moves to a value whose odds against theirs have fallen."""
    rng = np.random.default_rng(0)
    before, after = (rng.dirichlet(np.ones(4), 500).T for _ in range(2))
    for chosen in range(4):
        ours = gumbel_chances(before, after, np.full(500, chosen))
        ratio = after / before
        assert (ours[ratio < ratio[chosen]] == 0).all()


def test_a_threshold_is_the_overlap_of_intervals() -> None:
    """Ordered probit with numbers from the normal table, by hand."""
    grade = Threshold(Polynomial({"X": 1.0}), (0.0, 1.0), values=("low", "middle", "high"))
    cdf = Normal().form.cdf
    ours = grade.couple(np.array(["low"]), [np.array([0.0])], [np.array([0.5])]).weights[:, 0]
    low = cdf(np.array(-0.5)) / 0.5
    np.testing.assert_allclose(ours, [low, 1 - low, 0.0], atol=1e-12)


def test_a_value_that_cannot_be_is_refused() -> None:
    never = Categorical(Logits((0, 0), {"X": (0, 2000)}))
    with pytest.raises(ImpossibleEvidenceError):
        never.couple(np.array([0]), [np.ones(1)], [np.zeros(1)])
    with pytest.raises(ImpossibleEvidenceError):
        Threshold(1.0, noise=Normal(0, 1e-3)).abduct(np.array([0]), [])
    with pytest.raises(DomainError):
        Threshold(1.0).abduct(np.array([3]), [])
