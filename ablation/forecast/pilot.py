"""A pilot: seconds, memory and spread, from trials that were run, or from a few thrown away."""

import math
from collections.abc import Sequence
from statistics import fmean, variance

from ablation.design import BASELINE, Seeds
from ablation.errors import StudyError, UnreturnedMetricError
from ablation.forecast.expecting import Pilot
from ablation.realisation import Realisation
from ablation.study import Study
from ablation.systems import Outcome
from ablation.trial import Trial


def pilot_of(study: Study, trials: Sequence[Trial]) -> Pilot | None:
    """Learn from the trials that a store has already; None if none is done."""
    done = [trial for trial in trials if trial.done]
    if not done:
        return None
    paired = {
        metric.name: spread
        for metric in study.metrics
        if (spread := _paired_spread(done, metric.name)) is not None
    }
    alone = {
        metric.name: math.sqrt(variance(values))
        for metric in study.metrics
        if len(values := _baseline(done, metric.name)) > 1
    }
    memory = [size for trial in done if (size := trial.covariates.peak_memory) is not None]
    return Pilot(
        runs=len(done),
        seconds=fmean(trial.wall_s for trial in done),
        memory=max(memory, default=None),
        spread={**alone, **paired},
        paired=bool(paired),
    )


def pilot_run(study: Study, runs: int) -> Pilot:
    """Run the baseline with the first seeds, in this process; nothing is recorded.

    What would fail in every trial is told at once: a system that raises, a metric not returned.
    """
    realisation = Realisation.of(study)
    metrics = [metric.name for metric in study.metrics]
    outcomes = [
        realisation.run(
            study.config,
            Seeds(study.name, seed, study.streams.levels(seed, study.seeds)),
            metrics,
        )
        for seed in study.seeds[:runs]
    ]
    for outcome in outcomes:
        _refuse_failure(outcome, metrics)
    memory = [
        size for each in outcomes if isinstance(size := each.environment.get("peak_memory"), int)
    ]
    return Pilot(
        runs=len(outcomes),
        seconds=fmean(each.wall_s for each in outcomes),
        memory=max(memory, default=None),
        spread={
            name: math.sqrt(variance([each.metrics[name] for each in outcomes]))
            for name in metrics
            if len(outcomes) > 1
        },
        paired=False,
    )


def _baseline(done: Sequence[Trial], metric: str) -> list[float]:
    return [
        trial.metrics[metric]
        for trial in done
        if trial.condition == BASELINE and metric in trial.metrics
    ]


def _refuse_failure(outcome: Outcome, metrics: Sequence[str]) -> None:
    if outcome.error is None:
        return
    for name in metrics:
        if outcome.returned and name not in outcome.returned:
            raise UnreturnedMetricError(name, outcome.returned)
    raise StudyError(f"the baseline fails in the pilot: {outcome.error.splitlines()[0]}")


def _paired_spread(trials: Sequence[Trial], metric: str) -> float | None:
    """Pool the variances of differences from the baseline; half of each is one run's."""
    by_condition: dict[str, dict[int, float]] = {}
    for trial in trials:
        if metric in trial.metrics:
            by_condition.setdefault(trial.condition, {})[trial.seed] = trial.metrics[metric]
    baseline = by_condition.pop(BASELINE, {})
    squares, free, largest = 0.0, 0, max(map(abs, baseline.values()), default=0.0)
    for values in by_condition.values():
        differences = [baseline[seed] - values[seed] for seed in values if seed in baseline]
        if len(differences) > 1:
            squares += variance(differences) * (len(differences) - 1)
            free += len(differences) - 1
    spread = math.sqrt(squares / free / 2) if free else None
    # Rounding is no spread: a system whose seeds change every arm alike has none.
    return 0.0 if spread is not None and spread < 1e-12 * largest else spread
