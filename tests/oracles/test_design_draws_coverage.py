"""Intervals over blocks that draw their own runs cover the truth; with one draw for all, not.

The truth is the Shapley value of a game with interactions, by enumeration. The noise of runs is
small, so what an interval misses is the luck of the draw.
"""

import numpy as np
import pytest
from scipy import stats

from ablation import Component, RandomMasks, Shapley, ShapleySampling

COUNT, BLOCKS, REPEATS = 5, 6, 150
PARTS = [Component(f"c{index}", switch=f"c{index}") for index in range(COUNT)]
GAME = np.random.default_rng(17).normal(size=2**COUNT)


def values(design) -> dict[str, float]:
    place, full = {each.name: index for index, each in enumerate(PARTS)}, 2**COUNT - 1
    return {
        each.name: GAME[full ^ sum(1 << place[one.name] for one in each.off)]
        for each in design.conditions(PARTS)
    }


def estimates(design, rng) -> np.ndarray:
    runs = {name: value + rng.normal(0, 0.01) for name, value in values(design).items()}
    return np.array(
        [
            sum(w * runs[name] for name, w in each.weights.items())
            for each in design.contrasts(PARTS)
        ]
    )


def covered(design, truth: np.ndarray, *, own_draws: bool) -> float:
    """The share of 95 % intervals that hold the truth, over studies and components."""
    rng, hits = np.random.default_rng(2), []
    bar = stats.t.isf(0.025, BLOCKS - 1)
    for study in range(REPEATS):
        first = BLOCKS * study
        seeds = [first + block if own_draws else first for block in range(BLOCKS)]
        found = np.array([estimates(design.at(seed), rng) for seed in seeds])
        half = bar * found.std(axis=0, ddof=1) / np.sqrt(BLOCKS)
        hits.append(np.abs(found.mean(axis=0) - truth) <= half)
    return float(np.mean(hits))


@pytest.fixture(scope="module")
def shapley() -> np.ndarray:
    runs = values(Shapley())
    return np.array(
        [sum(w * runs[n] for n, w in each.weights.items()) for each in Shapley().contrasts(PARTS)]
    )


def test_sampled_shapley_values_are_covered_because_every_block_draws_anew(shapley) -> None:
    assert covered(ShapleySampling(2), shapley, own_draws=True) > 0.92
    assert covered(ShapleySampling(2), shapley, own_draws=False) < 0.3


def test_random_masks_cover_what_least_squares_find_on_average() -> None:
    """Over all draws the estimate has a mean of its own; intervals are about that."""
    rng, design = np.random.default_rng(4), RandomMasks(masks=20)
    mean = np.mean([estimates(design.at(10_000 + block), rng) for block in range(800)], axis=0)
    assert covered(design, mean, own_draws=True) > 0.92
    assert covered(design, mean, own_draws=False) < 0.3
