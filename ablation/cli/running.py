"""`ablation run`: run what is missing of a study, and say how far it came."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.exits import Exit
from ablation.cli.meter import Meter
from ablation.cli.options import AS_JSON, STUDY_FILE, STUDY_FORM
from ablation.cli.prospect import duration
from ablation.cli.showing import first_line, plural, show_record

if TYPE_CHECKING:
    from ablation.cli.board import Board
    from ablation.plan import NotRun
    from ablation.study import Study
    from ablation.trials import Trials


@click.command(epilog=STUDY_FORM)
@STUDY_FILE
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    default="runs.db",
    show_default=True,
    help="Where trials are recorded.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Worker processes; 0 runs in this one.",
)
@click.option("--retry-failed", is_flag=True, help="Run trials again that have failed.")
@click.option("--retries", type=click.IntRange(min=0), default=0, help="Tries after a failure now.")
@click.option("--time-limit", type=float, metavar="S", help="Most seconds one trial may take.")
@click.option("--memory-limit", type=float, metavar="MIB", help="Most memory one trial may take.")
@click.option("--ray", metavar="ADDRESS", help="Run on this Ray cluster; auto finds one here.")
@click.option("--cpus", type=float, default=1, help="CPUs a trial needs there.  [default: 1]")
@click.option("--gpus", type=float, default=0, help="GPUs a trial needs there, also 0.5.")
@AS_JSON
def run(
    study_file: Path,
    *,
    store: Path,
    workers: int,
    retries: int,
    time_limit: float | None,
    memory_limit: float | None,
    ray: str | None,
    cpus: float,
    gpus: float,
    retry_failed: bool,
    as_json: bool,
) -> int:
    """Run what is missing of a study.

    Every trial is recorded as it ends. Ctrl-C stops, and the same command continues; failed
    trials stay as they are unless --retry-failed is given.

    Exit code 0 also when trials failed (they are rows of the study), 1 when none is done or the
    hours of the budget ended before the trials did.
    """
    from ablation.plan import plan
    from ablation.runner.cluster import Ray
    from ablation.runner.limits import Limits
    from ablation.runner.session import run as run_study
    from ablation.study import Study, in_file

    study = Study.from_toml(study_file)
    with in_file(study_file):
        not_run = plan(study).not_run
    limited = time_limit is not None or memory_limit is not None
    limits = Limits(seconds=time_limit, memory_mib=memory_limit) if limited else None
    cluster = Ray(address=ray, cpus=cpus, gpus=gpus) if ray else None
    # What a system prints in this process must not end up in the answer.
    quiet = redirect_stdout(sys.stderr) if as_json else nullcontext()
    meter = None
    try:
        with in_file(study_file), _terminable(), closing(_watcher(study)) as meter, quiet:
            trials = run_study(
                study, store, workers, meter, retry_failed=retry_failed, retries=retries,
                limits=limits, cluster=cluster,
            )  # fmt: skip
    except KeyboardInterrupt:
        click.echo(_stopped(meter, store), err=True)
        return Exit.INTERRUPTED
    if as_json:
        show_record(_record(trials, not_run, store))
    else:
        _show(trials, not_run, store)
    done = any(each.done for each in trials)
    return Exit.ANSWERED if done and not trials.missing else Exit.NO


@contextmanager
def _terminable() -> Iterator[None]:
    """Stop at SIGTERM, which batch systems send when a job's time is over, as at Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _watcher(study: "Study") -> "Meter | Board":
    """Draw a board on a terminal; elsewhere a plain line from time to time will do."""
    if not sys.stderr.isatty():
        return Meter(sys.stderr)
    from ablation.cli.board import Board

    return Board(sys.stderr, study) if Board.suits(sys.stderr) else Meter(sys.stderr)


def _stopped(meter: "Meter | Board | None", store: Path) -> str:
    if meter is None or meter.last is None:
        return "Stopped before the first trial."
    ended = meter.last.done + meter.last.failed
    recorded = f"{ended} of {plural(meter.last.total, 'trial')} are recorded in {store}"
    return f"Stopped: {recorded}; the same command continues."


def _failures(trials: "Trials") -> list[dict[str, object]]:
    return [
        {"condition": each.condition, "seed": each.seed, "error": first_line(each.error)}
        for each in trials
        if not each.done
    ]


def _record(trials: "Trials", not_run: Sequence["NotRun"], store: Path) -> dict[str, object]:
    failures = _failures(trials)
    return {
        "study": trials.study.name,
        "store": str(store),
        "planned": len(trials.planned),
        "done": len(trials) - len(failures),
        "failed": len(failures),
        "missing": len(trials.missing),
        "failures": failures,
        "not_run": [each.condition for each in not_run],
    }


def _show(trials: "Trials", not_run: Sequence["NotRun"], store: Path) -> None:
    failures = _failures(trials)
    click.echo(
        f"{trials.study.name}: {len(trials) - len(failures)} of "
        f"{plural(len(trials.planned), 'trial')} done, {len(failures)} failed; see {store}"
    )
    for row in failures:
        click.echo(f"Failed: {row['condition']}, seed {row['seed']}: {row['error']}")
    if trials.missing:
        spent = duration(sum(each.wall_s for each in trials.attempts))
        allowed = duration((trials.study.budget.hours or 0.0) * 3600)
        click.echo(
            f"Stopped: the trials took {spent}, and the budget is {allowed}; "
            f"{plural(len(trials.missing), 'trial')} not run."
        )
    for left_out in not_run:
        click.echo(f"Not run: {left_out.condition}, because {left_out.reason}.")
