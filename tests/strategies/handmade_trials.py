"""Trials made by hand: a study and a table of what each condition gave on each seed."""

from collections.abc import Mapping, Sequence

from ablation import Component, LeaveOneOut, Metric, Study, Trials
from ablation.trial import Trial

Run = Mapping[str, Sequence[float | None]]


def made(runs: Run, *metrics: Metric, seeds: int, error: str = "ValueError: no") -> Trials:
    """Build the trials of a study; None stands for a run that failed, a short row for none."""
    names = [name for name in runs if name != "baseline"]
    study = Study(
        "toy",
        "toy:train",
        [Component(name, switch=name) for name in names],
        LeaveOneOut(),
        metrics or [Metric("accuracy", equivalence=0.01)],
        seeds=seeds,
        config=dict.fromkeys(names, True),
    )
    return Trials(
        study,
        [
            Trial(
                study="toy",
                condition="baseline" if name == "baseline" else f"without {name}",
                component=None if name == "baseline" else name,
                seed=seed,
                status="failed" if value is None else "done",
                metrics={} if value is None else {each.name: value for each in study.metrics},
                error=error if value is None else None,
            )
            for name, values in runs.items()
            for seed, value in enumerate(values)
        ],
    )
