"""Part three: a log in which the component was switched off for a reason, read three ways."""

from collections.abc import Iterator

import pandas as pd

from ablation.attribution.confounding import AdjustedEffect, Difference, adjusted_effect
from ablation.errors import listed
from ablation.pages.figures import Bar, bar_compare
from ablation.pages.figures.bars import Tone
from ablation.pages.numbers import count, percent
from ablation.pages.page import Block, Figure, Formula, Preformatted, Prose, Strong, Table
from ablation.report.effect import read_effects
from ablation.runner.session import run
from ablation.statistics import effects
from ablation.studies.demo.part import Part, Setting
from ablation.studies.demo.pictures import graph_picture
from ablation.studies.demo.words import signed, signed_points
from ablation.studies.digits import lab


def confounded(setting: Setting) -> Part:
    """Train both ways of every run, keep the log's way, adjust it, and hold it to the truth."""
    stated = lab.study(seeds=setting.scale.runs, images=setting.scale.images)
    trials = run(stated, setting.store, setting.workers, setting.watch)
    log = lab.log(trials)
    read = adjusted_effect(log, lab.RUN_GRAPH, component="Augmentation", metric="Accuracy")
    (row,) = read_effects(effects(trials), "accuracy")
    truth = Difference(row.effect, row.lower, row.upper)
    return Part(
        f"The log says {signed_points(read.naive.value)}; adjusted it says "
        f"{signed_points(read.adjusted.value)}; the truth is {signed_points(truth.value)}.",
        tuple(_told(log, read, truth)),
        tuple(_blocks(read, truth, row.n)),
    )


def _told(log: pd.DataFrame, read: AdjustedEffect, truth: Difference) -> Iterator[str]:
    epochs = log.groupby("Augmentation")["Epochs"].mean()
    yield (
        f"A log of {count(read.n)} trainings; those with augmentation ran for {epochs[1]:.1f} "
        f"epochs on average, those without for {epochs[0]:.1f}. Its difference in accuracy:"
    )
    yield f"  as it stands                         {_said(read.naive)}"
    yield f"  adjusted for {listed(read.adjusts_for):<24}{_said(read.adjusted)}"
    yield f"  truth: every run trained both ways   {_said(truth)}"
    yield "The adjusted one is what the run graph allows to be computed:"
    yield f"  {read.formula}"
    yield from verdicts(read.naive, read.adjusted, truth)


def _said(difference: Difference) -> str:
    return signed(difference.value, difference.lower, difference.upper)


def verdicts(naive: Difference, adjusted: Difference, truth: Difference) -> Iterator[str]:
    """Say who was right, as the numbers have it.

    >>> naive, truth = Difference(0.10, 0.04, 0.16), Difference(-0.06, -0.07, -0.05)
    >>> print(*verdicts(naive, Difference(-0.07, -0.1, -0.04), truth))
    The log seems to say the opposite of what is true. Adjusted, its interval holds the truth.
    """
    if naive.excludes_zero and naive.value * truth.value < 0:
        yield "The log seems to say the opposite of what is true."
    elif naive.lower <= truth.value <= naive.upper:
        yield "As it stands, its interval happens to hold the truth this time."
    else:
        yield "As it stands, its interval misses the truth."
    if adjusted.lower <= truth.value <= adjusted.upper:
        yield "Adjusted, its interval holds the truth."
    else:
        yield "Adjusted, its interval misses the truth this time, as some of the best do."


def _blocks(read: AdjustedEffect, truth: Difference, runs: int) -> Iterator[Block]:
    yield Prose(
        "In a laboratory the machine is sometimes busy. Then trainings are cut short, and "
        "augmentation is usually left out too; how busy it was nobody writes down. So in the log "
        "the runs with augmentation are also the long ones, and their difference to the others "
        "is not what augmentation does."
    )
    yield graph_picture(
        read.answer.graph,
        "The run graph",
        "The run graph. The dashed edge is the busy machine: a cause of both that is not logged.",
    )
    says = f"What causal.identify makes of the run graph: adjust for {listed(read.adjusts_for)}."
    yield Formula(read.formula, says)
    yield Preformatted(str(read.answer.derivation), summary="The derivation, step by step")
    title = "What augmentation adds to accuracy, read three ways"
    yield Figure.fitting(
        lambda width: bar_compare(
            tuple(_bars(read, truth)), title=title, reference=truth.value, width=width,
            axis_title="accuracy: with minus without augmentation",
        ),
        f"{title}, with {percent(read.level)} intervals. The log has {count(read.n)} trainings. "
        f"For the truth each of {count(runs)} runs was trained with and without augmentation, for "
        "the same epochs on the same seed; the log holds one of the two.",
    )  # fmt: skip
    yield Prose((Strong(" ".join(verdicts(read.naive, read.adjusted, truth))),))
    yield _positivity(read)
    yield Prose(f"Assumed: {'; '.join(read.assumptions)}.")


def _bars(read: AdjustedEffect, truth: Difference) -> Iterator[Bar]:
    yield _bar(read.naive, "naive", "as the log stands", "bad")
    yield _bar(read.adjusted, "adjusted", "the formula on the log", "good")
    yield _bar(truth, "truth", "every run both ways", "calm")


def _bar(difference: Difference, label: str, remark: str, tone: Tone) -> Bar:
    value, lower, upper = difference.value, difference.lower, difference.upper
    return Bar(label=label, remark=remark, tone=tone, value=value, lower=lower, upper=upper)


def _positivity(read: AdjustedEffect) -> Table:
    """Every combination that the formula conditions on must occur: how often it does."""
    counts = read.positivity.rename(columns={0: "without", 1: "with augmentation"})
    counts.columns.name = None
    counts = counts.rename(index=lambda epochs: f"{epochs} epochs")
    return Table(counts, f"Runs in the log, by {listed(read.adjusts_for)}: no cell is empty.")
