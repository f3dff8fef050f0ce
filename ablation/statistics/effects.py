"""The table of effects: one row a component, raw units first, with what it rests on.

No number without its interval, its n, and a note when something is missing. After the reporting
standards of Lakens (2013, Frontiers in Psychology 4:863): difference, interval, then d and g.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, stdev

import pandas as pd

from ablation.component import Component
from ablation.errors import AblationError, UnknownNameError
from ablation.statistics.comparison import Comparison
from ablation.statistics.estimate import Estimate
from ablation.statistics.methods import Method
from ablation.statistics.moderated import ModeratedPairedT
from ablation.statistics.multiplicity import beyond, holm
from ablation.statistics.standardised import standardised
from ablation.statistics.verdict import Verdict, verdict
from ablation.study import Metric
from ablation.trials import Trials

BASELINE = "baseline"
DIVERGED = 1e150
"""From here on a square is no number any more; such a value is left out, and that is said."""
NOT_AMONG_SO_MANY = "clear by itself, but not among so many components"
NOT_RUN = "not estimated: no trial was run without it"
DEFAULT: Method = ModeratedPairedT()


def effects(
    trials: Trials, metric: str | None = None, level: float = 0.95, by: Method = DEFAULT
) -> pd.DataFrame:
    """Estimate what every component contributes to a metric, or to each metric of the study.

    effect = baseline - ablated, in the metric's units, over the `n` seeds that finished both
    conditions. The intervals hold for each component by itself. Two p values are adjusted for all
    components of a metric (Holm): `p_holm` is of no difference at all; `p_beyond` is of a
    difference no larger than the metric's region of practical equivalence, in the direction of the
    effect, and is what "matters" and "hurts" rest on. "equivalent" needs the whole interval within
    the region, and is not adjusted. A family is one metric: several metrics are several families.

    `rho` is the correlation of the two conditions over seeds: pairing pays when it is high. The
    frame's `attrs["metrics"]` holds what figures need beside the rows: each metric's direction,
    region, mean rho and the differences by seed.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> from ablation.trial import Trial
    >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=2, config={"attention": True})
    >>> runs = [("baseline", None, 0, 0.9), ("baseline", None, 1, 0.92),
    ...         ("without attention", "attention", 0, 0.7),
    ...         ("without attention", "attention", 1, 0.71)]
    >>> trials = Trials(study, [Trial(study="toy", condition=condition, component=component,
    ...     seed=seed, status="done", metrics={"accuracy": value})
    ...     for condition, component, seed, value in runs])
    >>> effects(trials)[["component", "n", "effect", "lower", "upper", "verdict"]].round(3)
       component  n  effect  lower  upper  verdict
    0  attention  2   0.205  0.141  0.269  matters
    """
    if not 0 < level < 1:
        raise AblationError(
            f"the level is {level}: give the share of intervals that hold, as 0.95."
        )
    chosen = [_metric(trials, metric)] if metric is not None else list(trials.study.metrics)
    rows: list[dict[str, object]] = []
    facts: dict[str, dict[str, object]] = {}
    for each in chosen:
        comparisons = compare(trials, each.name)
        rows.extend(_rows(trials, each, comparisons, by.estimate(comparisons), level))
        facts[each.name] = _facts(each, comparisons)
    table = pd.DataFrame(rows)
    table["worst_seed"] = table["worst_seed"].astype("Int64")
    table.attrs = {"study": trials.study.name, "level": level, "metrics": facts}
    return table


def compare(trials: Trials, metric: str) -> tuple[Comparison, ...]:
    """Pair every component with the baseline, seed by seed, for one metric.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> [one.component for one in compare(Trials(study, []), "accuracy")]
    ['mlp']
    """
    baseline = _by_seed(trials, BASELINE, metric)
    return tuple(
        Comparison(component=each.name, baseline=baseline, ablated=_by_seed(trials, name, metric))
        for each, name in _conditions(trials)
    )


def _conditions(trials: Trials) -> Iterator[tuple[Component, str]]:
    """Name the condition in which each component is off by itself."""
    alone = {one.component: one.name for one in trials.study.conditions if one.component}
    for each in trials.study.components:
        yield each, alone.get(each.name, f"without {each.name}")


def _by_seed(trials: Trials, condition: str, metric: str) -> dict[int, float]:
    return {
        trial.seed: trial.metrics[metric]
        for trial in trials
        if trial.condition == condition and abs(trial.metrics.get(metric, math.inf)) < DIVERGED
    }


def _metric(trials: Trials, name: str) -> Metric:
    known = {each.name: each for each in trials.study.metrics}
    if name not in known:
        raise UnknownNameError("metric", name, known)
    return known[name]


def _rows(
    trials: Trials,
    metric: Metric,
    comparisons: Sequence[Comparison],
    estimates: Sequence[Estimate],
    level: float,
) -> Iterator[dict[str, object]]:
    adjusted = holm([estimate.p for estimate in estimates])
    outside = beyond(estimates, metric.equivalence or 0.0)
    named = zip(_conditions(trials), comparisons, estimates, adjusted, outside, strict=True)
    for (_, condition), comparison, estimate, p_holm, ps in named:
        interval = estimate.interval(level)
        alone, judged = (_judge(metric, interval, level, pair) for pair in ((0.0, 0.0), ps))
        notes = [*_notes(trials, condition, metric.name, comparison, estimate)]
        if alone != judged:
            notes.append(NOT_AMONG_SO_MANY)
        size = standardised(estimate.on, estimate.off, level=level)
        yield {
            "component": comparison.component,
            "metric": metric.name,
            "n": estimate.n,
            "failed": _failed(trials, condition),
            "baseline": estimate.baseline,
            "ablated": estimate.ablated,
            "effect": estimate.effect,
            "lower": interval[0],
            "upper": interval[1],
            "p": estimate.p,
            "p_holm": p_holm,
            "cohens_d": size.cohens_d,
            "hedges_g": size.hedges_g,
            "method": estimate.method,
            "verdict": judged,
            "note": "; ".join(notes),
            "g_lower": size.lower,
            "g_upper": size.upper,
            "p_beyond": ps[estimate.effect < 0],
            **_spread(metric, comparison, estimate),
        }


def _spread(metric: Metric, comparison: Comparison, estimate: Estimate) -> dict[str, object]:
    """What the seeds say beside the mean: how far apart they lie, and where it went worst."""
    return {
        "se": estimate.se,
        "df": estimate.df,
        "sd_baseline": _sd(estimate.on),
        "sd_ablated": _sd(estimate.off),
        "rho": comparison.correlation,
        "worst_seed": _worst(comparison.ablated, higher_is_better=metric.higher_is_better),
    }


def _judge(
    metric: Metric, interval: tuple[float, float], level: float, ps: tuple[float, float]
) -> Verdict:
    return verdict(
        interval,
        p_above=ps[0],
        p_below=ps[1],
        level=level,
        equivalence=metric.equivalence,
        higher_is_better=metric.higher_is_better,
    )


def _notes(
    trials: Trials, condition: str, metric: str, comparison: Comparison, estimate: Estimate
) -> Iterator[str]:
    if not any(trial.condition == condition for trial in trials):
        yield NOT_RUN
        return
    for trial in trials:
        if trial.condition == condition and abs(trial.metrics.get(metric, 0.0)) >= DIVERGED:
            yield f"left out, diverged to {trial.metrics[metric]:.1g}: seed {trial.seed}"
    if estimate.note:
        yield estimate.note
    finished = len(comparison.baseline) + len(comparison.ablated)
    if 0 < len(estimate.on) + len(estimate.off) < finished:
        unpaired = comparison.baseline.keys() ^ comparison.ablated.keys()
        seeds = ", ".join(str(seed) for seed in sorted(unpaired))
        yield f"left out, finished in one condition only: seed {seeds}"


def _failed(trials: Trials, condition: str) -> int:
    return sum(trial.condition == condition and not trial.done for trial in trials)


def _sd(values: Sequence[float]) -> float:
    return stdev(values) if len(values) > 1 else math.nan


def _worst(ablated: Mapping[int, float], *, higher_is_better: bool) -> int | None:
    sign = 1 if higher_is_better else -1
    return min(ablated, key=lambda seed: (sign * ablated[seed], seed), default=None)


def _facts(metric: Metric, comparisons: Sequence[Comparison]) -> dict[str, object]:
    rhos = [rho for one in comparisons if not math.isnan(rho := one.correlation)]
    return {
        "higher_is_better": metric.higher_is_better,
        "equivalence": metric.equivalence,
        "rho": fmean(rhos) if rhos else math.nan,
        "differences": {
            one.component: dict(zip(one.seeds, map(float, one.differences), strict=True))
            for one in comparisons
        },
    }
