"""What a plan will cost and what it can find, from a pilot: known before the first trial is run.

The pilot is what a store has of the study already, or a few runs of the baseline that are thrown
away. From it come seconds, memory, and how far runs spread; with the design's own contrasts these
give hours, and the smallest effect that is likely to be found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ablation.design import Contrast
from ablation.errors import OverBudgetError
from ablation.forecast.power import detectable
from ablation.plan import Plan, contrasts, interactions, plan, plasticity
from ablation.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """What some runs showed: seconds of one, its memory, and by metric how far runs spread.

    Where conditions were paired by seed the spread is of a run without its seed's share; else it
    is of the baseline over seeds, which is more.
    """

    runs: int
    seconds: float
    memory: int | None
    spread: Mapping[str, float]
    paired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest effect of one contrast that is likely to be found.

    `in_spreads` is in standard deviations of one run; `effect` in the metric's units, if a pilot
    told how far runs spread.
    """

    metric: str
    contrast: str
    in_spreads: float
    effect: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Cost and power of a plan."""

    plan: Plan
    pilot: Pilot | None
    effects: tuple[Detectable, ...]
    power: float
    level: float

    @property
    def hours(self) -> float | None:
        """Hours of all trials, one after the other; None without a pilot."""
        return None if self.pilot is None else len(self.plan.trials) * self.pilot.seconds / 3600


def forecast(
    study: Study, pilot: Pilot | None = None, *, level: float = 0.95, power: float = 0.8
) -> Forecast:
    """Plan a study and say what it will cost and find; refuse one that takes more than its hours.

    Effects, interactions and stated contrasts are a family each, as they will be when estimated;
    with the correction "none" each is looked at alone.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=5, config={"attention": True})
    >>> round(forecast(study).effects[0].in_spreads, 2)
    2.38
    """
    laid = plan(study)
    first = study.design.at(study.seeds[0])
    families = (
        contrasts(study, first),
        interactions(study, first),
        (*study.contrasts, *plasticity(study, first)),
    )
    found = [
        Detectable(metric=metric.name, contrast=name, in_spreads=size, effect=_scaled(size, spread))
        for family in families
        for among in [1 if study.correction == "none" else len(family)]
        for name, size in _sizes(family, among, len(study.seeds), level, power)
        for metric in study.metrics
        for spread in [pilot.spread.get(metric.name) if pilot else None]
    ]
    result = Forecast(plan=laid, pilot=pilot, effects=tuple(found), power=power, level=level)
    allowed = study.budget.hours
    if allowed is not None and result.hours is not None and result.hours > allowed:
        raise OverBudgetError("hours", result.hours, allowed)
    return result


def _sizes(
    family: Sequence[Contrast], among: int, seeds: int, level: float, power: float
) -> Iterator[tuple[str, float]]:
    """Say what each contrast of a family can find; those that spread alike are worked out once."""
    known: dict[float, float] = {}
    for one in family:
        spread = round(one.spread, 12)
        if spread not in known:
            known[spread] = detectable(one, seeds, among=among, level=level, power=power)
        yield one.name, known[spread]


def _scaled(size: float, spread: float | None) -> float | None:
    return None if spread is None else size * spread
