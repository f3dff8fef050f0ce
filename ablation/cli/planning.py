"""`ablation plan`: what a study will run, in which order, and what it will not run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.options import AS_JSON, STUDY_FILE, STUDY_FORM
from ablation.cli.showing import plural, show_record, show_table

if TYPE_CHECKING:
    from ablation.plan import Plan


@click.command(epilog=STUDY_FORM)
@STUDY_FILE
@AS_JSON
def plan(study_file: Path, *, as_json: bool) -> None:
    """Show what a study will run, and what not."""
    from ablation.plan import plan as lay_out
    from ablation.study import Study

    laid = lay_out(Study.from_toml(study_file))
    if as_json:
        show_record(_record(laid))
    else:
        _show(laid)


def _record(laid: "Plan") -> dict[str, object]:
    return {
        "study": laid.study.definition(),
        "digest": laid.digest,
        "trials": [
            {
                "condition": each.condition,
                "component": each.component,
                "seed": each.seed,
                "key": each.key,
            }
            for each in laid.trials
        ],
        "not_run": [{"condition": each.condition, "reason": each.reason} for each in laid.not_run],
    }


def _show(laid: "Plan") -> None:
    study = laid.study
    conditions = [each for each in study.conditions if each.retrains]
    click.echo(
        f"{study.name}: {plural(len(laid.trials), 'trial')} = "
        f"{plural(len(conditions), 'condition')} x {plural(len(study.seeds), 'seed')}, "
        f"{study.design.name}"
    )
    if study.question:
        click.echo(study.question)
    click.echo(f"system {study.system}, plan {laid.digest[:12]}\n")
    show_table(
        ["condition", "changes", "seeds"],
        [
            [each.name, ", ".join(part.how for part in each.off), len(study.seeds)]
            for each in conditions
        ],
    )
    click.echo("\nOrder: seed by seed; inside a seed by lot, always the same.")
    for left_out in laid.not_run:
        click.echo(f"Not run: {left_out.condition}, because {left_out.reason}.")
