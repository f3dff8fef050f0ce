"""`ablation status` and `ablation verify`: how far a store is, and whether it can be believed."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.exits import Exit
from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import first_line, plural, show_record, show_table

if TYPE_CHECKING:
    from ablation.store.progress import Progress

_ROWS = 100


@click.command()
@STORE
@STUDY_NAME
@AS_JSON
def status(store: Path, name: str | None, *, as_json: bool) -> None:
    """Count trials done, failed and missing."""
    from ablation.store.progress import progress

    found = progress(store, name)
    if as_json:
        show_record({"store": str(store), "studies": [_record(each) for each in found]})
        return
    if not found:
        click.echo(f"{store} holds no study.")
    for each in found:
        _show(each)


@click.command()
@STORE
@AS_JSON
def verify(store: Path, *, as_json: bool) -> int:
    """Check every row of a store.

    Exit code 1 if any is not what was written.
    """
    from ablation.store import verify as verified

    found = verified(store)
    counts = {"studies": found.studies, "trials": found.trials}
    if as_json:
        record = {"store": str(store), "sound": found.sound, "problems": found.problems}
        show_record({**record, **counts})
    elif found.sound:
        studies = "study" if found.studies == 1 else "studies"
        click.echo(f"{store} is sound: {found.studies} {studies}, {plural(found.trials, 'trial')}.")
    else:
        for problem in found.problems:
            click.echo(f"{store}: {problem}")
    return Exit.ANSWERED if found.sound else Exit.NO


def _counts(found: "Progress") -> dict[str, int]:
    planned, done, failed = map(_total, (found.planned, found.done, found.failed))
    missing = planned - done - failed
    return {"planned": planned, "done": done, "failed": failed, "missing": missing}


def _total(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


def _conditions(found: "Progress") -> list[dict[str, object]]:
    """Count per condition, in the order of the design."""
    return [
        {
            "condition": each,
            "done": found.done[each],
            "failed": found.failed[each],
            "missing": found.missing(each),
        }
        for each in found.planned
    ]


def _record(found: "Progress") -> dict[str, object]:
    failures = [{**asdict(each), "error": first_line(each.error)} for each in found.failures]
    return {
        "study": found.study,
        **_counts(found),
        "conditions": _conditions(found),
        "failures": failures,
    }


def _show(found: "Progress") -> None:
    counts = _counts(found)
    click.echo(
        f"{found.study}: {counts['done']} of {plural(counts['planned'], 'trial')} done, "
        f"{counts['failed']} failed, {counts['missing']} missing"
    )
    rows = _conditions(found)
    show_table(list(rows[0]), [list(row.values()) for row in rows[:_ROWS]])
    if len(rows) > _ROWS:
        click.echo(f"... and {len(rows) - _ROWS} more; --json has them all.")
    for each in found.failures:
        click.echo(f"Failed: {each.condition}, seed {each.seed}: {first_line(each.error)}")
