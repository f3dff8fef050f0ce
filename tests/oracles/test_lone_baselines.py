"""Further runs of the baseline: what they are promised to bring, counted over simulated studies."""

import numpy as np
import pytest
from scipy import optimize

from ablation.statistics import Comparison, ModeratedPairedT, Recovering

STUDIES = 400


def studies(pairs: int, arms: int, share: float, scales: tuple[float, ...] = ()) -> list:
    """Studies without effects, whose seeds bring this share of the spread, with √K baselines."""
    rng = np.random.default_rng([pairs, arms, int(100 * share), len(scales)])
    runs = round(pairs * arms**0.5)
    scales = scales or (1.0,) * arms
    for _ in range(STUDIES):
        luck = rng.normal(0, share**0.5, runs)
        own = rng.normal(0, (1 - share) ** 0.5, (arms + 1, runs))
        baseline = dict(enumerate((luck + own[0]).tolist()))
        yield [
            Comparison(
                component=f"c{k}",
                baseline=baseline,
                ablated=dict(enumerate((luck + scale * arm)[:pairs].tolist())),
                lone=frozenset(range(pairs, runs)),
            )
            for k, (arm, scale) in enumerate(zip(own[1:], scales, strict=True))
        ]


def counted(by, runs: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each interval holds zero, its width, and the effect: studies x components."""
    found = [by.estimate(run) for run in runs]
    ends = np.array([[one.interval(0.95) for one in each] for each in found])
    effects = np.array([[one.effect for one in each] for each in found])
    return (ends[..., 0] <= 0) & (ends[..., 1] >= 0), ends[..., 1] - ends[..., 0], effects


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("pairs", "arms"), [(5, 4), (8, 5)])
def test_intervals_cover_are_no_wider_and_effects_no_farther_off(
    pairs: int, arms: int, share: float
) -> None:
    runs = [*studies(pairs, arms, share)]
    hits, width, effects = counted(Recovering(), runs)
    exact, wide, paired = counted(ModeratedPairedT(), runs)
    gained = (hits.astype(float) - exact).mean(axis=1)
    band = 3 * gained.std(ddof=1) / STUDIES**0.5
    assert exact.mean() + gained.mean() > 0.93 - band
    assert width.mean() < {0.0: 0.84, 0.5: 0.92, 0.9: 0.995}[share] * wide.mean()
    assert effects.std() < 1.005 * paired.std()
    assert abs(effects.mean()) < 5 * effects.std() / STUDIES**0.5


def test_the_noisiest_component_is_covered_too() -> None:
    runs = [*studies(5, 6, 0.5, (1.0, 1.5, 2.0, 2.4, 3.2, 10.0))]
    hits, _, _ = counted(Recovering(), runs)
    assert hits.mean(axis=0).min() > 0.93 - 3 * (0.93 * 0.07 / STUDIES) ** 0.5


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_the_weight_is_the_one_that_makes_the_difference_shortest(share: float) -> None:
    """Minimised by a program, of the variance as it follows from the covariances of the runs."""
    pairs, more = 5, 10
    seed = np.eye(pairs + more) * share
    runs = np.block([[seed, seed], [seed, seed]]) + (1 - share) * np.eye(2 * (pairs + more))

    def spread(c: float) -> float:
        on = np.r_[np.full(pairs, c / pairs), np.full(more, (1 - c) / more)]
        off = np.r_[np.full(pairs, -1 / pairs), np.zeros(more)]
        signs = np.r_[on, off]
        return float(signs @ runs @ signs)

    best = optimize.minimize_scalar(spread, bounds=(0, 1), method="bounded").x
    assert best == pytest.approx((pairs + share * more) / (pairs + more), abs=1e-4)
    gained = spread(best) / spread(1.0)
    assert gained == pytest.approx((1 + share) / 2 + (1 - share) / 2 * pairs / (pairs + more))


def test_below_five_pairs_and_after_failures_it_is_the_paired_method() -> None:
    for run in [*studies(4, 4, 0.5)][:20]:
        assert Recovering().estimate(run) == ModeratedPairedT().estimate(run)
    failed = Comparison(
        component="a", baseline=dict.fromkeys(range(9), 1.0) | {8: 5.0, 7: 3.0},
        ablated={seed: 0.5 + seed / 10 for seed in range(7)},
    )  # fmt: skip
    assert Recovering().estimate([failed]) == ModeratedPairedT().estimate([failed])
