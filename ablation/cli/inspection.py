"""`ablation status` and `ablation verify`: how far a store is, and whether it can be believed."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.exits import Exit
from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import first_line, plural, show_record, show_table

if TYPE_CHECKING:
    from ablation.trials import Trials

_ROWS = 100


@click.command()
@STORE
@STUDY_NAME
@AS_JSON
def status(store: Path, name: str | None, *, as_json: bool) -> None:
    """Count trials done, failed and missing."""
    from ablation.store import Store
    from ablation.trials import Trials

    with Store.read(store) as opened:
        names = opened.studies() if name is None else [name]
        studies = [opened.study(each) for each in names]
        found = [Trials(study, opened.trials(study.name)) for study in studies]
    if as_json:
        show_record({"store": str(store), "studies": [_record(each) for each in found]})
        return
    if not found:
        click.echo(f"{store} holds no study.")
    for trials in found:
        _show(trials)


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


def _counts(trials: "Trials") -> dict[str, int]:
    done = sum(each.done for each in trials)
    return {
        "planned": len(trials.planned),
        "done": done,
        "failed": len(trials) - done,
        "missing": len(trials.missing),
    }


def _conditions(trials: "Trials") -> list[dict[str, object]]:
    """Count per condition, in the order of the design."""
    from ablation.plan import lay_out

    done = Counter(each.condition for each in trials if each.done)
    failed = Counter(each.condition for each in trials if not each.done)
    missing = Counter(each.condition for each in trials.missing)
    return [
        {
            "condition": each.name,
            "done": done[each.name],
            "failed": failed[each.name],
            "missing": missing[each.name],
        }
        for each in lay_out(trials.study).conditions
    ]


def _failures(trials: "Trials") -> list[dict[str, object]]:
    return [
        {
            "condition": each.condition,
            "seed": each.seed,
            "attempt": each.attempt,
            "error": first_line(each.error),
        }
        for each in trials
        if not each.done
    ]


def _record(trials: "Trials") -> dict[str, object]:
    return {
        "study": trials.study.name,
        **_counts(trials),
        "conditions": _conditions(trials),
        "failures": _failures(trials),
    }


def _show(trials: "Trials") -> None:
    counts = _counts(trials)
    click.echo(
        f"{trials.study.name}: {counts['done']} of {plural(counts['planned'], 'trial')} done, "
        f"{counts['failed']} failed, {counts['missing']} missing"
    )
    rows = _conditions(trials)
    show_table(list(rows[0]), [list(row.values()) for row in rows[:_ROWS]])
    if len(rows) > _ROWS:
        click.echo(f"... and {len(rows) - _ROWS} more; --json has them all.")
    for row in _failures(trials):
        click.echo(f"Failed: {row['condition']}, seed {row['seed']}: {row['error']}")
