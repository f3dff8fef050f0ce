"""`ablation import`: take the runs of another tool's log into a study's store."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ablation.cli.exits import Exit
from ablation.cli.options import AS_JSON, STUDY_FILE
from ablation.cli.showing import plural, show_record

if TYPE_CHECKING:
    from ablation.runner.adopting import Adopted

_SHOWN = 10
_KINDS = ("csv", "jsonl", "mlflow", "wandb", "hydra", "tensorboard")


@click.command(name="import")
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
@STUDY_FILE
@click.option(
    "--store", type=click.Path(path_type=Path), default="runs.db", show_default=True,
    help="Where trials are recorded.",
)  # fmt: skip
@click.option("--kind", type=click.Choice(_KINDS), help="What wrote the log, where unclear.")
@click.option(
    "--seed", default="seed", show_default=True, help="The name under which a run says its seed."
)
@AS_JSON
def import_(
    log: Path, study_file: Path, *, store: Path, kind: str | None, seed: str, as_json: bool
) -> int:
    """Take the runs of a log into a study.

    LOG is a CSV or JSON-lines file, or a folder of MLflow, W&B, Hydra or TensorBoard. A run is a
    trial if its configuration is that of one of the study's conditions, and its seed one of the
    study's; `ablation run` then runs what is missing.

    Exit code 1 if no run of the log is one of the study.
    """
    from ablation.logs import read_log
    from ablation.runner.adopting import adopt
    from ablation.study import Study

    study = Study.from_toml(study_file)
    if sys.stderr.isatty():
        click.echo(f"Reading {log}", err=True)
    read = read_log(log, kind)
    with _progress(sys.stderr, len(read)) as watch:
        adopted = adopt(study, read, store, seed=seed, watch=watch)
    if as_json:
        show_record(_record(adopted, store))
    else:
        _show(adopted, store)
    return Exit.ANSWERED if adopted.trials or adopted.known else Exit.NO


@contextmanager
def _progress(stream: TextIO, runs: int) -> Iterator[Callable[[int], None] | None]:
    """Draw on a terminal how many runs are dealt with; elsewhere nothing."""
    if not stream.isatty():
        yield None
        return
    with click.progressbar(length=runs, label="Importing", file=stream, show_pos=True) as drawn:
        yield drawn.update


def _record(adopted: "Adopted", store: Path) -> dict[str, object]:
    return {
        "store": str(store),
        "imported": len(adopted.trials),
        "failed": sum(not each.done for each in adopted.trials),
        "known": adopted.known,
        "known_from": adopted.known_from,
        "changed": adopted.changed,
        "left_out": [{"run": each.run, "reason": each.reason} for each in adopted.left_out],
    }


def _show(adopted: "Adopted", store: Path) -> None:
    failed = sum(not each.done for each in adopted.trials)
    click.echo(
        f"Imported {plural(len(adopted.trials), 'trial')} into {store}, {failed} of them failed; "
        f"{adopted.known} known already, {len(adopted.left_out)} left out"
    )
    for place in adopted.known_from[:_SHOWN]:
        click.echo(f"Known already from {place}")
    if adopted.changed:
        runs = "run says" if adopted.changed == 1 else "runs say"
        click.echo(
            f"{adopted.changed} {runs} something else than when this log was imported before: "
            "another attempt each, and the last counts"
        )
    for each in adopted.left_out[:_SHOWN]:
        click.echo(f"Left out: {each.run}, because {each.reason}.")
    if (rest := len(adopted.left_out) - _SHOWN) > 0:
        click.echo(f"and {rest} more; --json lists them all")
