"""Seeds as units: paired they are counted, unpaired they are bounded."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation import (
    Component,
    LeaveOneOut,
    Metric,
    Study,
    Trial,
    Trials,
    paired,
    retrained,
    unpaired,
)
from ablation.attribution import EvidenceNeverHeldError, Explanation, Unpaired
from ablation.attribution.event import EventError
from ablation.attribution.retraining import NoRunsError
from ablation.errors import UnknownComponentError

SEEDS = 12
STUDY = Study(
    "toy",
    "toy:train",
    [Component("mlp", switch="mlp"), Component("drop", switch="drop")],
    LeaveOneOut(),
    [Metric("accuracy")],
    seeds=SEEDS,
    config={"mlp": True, "drop": True},
)


def well(metrics) -> bool:
    return metrics["accuracy"] > 0.5


def trials(on: list[int], off: list[int], streams=lambda arm, seed: {"init": seed}) -> Trials:
    """Trials that came out well (1), badly (0) or not at all (-1)."""
    arms = (("baseline", None, on), ("without mlp", "mlp", off))
    return Trials(
        STUDY,
        [
            Trial(
                study="toy", condition=arm, component=part, seed=seed,
                status="done" if held >= 0 else "failed",
                metrics={"accuracy": float(held)} if held >= 0 else {},
                error=None if held >= 0 else "diverged",
                environment={"streams": streams(arm, seed)},
            )
            for arm, part, came in arms
            for seed, held in enumerate(came)
        ],
    )  # fmt: skip


def test_paired_seeds_are_counted_one_by_one():
    on, off = [1, 1, 1, 1, 0, 0, 1, -1], [1, 0, 0, 1, 1, 0, -1, 1]
    found = retrained(trials(on, off), "mlp", event=well)
    assert isinstance(found, Explanation)
    assert (found.draws, found.accepted, found.unit) == (6, 4, "seed")
    assert found.probability == 2 / 4
    assert found.necessity_and_sufficiency == 2 / 6
    assert found.sites == ("init",)
    assert "seeds, out of 6, that agree with it" in str(found)
    assert found.kind == "Clopper-Pearson"


@pytest.mark.parametrize(
    "streams",
    [
        lambda arm, seed: {},
        lambda arm, seed: {"init": seed + (arm == "baseline")},
        lambda arm, seed: {arm: seed},
    ],
    ids=["nothing recorded", "other seeds", "other streams"],
)
def test_trainings_without_common_noise_give_bounds_only(streams):
    found = retrained(trials([1, 1, 0, 1], [0, 1, 0, 0], streams), "mlp", event=well)
    assert isinstance(found, Unpaired)
    assert "They share no noise" in str(found)
    assert not hasattr(found, "probability")
    told = retrained(trials([1, 1, 0, 1], [0, 1, 0, 0], streams), "mlp", event=well, paired=True)
    assert isinstance(told, Explanation)
    assert "is said, not recorded" in told.assumptions[0]


def test_arms_trained_together_are_pairs_seed_by_seed():
    on = {seed: {"loss": 1.0 + (seed == 3)} for seed in range(5)}
    off = {seed: {"loss": 1.0 + (seed > 2)} for seed in range(6)}
    found = paired(on, off, component="mlp", event=lambda metrics: metrics["loss"] < 2)
    assert (found.draws, found.accepted, found.probability) == (5, 4, 0.75)
    with pytest.raises(NoRunsError, match="a seed in common"):
        paired({0: {"loss": 1.0}}, {1: {"loss": 1.0}}, component="mlp", event=lambda _: True)


def test_pairs_can_be_declined():
    assert isinstance(retrained(trials([1], [0]), "mlp", event=well, paired=False), Unpaired)


@settings(deadline=None)
@given(cells=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_bounds_hold_what_pairs_would_have_said(cells):
    on, off = (
        [{"accuracy": float(each)} for each in column] for column in zip(*cells, strict=True)
    )
    bound = unpaired(on, off, component="mlp", event=well)
    both, only = cells.count((True, True)), cells.count((True, False))
    neither = cells.count((False, False))
    for low, high in (
        bound.bounds,
        bound.sufficiency_bounds,
        bound.necessity_and_sufficiency_bounds,
    ):
        assert 0 <= low <= high <= 1
    if both + only:
        assert bound.bounds[0] - 1e-12 <= both / (both + only) <= bound.bounds[1] + 1e-12
        low, high = bound.necessity_bounds
        assert low - 1e-12 <= only / (both + only) <= high + 1e-12
    if only + neither:
        low, high = bound.sufficiency_bounds
        assert low - 1e-12 <= only / (only + neither) <= high + 1e-12
    low, high = bound.necessity_and_sufficiency_bounds
    assert low - 1e-12 <= only / len(cells) <= high + 1e-12


@pytest.mark.parametrize("share", [(0.9, 0.3), (0.5, 0.5), (0.2, 0.7)])
def test_with_many_runs_the_bounds_are_those_of_the_frequencies(share):
    n = 100_000
    on, off = ([{"accuracy": float(i < p * n)} for i in range(n)] for p in share)
    found = unpaired(on, off, component="mlp", event=well)
    p, q = share
    assert found.bounds == pytest.approx((max(0, p + q - 1) / p, min(p, q) / p), abs=0.02)
    pns = (max(0, p - q), min(p, 1 - q))
    assert found.necessity_and_sufficiency_bounds == pytest.approx(pns, abs=0.02)
    ps = tuple(each / (1 - q) for each in pns)
    assert found.sufficiency_bounds == pytest.approx(ps, abs=0.02)


def test_the_bounds_cover_at_least_as_often_as_they_say():
    rng = np.random.default_rng(0)
    p, q = 0.8, 0.5
    truth = max(0, p + q - 1) / p, min(p, q) / p
    missed = 0
    for _, _ in itertools.product(range(20), range(20)):
        sums = [(int(rng.binomial(15, each)), 15) for each in (p, q)]
        low, high = Unpaired("mlp", "it is well", *sums, 0.9).bounds
        missed += not (low <= truth[0] and truth[1] <= high)
    assert missed / 400 <= 0.1


def test_what_says_nothing_is_refused():
    with pytest.raises(UnknownComponentError, match="Did you mean mlp"):
        retrained(trials([1], [1]), "mpl", event=well)
    with pytest.raises(NoRunsError, match="0 trainings with 'mlp' and 1 without"):
        retrained(trials([-1], [1]), "mlp", event=well)
    with pytest.raises(NoRunsError):
        unpaired([], [{"accuracy": 1.0}], component="mlp", event=well)
    with pytest.raises(EvidenceNeverHeldError):
        retrained(trials([0, 0], [1, 1]), "mlp", event=well)
    with pytest.raises(EventError, match=r"returned 1.0 \(float\) of one training"):
        retrained(trials([1], [1]), "mlp", event=lambda metrics: metrics["accuracy"])
