"""What a study asked beside its design: stated contrasts, and what training makes up for.

They were said before the first run, so they are told whatever came of them (Nosek et al. 2018, "The
preregistration revolution").
"""

from collections.abc import Iterator

import pandas as pd

from ablation.pages.blocks import Block, Prose, Table
from ablation.pages.inline import Mark
from ablation.pages.numbers import decimals, interval, number, p_value, percent
from ablation.report.effect import read_effects
from ablation.report.sentences import counted
from ablation.report.tables import TONES
from ablation.study import Metric


def stated(table: pd.DataFrame, metric: Metric) -> Iterator[Block]:
    """Lay out the contrasts of a metric in the order in which they were stated."""
    rows = read_effects(table, metric.name)
    level = percent(float(table.attrs["level"]))
    places = decimals(row.half_width for row in rows)
    yield Prose(
        "Stated before the first run beside the design: the difference of two sides, each a "
        "weighted mean of conditions, on the same seeds."
    )
    frame = pd.DataFrame(
        {
            "contrast": [row.component for row in rows],
            "n": [row.n for row in rows],
            "on": [number(row.baseline, places) for row in rows],
            "off": [number(row.ablated, places) for row in rows],
            "difference": [number(row.effect, places, sign=True) for row in rows],
            f"{level} interval": [interval(row.lower, row.upper, places) for row in rows],
            "p (Holm)": [p_value(row.p_holm) for row in rows],
            "verdict": [Mark(row.outcome, TONES[row.outcome]) for row in rows],
            "note": [row.note for row in rows],
        }
    )
    if not any(row.note for row in rows):
        frame = frame.drop(columns="note")
    better = "higher" if metric.higher_is_better else "lower"
    yield Table(
        frame,
        f"Contrasts on {metric.name} ({better} is better), over n seeds; p of no difference, "
        f"adjusted for {counted(len(rows), 'contrast')} (Holm), a family of their own.",
    )
