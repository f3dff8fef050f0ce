"""`ablation plan`: what a study will run, in which order, at what cost, and what it can find."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.options import AS_JSON, STUDY_FILE, STUDY_FORM
from ablation.cli.showing import show_record

if TYPE_CHECKING:
    from ablation.forecast import Pilot
    from ablation.study import Study


@click.command(epilog=STUDY_FORM)
@STUDY_FILE
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    help="Trials of this study that were run already: they say cost and spread.",
)
@click.option(
    "--pilot",
    type=click.IntRange(min=1),
    metavar="N",
    help="Run the baseline with the first N seeds, for cost and spread; not recorded.",
)
@AS_JSON
def plan(study_file: Path, store: Path | None, pilot: int | None, *, as_json: bool) -> None:
    """Show what a study will run and can find.

    The runs, how effects are aliased, the cost, the smallest effect that is likely to be found,
    and what will not be run. Nothing is trained without --pilot.
    """
    from ablation.cli.prospect import record, show
    from ablation.forecast import forecast
    from ablation.study import Study, in_file

    if store is not None and pilot is not None:
        raise click.UsageError("--store and --pilot both say what runs cost: give one of them.")
    study = Study.from_toml(study_file)
    with in_file(study_file):
        found = forecast(study, _pilot(study, store, pilot))
    if as_json:
        show_record(record(found))
    else:
        show(found)


def _pilot(study: "Study", store: Path | None, runs: int | None) -> "Pilot | None":
    from ablation.forecast import pilot_of, pilot_run
    from ablation.plan import plan as lay_out
    from ablation.store import Store

    if store is not None:
        with Store.read(store) as opened:
            opened.check(study)
            return pilot_of(study, opened.trials(study.name))
    if runs is None:
        return None
    lay_out(study)  # what cannot be run is told before anything is
    with redirect_stdout(sys.stderr):
        return pilot_run(study, runs)
