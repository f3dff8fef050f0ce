"""The promises of an interval and of a verdict, counted over simulated studies.

Components around one baseline whose seeds they share; seeded draws, bands of three standard
errors or four.
"""

import numpy as np
import pytest

from ablation.statistics import Comparison, Method, ModeratedPairedT, PairedT
from ablation.statistics.multiplicity import beyond

STUDIES = 800
LADDER = (1.0, 1.5, 2.0, 2.4, 3.2, 10.0)
MOSTLY_ALIKE = (1.0, 1.0, 1.0, 1.2, 1.2, 1.4, 1.6, 2.4, 3.2)
ALIKE = (1.0,) * 8
FLOOR = 0.93


def studies(n: int, scales: tuple[float, ...], noise: str = "normal") -> list[list[Comparison]]:
    """Studies in which no component does anything, with these standard deviations of the arms."""
    rng = np.random.default_rng([n, *(int(10 * scale) for scale in scales)])

    def draw(*size: int) -> np.ndarray:
        if noise == "skewed":
            return (rng.gamma(4, size=size) - 4) / 2
        return rng.normal(size=size)

    made = []
    for _ in range(STUDIES):
        luck, own = draw(n), draw(n)
        arms = draw(len(scales), n) * np.array(scales)[:, None]
        baseline = dict(enumerate((luck + own).tolist()))
        made.append(
            [
                Comparison(
                    component=f"c{k}",
                    baseline=baseline,
                    ablated=dict(enumerate((luck + arm).tolist())),
                )
                for k, arm in enumerate(arms)
            ]
        )
    return made


def coverage(by: Method, runs: list[list[Comparison]]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each interval holds zero, and its width: studies x components."""
    ends = np.array([[one.interval(0.95) for one in by.estimate(run)] for run in runs])
    return (ends[..., 0] <= 0) & (ends[..., 1] >= 0), ends[..., 1] - ends[..., 0]


@pytest.mark.parametrize("noise", ["normal", "skewed"])
@pytest.mark.parametrize("n", [3, 5])
def test_among_like_components_the_interval_covers_and_is_shorter_than_a_paired_t(
    n: int, noise: str
) -> None:
    runs = studies(n, ALIKE, noise)
    hits, width = coverage(ModeratedPairedT(), runs)
    _, wide = coverage(PairedT(), runs)
    assert 0.94 < hits.mean() < 0.975
    assert width.mean() < {3: 0.88, 5: 0.96}[n] * wide.mean()


@pytest.mark.parametrize("scales", [LADDER, MOSTLY_ALIKE], ids=["ladder", "mostly alike"])
@pytest.mark.parametrize("n", [3, 5, 10])
def test_every_component_is_covered_however_much_noisier_it_is(
    n: int, scales: tuple[float, ...]
) -> None:
    """Counted beside the paired t, which covers exactly .95 here and has the same luck."""
    runs = studies(n, scales)
    hits, _ = coverage(ModeratedPairedT(), runs)
    exact, _ = coverage(PairedT(), runs)
    gained = hits.astype(float) - exact
    shares = 0.95 + gained.mean(axis=0)
    bands = 3 * gained.std(axis=0, ddof=1) / len(runs) ** 0.5
    for scale, share, luck in zip(scales, shares, bands, strict=True):
        assert share > FLOOR - luck, (scale, share)


def test_a_full_loan_would_fail_the_component_that_is_somewhat_noisier() -> None:
    runs = studies(5, MOSTLY_ALIKE)
    full, _ = coverage(ModeratedPairedT(lent=float("inf")), runs)
    exact, _ = coverage(PairedT(), runs)
    assert 0.95 + full[:, -1].mean() - exact[:, -1].mean() < FLOOR - 0.01


def test_borrowing_never_lowers_the_spread_that_a_component_showed() -> None:
    for run in studies(3, LADDER)[:100]:
        for ours, own in zip(
            ModeratedPairedT().estimate(run), PairedT().estimate(run), strict=True
        ):
            assert ours.se >= own.se * (1 - 1e-12)


@pytest.mark.parametrize("by", [ModeratedPairedT(), PairedT()], ids=["default", "paired t"])
@pytest.mark.parametrize("scales", [(1.0,) * 9, MOSTLY_ALIKE], ids=["alike", "mostly alike"])
def test_few_studies_claim_too_much_even_when_every_effect_lies_on_the_regions_edge(
    by: Method, scales: tuple[float, ...]
) -> None:
    """No effect and a region of no width: every effect lies on both edges, the hardest case."""
    false = []
    for run in studies(5, scales):
        adjusted = beyond(by.estimate(run), 0.0)
        false.append(any(min(pair) <= 0.05 for pair in adjusted))
    assert np.mean(false) < 0.05 + 4 * (0.05 * 0.95 / STUDIES) ** 0.5
