"""The busy laboratory: its log is confounded by design, and every combination occurs in it."""

from collections import Counter

import numpy as np
import pytest

from ablation.design import Seeds
from ablation.plan import plan
from ablation.studies.digits import lab
from ablation.studies.digits.study import COMPONENTS, study
from ablation.studies.digits.training import train
from ablation.trial import Trial
from ablation.trials import Trials


def trials(accuracy: dict[bool, float]) -> Trials:
    """What the study would have measured if augmentation alone decided the accuracy."""
    planned = lab.study()
    return Trials(
        planned,
        [
            Trial(
                study=planned.name,
                condition=each.condition,
                component=each.component,
                seed=each.seed,
                status="done",
                metrics={"accuracy": accuracy[each.component is None]},
            )
            for each in plan(planned).trials
        ],
    )


def test_the_log_keeps_one_of_the_two_ways_of_every_run() -> None:
    kept = lab.log(trials({True: 0.8, False: 0.7}))
    assert len(kept) == len(lab.study().seeds)
    assert (kept["Accuracy"] == kept["Augmentation"].map({1: 0.8, 0: 0.7})).all()


def test_long_runs_are_the_augmented_ones() -> None:
    kept = lab.log(trials({True: 0.8, False: 0.7}))
    mean = kept.groupby("Augmentation")["Epochs"].mean()
    assert mean[1] > mean[0] + 1


def test_every_way_of_running_occurs_at_every_length() -> None:
    kept = lab.log(trials({True: 0.8, False: 0.7}))
    cells = Counter(zip(kept["Augmentation"], kept["Epochs"], strict=True))
    assert set(cells) == {(way, epochs) for way in (0, 1) for epochs in lab.EPOCHS}
    assert min(cells.values()) >= 3


def test_the_days_follow_the_stated_chances() -> None:
    days = [lab.day(seed) for seed in range(4000)]
    chance = 0.5 * (
        lab.EPOCHS_WHEN_BUSY[0] * lab.AUGMENTED_WHEN_BUSY
        + lab.EPOCHS_WHEN_QUIET[0] * lab.AUGMENTED_WHEN_QUIET
    )
    seen = np.mean([each.epochs == lab.EPOCHS[0] and each.augmented for each in days])
    assert seen == pytest.approx(chance, abs=4 * (chance / 4000) ** 0.5)


def test_every_run_trains_as_long_as_its_day_allowed() -> None:
    seeds = Seeds("busy-lab", 1)
    config = {"images": 50, "augmentation": False}
    asked = train({**config, "epochs": lab.day(seeds["day"]).epochs}, seeds)
    assert lab.train(config, seeds) == lab.train({**config, "epochs": 99}, seeds) == asked


def test_the_study_leaves_out_nine_components_in_five_paired_seeds() -> None:
    planned = plan(study()).trials
    assert len(COMPONENTS) == 9
    assert len(planned) == (1 + 9) * 5
