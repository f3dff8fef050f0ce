"""The smallest effect that is found: as another program says, and as simulated studies show."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from ablation import Component, Contrast, FullFactorial, LeaveOneOut, Metric, PlackettBurman, Study
from ablation.forecast import detectable, forecast, pilot_of
from ablation.plan import plan
from ablation.trial import Trial

PAIR = Contrast("a", ["baseline"], ["without a"])


@pytest.mark.parametrize("seeds", [2, 3, 5, 8, 30])
@pytest.mark.parametrize("among", [1, 4, 12])
def test_another_program_finds_the_same_effect_detectable(seeds: int, among: int) -> None:
    """Both sides of the test count there; the far side adds nothing at this power."""
    size = detectable(PAIR, seeds, among=among) / np.sqrt(2)
    theirs = TTestPower().power(size, seeds, alpha=0.05 / among, alternative="two-sided")
    if among == 1 or not np.isnan(theirs):  # it gives up on small levels of few seeds
        assert theirs == pytest.approx(0.8, abs=1e-3)
    bar = stats.t.isf(0.025 / among, seeds - 1)
    assert stats.nct.sf(bar, seeds - 1, size * np.sqrt(seeds)) == pytest.approx(0.8, abs=1e-6)


def study(design, seeds: int = 5, count: int = 3, **said) -> Study:
    parts = [Component(f"c{index}", switch=f"c{index}") for index in range(count)]
    config = {each.name: True for each in parts}
    return Study("toy", "t:t", parts, design, [Metric("m")], seeds, config=config, **said)


@pytest.mark.parametrize("design", [LeaveOneOut(), FullFactorial()], ids=str)
def test_simulated_studies_find_the_effect_as_often_as_was_said(design) -> None:
    stated = study(design)
    (size,) = {each.in_spreads for each in forecast(stated).effects if " x " not in each.contrast}
    contrast = design.contrasts(stated.components)[0]
    rng, hits, repeats = np.random.default_rng(1), 0, 4000
    signs = np.array([*contrast.weights.values()])
    for _ in range(repeats):
        luck = rng.normal(0, 7, (5, 1))  # of the seed, common to all runs of a block
        runs = luck + rng.normal(0, 1, (5, len(signs)))
        runs += size * (signs > 0)  # the runs with the component on
        differences = runs @ signs
        hits += stats.ttest_1samp(differences, 0).pvalue < 0.05 / 3
    assert hits / repeats == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / repeats))


def test_a_study_that_corrects_nothing_looks_at_each_effect_alone() -> None:
    alone = study(LeaveOneOut(), correction="none")
    assert forecast(alone).effects[0].in_spreads == pytest.approx(detectable(PAIR, 5))


def test_in_a_factorial_every_run_counts_so_smaller_effects_are_found() -> None:
    out, factorial = (
        forecast(study(design, count=7)).effects[0].in_spreads
        for design in (LeaveOneOut(), PlackettBurman())
    )
    assert out / factorial == pytest.approx(2)  # sqrt(2) against sqrt(4/8), with 8 runs a seed each


def test_the_spread_of_runs_is_found_whatever_the_seeds_bring() -> None:
    rng, stated = np.random.default_rng(3), study(LeaveOneOut(), seeds=400)
    luck = {seed: rng.normal(0, 9) for seed in stated.seeds}
    trials = [
        Trial(
            study="toy", condition=each.condition, component=each.component, seed=each.seed,
            status="done", metrics={"m": luck[each.seed] + rng.normal(0, 0.5)}, wall_s=2.0,
        )
        for each in plan(stated).trials
    ]  # fmt: skip
    pilot = pilot_of(stated, trials)
    assert pilot.paired
    assert pilot.spread["m"] == pytest.approx(0.5, rel=0.06)
    found = forecast(stated, pilot)
    assert found.hours == pytest.approx(1600 * 2 / 3600)
    assert found.effects[0].effect == pytest.approx(found.effects[0].in_spreads * pilot.spread["m"])
    assert pilot_of(stated, []) is None
