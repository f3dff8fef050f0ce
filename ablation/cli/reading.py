"""`ablation effects` and `ablation report`: what the trials of a store say."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import show_record, show_table

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = (
    "component",
    "metric",
    "n",
    "failed",
    "baseline",
    "ablated",
    "effect",
    "lower",
    "upper",
    "p_holm",
    "p_beyond",
    "cohens_d",
    "hedges_g",
    "verdict",
    "note",
)


@click.command()
@STORE
@STUDY_NAME
@click.option("--metric", help="Which metric; every one of the study otherwise.")
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
@click.option(
    "--by",
    "method",
    type=click.Choice(["recovering", "moderated", "paired", "welch"]),
    default="recovering",
    show_default=True,
    help="Inference: moderated pairs with lone baselines, without them, each alone, or unpaired.",
)
@AS_JSON
def effects(
    store: Path, name: str | None, metric: str | None, level: float, method: str, *, as_json: bool
) -> None:
    """Show what is lost without each component.

    effect = baseline - ablated, in the metric's units, over seeds that finished both; in other
    designs the two sides are those of the design. Interactions, stated contrasts and plasticity
    follow where there are any. The JSON has every column.
    """
    import ablation
    from ablation import statistics
    from ablation.report.forest import TOGETHER

    by: statistics.Method = {
        "recovering": statistics.Recovering,
        "moderated": statistics.ModeratedPairedT,
        "paired": statistics.PairedT,
        "welch": statistics.Welch,
    }[method]()
    trials = ablation.load(store, name)
    table = ablation.effects(trials, metric=metric, level=level, by=by)
    more = {
        heading: found
        for heading, estimate in (
            ("interactions", ablation.interactions),
            ("contrasts", ablation.contrasts),
        )
        if len(found := estimate(trials, metric=metric, level=level, by=by))
    }
    if as_json:
        beside = {heading: _rows(found) for heading, found in more.items()}
        record = {"study": trials.study.name, "level": level, "effects": _rows(table)}
        show_record({**record, **beside})
        return
    _show(table)
    for heading, found in more.items():
        click.echo(f"\n{heading.capitalize()}")
        _show(found.replace({"verdict": dict(TOGETHER)}) if heading == "interactions" else found)


@click.command()
@STORE
@STUDY_NAME
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="out",
    show_default=True,
    help="Folder for report.html.",
)
@AS_JSON
def report(store: Path, name: str | None, out: Path, *, as_json: bool) -> None:
    """Write a study and its answers on one page."""
    import ablation

    trials = ablation.load(store, name)
    page = ablation.report(trials, to=out)
    if as_json:
        show_record({"study": trials.study.name, "report": str(page)})
    else:
        click.echo(f"Wrote {page}")


def _show(table: "pd.DataFrame") -> None:
    shown = table[[name for name in _SHOWN if name in table.columns]]
    show_table(list(shown.columns), [list(row.values()) for row in _rows(shown)])


def _rows(table: "pd.DataFrame") -> list[dict[str, object]]:
    """Turn a table into records; what is missing becomes null."""
    return [
        {str(key): _finite(value) for key, value in row.items()}
        for row in table.astype(object).to_dict(orient="records")
    ]


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value
