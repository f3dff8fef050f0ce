"""`ablation export`: a study as a table for other programs.

A spreadsheet runs what looks like a formula (OWASP, "CSV injection"); text that begins like one
gets an apostrophe before it. A file appears under its name only when it is whole.
"""

import csv
import json
import os
import sys
from codecs import getwriter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

import click

from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import first_line, plural, show_record

if TYPE_CHECKING:
    from ablation.trial import Trial
    from ablation.trials import Trials

    Chosen: TypeAlias = Sequence[Trial]
    Table: TypeAlias = Sequence[Sequence[object]]

_COLUMNS = ("study", "condition", "component", "seed", "status", "attempt", "error")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command()
@STORE
@click.option("--csv", "csv_file", type=_FILE, help="One row a trial; - is the terminal.")
@click.option("--jsonl", "jsonl_file", type=_FILE, help="One JSON object a trial, all of it.")
@click.option("--parquet", "parquet_file", type=_FILE, help="One row a trial, types kept.")
@STUDY_NAME
@click.option("--attempts", is_flag=True, help="Every attempt, not only the last of each trial.")
@AS_JSON
def export(
    store: Path,
    *,
    csv_file: Path | None,
    jsonl_file: Path | None,
    parquet_file: Path | None,
    name: str | None,
    attempts: bool,
    as_json: bool,
) -> None:
    """Write a study as a table, one row a trial.

    Condition, seed, status, attempt and the metrics, in the order of the plan. JSON lines hold the
    configuration and the covariates too, Parquet holds them as JSON text.
    """
    import ablation
    from ablation.errors import listed

    asked = {"csv": csv_file, "jsonl": jsonl_file, "parquet": parquet_file}
    targets = {form: target for form, target in asked.items() if target is not None}
    if not targets:
        raise click.UsageError("name a file to write: --csv, --jsonl or --parquet.")
    for form, target in targets.items():
        if target.exists() and target.samefile(store):
            raise click.UsageError(f"--{form} names the store itself: name another file.")
        if target.is_dir() or not target.parent.is_dir():
            where = "is a folder" if target.is_dir() else f"has no folder {target.parent} to be in"
            raise click.UsageError(f"--{form} {target} {where}: name a file.")
    trials = ablation.load(store, name)
    chosen = trials.attempts if attempts else tuple(trials)
    table = list(_rows(trials, chosen))
    for form, target in targets.items():
        _write(target, partial(_WRITERS[form], chosen, table))
    if as_json:
        written = {form: str(target) for form, target in targets.items()}
        show_record({**written, "rows": len(chosen)})
    elif files := [str(each) for each in targets.values() if str(each) != "-"]:
        click.echo(f"Wrote {plural(len(chosen), 'trial')} to {listed(files)}")


def _write(target: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file beside its place and put it there once it is whole."""
    if str(target) == "-":
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    if target.exists() and not target.is_file():  # a pipe, /dev/stdout
        with target.open("wb") as file:
            write(file)
        return
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with fresh.open("wb") as file:
            write(file)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _as_csv(_: "Chosen", table: "Table", file: IO[bytes]) -> None:
    text = getwriter("utf-8")(file)  # leaves the file open, also where nobody reads on
    csv.writer(text, lineterminator="\n").writerows(map(_guarded, row) for row in table)


def _as_jsonl(chosen: "Chosen", _: "Table", file: IO[bytes]) -> None:
    from ablation.canonical import plain

    for each in chosen:
        said = {name: getattr(each, name) for name in (*_COLUMNS, "wall_s", "cpu_s", "key")}
        said |= {name: plain(getattr(each, name)) for name in ("metrics", "config", "environment")}
        file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")


def _as_parquet(chosen: "Chosen", table: "Table", file: IO[bytes]) -> None:
    import pandas as pd

    from ablation.canonical import canonical
    from ablation.errors import AblationError

    try:
        import_module("pyarrow")
    except ImportError as error:
        raise AblationError(
            "Parquet needs pyarrow, which is not installed: "
            "pip install 'causal-ablation[parquet]', or write --csv or --jsonl."
        ) from error
    names = [str(name) for name in table[0]]
    frame = pd.DataFrame([list(row) for row in table[1:]], columns=names)
    frame = frame.astype(dict.fromkeys(names[len(_COLUMNS) :], float))
    beside: dict[str, Sequence[object]] = {
        name: [getattr(each, name) for each in chosen] for name in ("wall_s", "cpu_s")
    }
    for name in ("config", "environment"):
        beside[name] = [canonical(getattr(each, name)) for each in chosen]
    frame = pd.concat([frame, pd.DataFrame(beside)], axis=1)
    frame.to_parquet(file, engine="pyarrow", index=False)


_WRITERS = {"csv": _as_csv, "jsonl": _as_jsonl, "parquet": _as_parquet}


def _rows(trials: "Trials", chosen: "Chosen") -> Iterator[list[object]]:
    """The header, then one row a trial."""
    from ablation.trial import column

    declared = [each.name for each in trials.study.metrics]
    extra = sorted({name for each in chosen for name in each.metrics} - set(declared))
    metrics = declared + extra
    yield [*_COLUMNS, *map(column, metrics)]
    for each in chosen:
        asked = [each.study, each.condition, each.component, each.seed]
        came = [each.status, each.attempt, first_line(each.error)]
        yield [*asked, *came, *map(each.metrics.get, metrics)]


def _guarded(value: object) -> object:
    """Keep a spreadsheet from running text; numbers pass.

    >>> _guarded("=1+1"), _guarded(-0.5)
    ("'=1+1", -0.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
