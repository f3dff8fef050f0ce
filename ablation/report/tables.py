"""The two tables of a study: what each component contributes, and how steady the runs were."""

from collections.abc import Sequence
from types import MappingProxyType

import pandas as pd

from ablation.pages.blocks import Table
from ablation.pages.inline import Mark, Text, Tone
from ablation.pages.numbers import decimals, interval, number, p_value, percent
from ablation.report.effect import NOT_ESTIMATED, Effect, ranked, read_effects

TONES: MappingProxyType[str, Tone] = MappingProxyType(
    {
        "matters": "good",
        "hurts": "bad",
        "equivalent": "calm",
        "undecided": "plain",
        NOT_ESTIMATED: "plain",
    }
)


def effects_table(effects: pd.DataFrame, metric: str | None = None) -> Table:
    """Lay out the effects on one metric, the largest loss first, raw units before standardised."""
    rows = ranked(read_effects(effects, metric))
    name = rows[0].metric
    places = decimals(row.half_width for row in rows)
    level = float(effects.attrs["level"])
    sizes = _by_component(effects, name)
    frame = pd.DataFrame(
        {
            "component": [row.component for row in rows],
            "n": [row.n for row in rows],
            "failed": [row.failed for row in rows],
            "baseline": [number(row.baseline, places) for row in rows],
            "without": [number(row.ablated, places) for row in rows],
            "effect": [number(row.effect, places, sign=True) for row in rows],
            f"{percent(level)} interval": [interval(row.lower, row.upper, places) for row in rows],
            "p (Holm)": [p_value(row.p_holm) for row in rows],
            "d": [number(float(sizes["cohens_d"][row.component]), 1) for row in rows],
            "g": [number(float(sizes["hedges_g"][row.component]), 1) for row in rows],
            "verdict": [Mark(row.outcome, TONES[row.outcome]) for row in rows],
        }
    )
    if not any(row.failed for row in rows):
        frame = frame.drop(columns="failed")
    return Table(
        frame, _caption(rows, level, one_by_one=bool(effects.attrs.get("one_by_one", True)))
    )


def _by_component(effects: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of one metric, without what comes along and would be copied at every look."""
    found = effects[effects["metric"] == metric].set_index("component")
    found.attrs = {}
    return found


def _caption(rows: Sequence[Effect], level: float, *, one_by_one: bool) -> Text:
    region = rows[0].equivalence
    margin = f" Differences within ±{region:g} do not matter." if region else ""
    better = "higher" if rows[0].higher_is_better else "lower"
    sides = (
        "baseline minus without" if one_by_one else "with it minus without, as the design weighs"
    )
    return (
        f"Effect of each component on {rows[0].metric} ({better} is better): {sides}, "
        f"over n shared seeds, with {percent(level)} intervals; p of no "
        f"difference, adjusted for {len(rows)} component{'' if len(rows) == 1 else 's'} (Holm), "
        f"where a verdict asks for more than the region; d is Cohen's "
        f"difference in pooled standard deviations over seeds, g the same without its bias "
        f"(Hedges).{margin}"
    )


def spread_table(effects: pd.DataFrame, metric: str | None = None) -> Table:
    """Lay out how much the seeds differ in each condition: a component may hold runs steady."""
    rows = ranked(read_effects(effects, metric))
    name = rows[0].metric
    by = _by_component(effects, name)
    sds = [float(by["sd_baseline"][row.component]) for row in rows]
    sds += [float(by["sd_ablated"][row.component]) for row in rows]
    places = decimals(sds)
    frame = pd.DataFrame(
        [
            {
                "component": row.component,
                "sd, baseline": number(before := float(by["sd_baseline"][row.component]), places),
                "sd, without": number(after := float(by["sd_ablated"][row.component]), places),
                "ratio": number(after / before if before > 0 else float("nan"), 1),
                "worst seed": by["worst_seed"][row.component],
                "correlation": number(float(by["rho"][row.component]), 2),
            }
            for row in rows
        ]
    )
    caption = (
        f"Spread of {name} over seeds. On the worst seed the ablated condition did worst. The "
        "correlation says how much of their luck two conditions share by sharing seeds, and so "
        "what pairing is worth."
    )
    return Table(frame, caption, formats={"worst seed": "d"})
