"""`ablation check`: whether a system holds what a study takes for granted."""

import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from ablation.cli.exits import Exit
from ablation.cli.options import AS_JSON, STUDY_FILE, STUDY_FORM
from ablation.cli.showing import show_record


@click.command(epilog=STUDY_FORM)
@STUDY_FILE
@AS_JSON
def check(study_file: Path, *, as_json: bool) -> int:
    """Try the system of a study on its first seed.

    Does it repeat, use its seeds, leave its config alone, act on every switch, give the same in a
    worker process? It runs a few more times than there are components; nothing is recorded.

    Exit code 1 if a check failed.
    """
    from ablation.study import Study
    from ablation.testing import check_system

    study = Study.from_toml(study_file)
    with redirect_stdout(sys.stderr):
        found = check_system(study)
    if as_json:
        rows = [
            {"check": each.name, "standing": each.standing, "said": each.said}
            for each in found.findings
        ]
        show_record({"system": found.system, "sound": found.sound, "checks": rows})
    else:
        click.echo(str(found))
    return Exit.ANSWERED if found.sound else Exit.NO
