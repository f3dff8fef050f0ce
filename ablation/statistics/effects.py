"""The table of effects: one row a component, raw units first, with what it rests on.

No number without its interval, its n, and a note when something is missing. After the reporting
standards of Lakens (2013, Frontiers in Psychology 4:863): difference, interval, then d and g.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import pandas as pd

from ablation.design import LeaveOneOut, Pairs
from ablation.errors import AblationError, UnknownNameError, listed
from ablation.multiplicity import holm
from ablation.plan import contrasts as of_design
from ablation.plan import interactions as between
from ablation.plan import plasticity as left_over
from ablation.statistics.comparing import DIVERGED, Asked, Asking, askings, compared
from ablation.statistics.comparison import Comparison
from ablation.statistics.crossing import estimates_by_levels
from ablation.statistics.ended import Ended, Weighed
from ablation.statistics.estimate import Estimate
from ablation.statistics.methods import IDENTICAL, Method
from ablation.statistics.multiplicity import ADJUSTED, beyond
from ablation.statistics.recovering import RECOVERED, Recovering
from ablation.statistics.standardised import standardised
from ablation.statistics.verdict import Verdict, verdict
from ablation.study import Metric, Study
from ablation.trials import Trials, require_trials

NOT_AMONG_SO_MANY = "clear by itself, but not among so many components"
SAME = "no interval: both sides are the same on every seed"
NOT_RUN = "not estimated: no trial was run without it"
COLUMNS = (
    "component", "metric", "n", "failed", "baseline", "ablated", "effect", "lower", "upper", "p",
    "p_holm", "cohens_d", "hedges_g", "method", "verdict", "note", "g_lower", "g_upper", "p_beyond",
    "se", "df", "sd_baseline", "sd_ablated", "rho", "worst_seed",
)  # fmt: skip
DEFAULT: Method = Recovering()


def effects(
    trials: Trials, metric: str | None = None, level: float = 0.95, by: Method = DEFAULT
) -> pd.DataFrame:
    """Estimate what every component contributes to a metric, or to each metric of the study.

    The study's design says what an effect is: baseline minus ablated where components are left out
    one by one, the mean of all runs with it minus that of all runs without it in a factorial, the
    Shapley value where that is sampled. `baseline` and `ablated` are the two sides, `n` counts the
    seeds in which all runs of both finished, and `note` says what the design cannot tell it from.
    Where streams are crossed, intervals count their levels, not the blocks that share them.
    With a system in two functions a component that has both is estimated twice, the second time
    as "attention at inference".

    The intervals hold for each component by itself. Two p values are adjusted for all components
    of a metric: `p_holm` (Holm) is of no difference at all; `p_beyond`, by the correction that the
    study states, is of a difference no larger than the metric's region of practical equivalence,
    in the direction of the effect, and is what "matters" and "hurts" rest on. "equivalent" needs
    the whole interval within the region, and is not adjusted. A family is one metric: several
    metrics are several families.

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
    return _table(trials, of_design, metric, level, by)


def interactions(
    trials: Trials, metric: str | None = None, level: float = 0.95, by: Method = DEFAULT
) -> pd.DataFrame:
    """Estimate how the effects of components depend on each other, as far as the design can tell.

    One row a pair, "a x b": how much more a brings where b is on than where b is off. Where
    higher is better, above zero two are stronger together ("matters"), and below zero they overlap
    ("hurts"): for part of the work either would do. The columns are those of `effects`; the pairs
    of a metric are a family of their own. Pairs, factorials and exact Shapley designs have them.
    """
    return _table(trials, between, metric, level, by)


def contrasts(
    trials: Trials, metric: str | None = None, level: float = 0.95, by: Method = DEFAULT
) -> pd.DataFrame:
    """Estimate the contrasts that the study stated beside its design, and every plasticity.

    The plasticity of a component that was both trained away and patched is its effect by training
    minus its effect at inference. The columns are those of `effects`.
    """
    return _table(
        trials,
        lambda study, design: (*study.contrasts, *left_over(study, design)),
        metric,
        level,
        by,
    )


def _table(
    trials: Trials, asked: Asked, metric: str | None, level: float, by: Method
) -> pd.DataFrame:
    require_trials(trials)
    if not 0 < level < 1:
        raise AblationError(
            f"the level is {level}: give the share of intervals that hold, as 0.95."
        )
    chosen = [_metric(trials, metric)] if metric is not None else list(trials.study.metrics)
    named = askings(trials, asked)
    ended = Ended(trials.runs)
    rows: list[dict[str, object]] = []
    facts: dict[str, dict[str, object]] = {}
    for each in chosen:
        comparisons = compared(trials, each.name, named)
        diverged = ended.beyond(each.name, DIVERGED)
        estimates = estimates_by_levels(trials.study, comparisons, by.estimate(comparisons))
        found = [
            _Found(one, comparison, estimate, ended.weighed(one, diverged))
            for one, comparison, estimate in zip(named, comparisons, estimates, strict=True)
        ]
        rows.extend(_rows(trials.study, each, found, level))
        facts[each.name] = _facts(each, comparisons)
    table = pd.DataFrame(rows, columns=None if rows else COLUMNS)
    table["worst_seed"] = table["worst_seed"].astype("Int64")
    table.attrs = {
        "study": trials.study.name,
        "level": level,
        "metrics": facts,
        "one_by_one": isinstance(trials.study.design, LeaveOneOut | Pairs),
    }
    return table


def _metric(trials: Trials, name: str) -> Metric:
    known = {each.name: each for each in trials.study.metrics}
    if name not in known:
        raise UnknownNameError("metric", name, known)
    return known[name]


@dataclass(frozen=True)
class _Found:
    """One contrast with its sides and its estimate, and how the trials that it weighs ended."""

    asking: Asking
    comparison: Comparison
    estimate: Estimate
    weighed: Weighed


def _rows(
    study: Study, metric: Metric, found: Sequence[_Found], level: float
) -> Iterator[dict[str, object]]:
    estimates = [each.estimate for each in found]
    adjusted = holm([estimate.p for estimate in estimates])
    outside = beyond(estimates, metric.equivalence or 0.0, ADJUSTED[study.correction])
    for each, p_holm, ps in zip(found, adjusted, outside, strict=True):
        comparison, estimate = each.comparison, each.estimate
        interval = estimate.interval(level)
        alone, judged = (_judge(metric, interval, level, pair) for pair in ((0.0, 0.0), ps))
        notes = [*_notes(study, each)]
        if alone != judged:
            notes.append(NOT_AMONG_SO_MANY)
        size = standardised(estimate.on, estimate.off, level=level)
        yield {
            "component": comparison.component,
            "metric": metric.name,
            "n": estimate.n,
            "failed": each.weighed.failed,
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


def _notes(study: Study, found: _Found) -> Iterator[str]:
    if not found.weighed.ran:
        yield NOT_RUN
        return
    if found.asking.aliases:
        yield f"cannot be told from {listed(found.asking.aliases)}"
    for seed, value in found.weighed.diverged:
        yield f"left out, diverged to {value:.1g}: seed {seed}"
    if found.estimate.note == IDENTICAL and not found.asking.only_baseline:
        yield SAME
    elif found.estimate.note:
        yield found.estimate.note
    finished = len(found.comparison.baseline) + len(found.comparison.ablated)
    if 0 < len(found.estimate.on) + len(found.estimate.off) < finished:
        yield from _unpaired(study, found)


def _unpaired(study: Study, found: _Found) -> Iterator[str]:
    """Say what pairing leaves out: seeds that lack a side, and seeds of the baseline alone."""
    comparison = found.comparison
    lone = comparison.baseline.keys() ^ comparison.ablated.keys()
    alone = lone & {*study.extra_seeds}
    if lone - alone:
        seeds = ", ".join(str(seed) for seed in sorted(lone - alone))
        yield f"left out, finished in one condition only: seed {seeds}"
    if alone and RECOVERED in found.estimate.method:
        yield f"{len(alone)} more runs of the baseline count"
    elif alone:
        yield f"{len(alone)} more runs of the baseline have no pair; by=Welch() uses them"


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
