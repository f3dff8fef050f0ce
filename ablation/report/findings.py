"""What was asked and what came out: the part of a report that is read first."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ablation.errors import listed
from ablation.pages.blocks import Aside, Block, Figure, KeyFigures, Listing, Prose, Table
from ablation.pages.inline import Code, Strong, Text, parts
from ablation.pages.numbers import count, decimals, number, percent
from ablation.report.effect import NOT_ESTIMATED, Effect, ranked, read_effects
from ablation.report.forest import forest_plot
from ablation.report.sentences import counted, noun, sentence
from ablation.report.tables import effects_table, spread_table
from ablation.study import Metric
from ablation.trials import Trials

_GROUPS = (
    ("hurts", "does harm", "do harm"),
    ("matters", "matters", "matter"),
    ("equivalent", "makes no difference that matters", "make no difference that matters"),
    ("undecided", "stays undecided", "stay undecided"),
    (NOT_ESTIMATED, "could not be estimated", "could not be estimated"),
)
_HARM = (
    "Every other component was compared with a baseline that contains this one, so those effects "
    "are about a baseline that can be improved. Switch it off and run the study again before "
    "building on them."
)


def lead(trials: Trials, table: pd.DataFrame) -> str:
    """Sum the study up in one sentence about its primary metric."""
    metric = trials.study.metrics[0].name
    found = ranked(read_effects(table, metric))
    said = []
    for outcome, one, many in _GROUPS:
        names = [effect.component for effect in found if effect.outcome == outcome]
        if names:
            ending = one if len(names) == 1 else many
            why = _why(trials, names) if outcome == NOT_ESTIMATED else ""
            said.append(f"{count(len(names))} {ending}{why} ({listed(_few(names))})")
    seeds = counted(len(trials.study.seeds), "seed")
    return f"{counted(len(found), 'component')} on {metric}, {seeds} each: {'; '.join(said)}."


def _why(trials: Trials, names: Sequence[str]) -> str:
    """Say in the same breath why there is no estimate, where all share one reason."""
    runs, asked = trials.runs, {*names}
    of = [component if component in asked else None for _, component in runs.labels]
    off = np.array([each is not None for each in of], dtype=bool)[runs.label]
    ran = {of[label] for label in np.unique(runs.label[off]).tolist()}
    if ran == asked and runs.failed[off].all():
        return ": every trial failed"
    return "" if ran else ": no trial was run"


def _few(names: Sequence[str], most: int = 6) -> list[str]:
    """Name all where there are few, else the first of them and how many more there are."""
    if len(names) <= most:
        return list(names)
    return [*names[: most - 1], f"{len(names) - most + 1} more"]


def asked(trials: Trials) -> Iterator[Block]:
    """What was stated before anything ran."""
    study = trials.study
    metrics = [_metric_words(metric) for metric in study.metrics]
    yield Prose(
        f"The design is {study.design.name}: {study.design.meaning}. What was measured: "
        f"{listed(metrics)}."
    )
    failed = int(trials.runs.failed.sum())
    yield KeyFigures(
        (
            (count(len(trials)), f"trials run of {count(len(trials.planned))} planned"),
            (count(failed), f"{noun(failed, 'trial')} failed"),
            (count(len(study.components)), noun(len(study.components), "component")),
            (
                count(len(study.seeds)),
                f"{noun(len(study.seeds), 'seed')}, shared by all conditions",
            ),
        )
    )
    yield Table(
        pd.DataFrame(
            {
                "component": [each.name for each in study.components],
                "switched off by": [Code(each.how) for each in study.components],
            }
        ),
        "Components, and how each is switched off.",
    )


def results(table: pd.DataFrame, metric: Metric) -> Iterator[Block]:
    """What came out for one metric: in words, in a picture, in numbers."""
    rows = ranked(read_effects(table, metric.name))
    level = float(table.attrs["level"])
    places = decimals(row.half_width for row in rows)
    said = {row.component: sentence(row, places=places, level=level) for row in rows}
    for row in rows:
        if row.verdict == "hurts":
            shouted = (Strong(row.component), " does harm. ", *parts(said[row.component]))
            yield Aside((*shouted, f" {_HARM}"), tone="warning")
        if row.unsteady and row.sd_ablated > row.sd_baseline:
            yield Aside(_unsteady(row, places))
    yield Figure.fitting(
        lambda width: forest_plot(table, metric.name, width=width), _forest_caption(rows[0], level)
    )
    for outcome, one, many in _GROUPS[1:]:
        names = [row.component for row in rows if row.outcome == outcome]
        if names:
            ending = one if len(names) == 1 else many
            yield Prose(Strong(f"{counted(len(names), 'component')} {ending}."))
            yield Listing([said[name] for name in names])
    yield effects_table(table, metric.name)
    yield spread_table(table, metric.name)


def _unsteady(row: Effect, places: int) -> Text:
    spread = f"sd {number(row.sd_ablated, places)} against {number(row.sd_baseline, places)}"
    says = (
        f" may be what holds the runs steady: without it, {row.metric} differs far more from seed "
        f"to seed ({spread}). Its mean says little; look at its single seeds in the figure."
    )
    return Strong(row.component), says


def _forest_caption(row: Effect, level: float) -> Text:
    region = (
        f"; the shaded band is the region of practical equivalence, ±{row.equivalence:g}"
        if row.equivalence
        else ""
    )
    return (
        f"What each component does for {row.metric}. Large marks are estimates with their "
        f"{percent(level)} intervals, small dots the single seeds{region}."
    )


def _metric_words(metric: Metric) -> str:
    better = "higher is better" if metric.higher_is_better else "lower is better"
    region = f", ±{metric.equivalence:g} counts as equal" if metric.equivalence else ""
    return f"{metric.name} ({better}{region})"
