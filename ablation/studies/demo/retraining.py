"""Part one: every component of the recipe left out before training, one at a time."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from ablation.errors import listed
from ablation.pages.numbers import TIED, count, percent
from ablation.pages.page import Aside, Block, Figure, KeyFigures, Prose, Strong
from ablation.report.effect import NOT_ESTIMATED, Effect, ranked, read_effects
from ablation.report.forest import forest_plot
from ablation.report.sentences import counted
from ablation.report.tables import effects_table
from ablation.runner.session import run
from ablation.statistics import effects
from ablation.studies.demo.part import Part, Setting
from ablation.studies.demo.words import between, points, share, signed
from ablation.studies.digits.data import scans
from ablation.studies.digits.study import study
from ablation.trials import Trials


def retrained(setting: Setting) -> Part:
    """Train the transformer without each component, on paired seeds, and compare."""
    scale = setting.scale
    stated = study(seeds=scale.seeds, epochs=scale.epochs, images=scale.images)
    trials = run(stated, setting.store, setting.workers, setting.watch)
    table = effects(trials, "accuracy")
    rows = ranked(read_effects(table))
    told = (
        *_told(trials, table, rows),
        *(f"A negative result: {_negative(row)}" for row in _worse(rows)),
    )
    return Part(_answer(rows), told, tuple(_blocks(trials, table, rows)))


def _answer(rows: tuple[Effect, ...]) -> str:
    """The largest loss, and how many components came to which verdict."""
    verdicts = Counter(row.outcome for row in rows)
    counts = [f"{verdicts[verdict]} {words}" for verdict, words in _VERDICTS if verdicts[verdict]]
    most = rows[0]
    return (
        f"Most of all {most.component}: without it, accuracy goes from {share(most.baseline)} to "
        f"{share(most.ablated)}. Of {len(rows)} components {listed(counts)}."
    )


_VERDICTS = (
    ("matters", "matter"),
    ("hurts", "do harm"),
    ("equivalent", "make no difference that matters"),
    ("undecided", "stay undecided"),
    (NOT_ESTIMATED, "could not be estimated"),
)


def _told(trials: Trials, table: pd.DataFrame, rows: tuple[Effect, ...]) -> Iterator[str]:
    failed = sum(not each.done for each in trials)
    seeds = counted(len(trials.study.seeds), "paired seed")
    yield (
        f"{count(len(trials))} trainings, {count(failed)} failed. With everything on, "
        f"{share(rows[0].baseline)} of the held-out scans are read correctly."
    )
    yield f"What each component adds ({_level(table)} intervals, {seeds}):"
    width = max(len(row.component) for row in rows)
    for row in rows:
        yield f"  {row.component:<{width}}  {_said(row)}"


def _said(row: Effect) -> str:
    if not row.estimated:
        return f"not estimated: {row.note}"
    return f"{signed(row.effect, row.lower, row.upper):<32} {row.verdict}"


def _worse(rows: tuple[Effect, ...]) -> list[Effect]:
    """What the network seems better without: the interval, by itself, lies below zero."""
    return [row for row in rows if row.estimated and row.upper < 0]


def _negative(row: Effect) -> str:
    holm = (
        "and counting all comparisons does not change that"
        if row.verdict == "hurts"
        else "though not beyond doubt by more than what counts as equal"
        if row.p_holm <= 0.05
        else f"though not beyond doubt once all comparisons are counted (Holm {_p(row)})"
    )
    return (
        f"without {row.component} the accuracy rises, by {points(row.effect)} "
        f"{between(-row.upper, -row.lower)}, {holm}."
    )


def _p(row: Effect) -> str:
    return f"p{TIED}={TIED}{row.p_holm:.2f}"


def _blocks(trials: Trials, table: pd.DataFrame, rows: tuple[Effect, ...]) -> Iterator[Block]:
    yield from _asked(trials)
    for row in _worse(rows):
        text = (Strong("A negative result: "), _negative(row), f" {_BASELINE}")
        yield Aside(text, tone="warning")
    yield Figure.fitting(
        lambda width: forest_plot(table, width=width),
        "What accuracy loses when a component is left out. Large marks are means with their "
        f"{_level(table)} intervals, small dots the seeds; within the shaded band a difference "
        "does not matter.",
    )
    yield effects_table(table)


def _level(table: pd.DataFrame) -> str:
    return percent(float(table.attrs["level"]))


_BASELINE = "All effects here are measured around a baseline that has it."


def _asked(trials: Trials) -> Iterator[Block]:
    recipe, parts = trials.study.config, len(trials.study.components)
    images = recipe["images"]
    assert isinstance(images, int)
    yield Prose(
        f"A vision transformer learns to read {count(images)} of {count(len(scans()))} scanned "
        f"digits for {recipe['epochs']} epochs and is judged on the others. It is trained again "
        f"without each of {parts} components, on the same seeds: same split, same order, and the "
        "same first weights for every part that is still there. Nothing but the component differs."
    )
    yield KeyFigures(
        (
            (count(len(trials)), f"trainings of {count(len(trials.planned))} planned"),
            (count(sum(not each.done for each in trials)), "failed"),
            (count(len(trials.study.components)), "components, one off at a time"),
            (count(len(trials.study.seeds)), "seeds, shared by all"),
        )
    )
