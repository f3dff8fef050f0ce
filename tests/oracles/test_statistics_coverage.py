"""The promise of an interval, counted: how often it holds the truth, over simulated studies.

Eight components around one baseline whose seeds they share; the truth is that none does anything.
The band is four standard errors over studies, since the components of one study err together.
"""

import numpy as np
import pytest

from ablation.statistics import Comparison, Method, ModeratedPairedT, PairedT

ARMS, STUDIES = 8, 500


def studies(n: int, unstable: float, noise: str) -> list[list[Comparison]]:
    rng = np.random.default_rng([n, int(unstable)])

    def draw(*size: int) -> np.ndarray:
        if noise == "skewed":
            return (rng.gamma(4, size=size) - 4) / 2
        return rng.normal(size=size)

    made = []
    for _ in range(STUDIES):
        luck, own, arms = draw(n), draw(n), draw(ARMS, n)
        arms[0] *= unstable
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


def band(hits: np.ndarray) -> float:
    per_study = hits.reshape(len(hits), -1).mean(axis=1)
    return 4 * float(per_study.std(ddof=1)) / len(hits) ** 0.5


@pytest.mark.parametrize("noise", ["normal", "skewed"])
@pytest.mark.parametrize("n", [3, 5])
def test_the_default_interval_covers_what_it_promises_and_is_shorter(n: int, noise: str) -> None:
    runs = studies(n, unstable=1, noise=noise)
    hits, width = coverage(ModeratedPairedT(), runs)
    _, wide = coverage(PairedT(), runs)
    assert abs(hits.mean() - 0.95) < band(hits)
    assert hits.mean() > 0.935
    assert width.mean() < {3: 0.7, 5: 0.85}[n] * wide.mean()


@pytest.mark.parametrize(("n", "floor"), [(3, 0.87), (5, 0.92)])
def test_one_component_ten_times_noisier_neither_suffers_nor_spoils_the_rest(
    n: int, floor: float
) -> None:
    hits, width = coverage(ModeratedPairedT(), runs := studies(n, unstable=10, noise="normal"))
    _, wide = coverage(PairedT(), runs)
    assert abs(hits[:, 1:].mean() - 0.95) < band(hits[:, 1:])
    assert hits[:, 0].mean() > floor
    assert width[:, 1:].mean() < {3: 0.7, 5: 0.85}[n] * wide[:, 1:].mean()


def test_sharing_blindly_would_fail_the_noisy_component_and_the_common_baseline() -> None:
    noisy = studies(5, unstable=10, noise="normal")
    blind, _ = coverage(ModeratedPairedT(apart=float("inf")), noisy)
    assert blind[:, 0].mean() < 0.9
    calm = studies(3, unstable=1, noise="normal")
    naive, _ = coverage(ModeratedPairedT(shared=0.0), calm)
    default, _ = coverage(ModeratedPairedT(), calm)
    assert naive.mean() + 0.015 < default.mean()
