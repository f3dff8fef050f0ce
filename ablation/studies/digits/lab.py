"""A confounded log, really trained: what a busy laboratory writes down, and what it hides.

When the machine is busy, trainings are cut short, and augmentation is usually left out as well.
Nobody logs how busy the machine was. So in the log the runs with augmentation are the long ones,
and their difference to the others is not what augmentation does. Because every run of the study
is trained both ways, with the same seed and the same epochs, the true answer is known too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ablation.canonical import Json
from ablation.component import Component
from ablation.design import LeaveOneOut, Seeds
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.training import train as train_digits
from ablation.study import Metric, Study
from ablation.trials import Trials

RUN_GRAPH = "Augmentation <-> Epochs; Augmentation -> Accuracy; Epochs -> Accuracy"

EPOCHS = (2, 4, 8)
EPOCHS_WHEN_BUSY = (0.6, 0.3, 0.1)
EPOCHS_WHEN_QUIET = (0.1, 0.3, 0.6)
AUGMENTED_WHEN_BUSY, AUGMENTED_WHEN_QUIET = 0.15, 0.85


@dataclass(frozen=True, slots=True)
class Day:
    """What the laboratory decided for one run: how long, and with augmentation or without."""

    epochs: int
    augmented: bool


def day(seed: int) -> Day:
    """Draw one day of the laboratory; how busy it was decides both, and is not returned.

    >>> day(0) == day(0)
    True
    """
    rng = np.random.default_rng(seed)
    busy = rng.random() < 0.5
    epochs = rng.choice(EPOCHS, p=EPOCHS_WHEN_BUSY if busy else EPOCHS_WHEN_QUIET)
    augmented = rng.random() < (AUGMENTED_WHEN_BUSY if busy else AUGMENTED_WHEN_QUIET)
    return Day(int(epochs), bool(augmented))


def train(config: Mapping[str, Json], seeds: Seeds) -> dict[str, float]:
    """Train for as long as that day allowed, with augmentation or without as the study says."""
    return train_digits({**config, "epochs": day(seeds["day"]).epochs}, seeds)


def study(*, seeds: int | Iterable[int] = 120, images: int = Recipe().images) -> Study:
    """State the study behind the log: every run with augmentation and without it.

    >>> [condition.name for condition in study(seeds=1).conditions]
    ['baseline', 'without augmentation']
    """
    return Study(
        "busy-lab",
        "ablation.studies.digits.lab:train",
        [Component("augmentation", switch="augmentation")],
        LeaveOneOut(),
        [Metric("accuracy", equivalence=0.01)],
        seeds,
        config=asdict(Recipe(images=images)),
        question="What does augmentation add to the accuracy of a busy laboratory's runs?",
    )


def log(trials: Trials) -> pd.DataFrame:
    """Keep of every run the way that the laboratory chose: one row a run, as it was logged."""
    rows = []
    for trial in trials:
        decided = day(Seeds(trial.study, trial.seed)["day"])
        augmented = trial.component is None
        if trial.done and augmented == decided.augmented:
            rows.append((int(augmented), decided.epochs, trial.metrics["accuracy"]))
    return pd.DataFrame(rows, columns=["Augmentation", "Epochs", "Accuracy"])
