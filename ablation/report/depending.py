"""How components depend on each other: the interactions of a design, for each metric.

One row a pair: how much more a component brings where the other is on than where it is off (Box,
Hunter & Hunter 2005, "Statistics for experimenters", 5.4). A design that has no pairs has no such
section.
"""

from collections.abc import Iterator

import pandas as pd

from ablation.pages.blocks import Block, Figure, Listing, Prose, Table
from ablation.pages.inline import Mark, Strong, Text
from ablation.pages.numbers import TIED, decimals, interval, number, p_value, percent
from ablation.report.effect import NOT_ESTIMATED, Effect, ranked, read_effects
from ablation.report.forest import TOGETHER, forest_plot
from ablation.report.sentences import counted
from ablation.report.tables import TONES
from ablation.study import Metric

_SAYS = {**TOGETHER, NOT_ESTIMATED: NOT_ESTIMATED}
_MOST = 12  # pairs told in words, and drawn


def dependences(table: pd.DataFrame, metric: Metric) -> Iterator[Block]:
    """Say what the interactions of a metric show: in words, in a picture, in numbers."""
    rows = ranked(read_effects(table, metric.name))
    level = float(table.attrs["level"])
    clear = [row for row in rows if row.verdict in ("matters", "hurts")]
    yield Prose(
        f"The design tells {counted(len(rows), 'pair')} of components apart: how much more one "
        "is worth where the other is on than where it is off. On one side two are stronger "
        "together: each needs the other for part of its worth. On the other they overlap: for part "
        "of the work either would do."
    )
    places = decimals(row.half_width for row in rows)
    if clear:
        yield Listing([_sentence(row, places) for row in clear[:_MOST]])
    else:
        yield Prose("None of them is clear of chance among so many, and of the region.")
    shown = table[table["component"].isin([row.component for row in _largest(rows)])]
    shown.attrs = table.attrs
    few = f" The {_MOST} largest of {len(rows)}." if len(rows) > _MOST else ""
    yield Figure.fitting(
        lambda width: forest_plot(shown, metric.name, width=width, pairs=True),
        f"Interactions on {metric.name} with their {percent(level)} intervals.{few}",
    )
    yield _table(rows, level)


def _largest(rows: tuple[Effect, ...]) -> tuple[Effect, ...]:
    known = [row for row in rows if row.estimated]
    return tuple(sorted(known, key=lambda row: -abs(row.effect))[:_MOST]) or rows[:_MOST]


def _sentence(row: Effect, places: int) -> Text:
    first, _, second = row.component.partition(" x ")
    size = number(abs(row.effect), places)
    more = "more" if row.loss > 0 else "less"
    how = f" is worth {size} {more} in {row.metric} where "
    between = interval(row.lower, row.upper, places)
    p = p_value(row.p_holm)
    p = f"p{TIED}{p}" if p.startswith("<") else f"p{TIED}={TIED}{p}"
    note = f"; {row.note}" if row.note else ""
    tail = f" is on than where it is off ({between}, adjusted {p}{note}): {_SAYS[row.outcome]}."
    return Strong(first), how, Strong(second), tail


def _table(rows: tuple[Effect, ...], level: float) -> Table:
    places = decimals(row.half_width for row in rows)
    frame = pd.DataFrame(
        {
            "pair": [row.component for row in rows],
            "n": [row.n for row in rows],
            "interaction": [number(row.effect, places, sign=True) for row in rows],
            f"{percent(level)} interval": [interval(row.lower, row.upper, places) for row in rows],
            "p (Holm)": [p_value(row.p_holm) for row in rows],
            "together": [Mark(_SAYS[row.outcome], TONES[row.outcome]) for row in rows],
            "note": [row.note for row in rows],
        }
    )
    if not any(row.note for row in rows):
        frame = frame.drop(columns="note")
    better = "higher" if rows[0].higher_is_better else "lower"
    return Table(
        frame,
        f"Interactions of two components on {rows[0].metric} ({better} is better), over n seeds; "
        f"p of none, adjusted for {counted(len(rows), 'pair')} (Holm), a family of their own.",
    )
