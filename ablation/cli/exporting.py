"""`ablation export`: a study as a table for other programs.

A spreadsheet runs what looks like a formula (OWASP, "CSV injection"); text that begins like one
gets an apostrophe before it.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import first_line, plural, show_record

if TYPE_CHECKING:
    from ablation.trials import Trials

_COLUMNS = ("study", "condition", "component", "seed", "status", "attempt", "error")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command()
@STORE
@click.option(
    "--csv", "target", type=click.Path(path_type=Path, allow_dash=True), required=True,
    help="File to write; - is the terminal.",
)  # fmt: skip
@STUDY_NAME
@click.option("--attempts", is_flag=True, help="Every attempt, not only the last of each trial.")
@AS_JSON
def export(store: Path, target: Path, name: str | None, *, attempts: bool, as_json: bool) -> None:
    """Write a study as CSV, one row a trial.

    Condition, seed, status, attempt and the metrics, in the order of the plan.
    """
    import ablation

    if target.exists() and target.samefile(store):
        raise click.UsageError("--csv names the store itself: name another file.")
    rows = list(_rows(ablation.load(store, name), attempts=attempts))
    if str(target) == "-":
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        return
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    if as_json:
        show_record({"csv": str(target), "rows": len(rows) - 1})
    else:
        click.echo(f"Wrote {plural(len(rows) - 1, 'trial')} to {target}")


def _rows(trials: "Trials", *, attempts: bool) -> Iterator[list[object]]:
    """The header, then one row a trial, in the order of the plan."""
    chosen = trials.attempts if attempts else tuple(trials)
    declared = [each.name for each in trials.study.metrics]
    extra = sorted({name for each in chosen for name in each.metrics} - set(declared))
    metrics = declared + extra
    yield [_guarded(name) for name in (*_COLUMNS, *metrics)]
    for each in chosen:
        asked = [each.study, each.condition, each.component, each.seed]
        came = [each.status, each.attempt, first_line(each.error)]
        yield [_guarded(value) for value in (*asked, *came, *map(each.metrics.get, metrics))]


def _guarded(value: object) -> object:
    """Keep a spreadsheet from running text; numbers pass.

    >>> _guarded("=1+1"), _guarded(-0.5)
    ("'=1+1", -0.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
