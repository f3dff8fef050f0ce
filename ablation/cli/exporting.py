"""`ablation export`: a study as a table for other programs.

A spreadsheet runs what looks like a formula (OWASP, "CSV injection"); text that begins like one
gets an apostrophe before it. A file appears under its name only when it is whole.
"""

import csv
import json
import os
import sys
from codecs import getwriter
from collections.abc import Callable
from functools import partial
from importlib import import_module
from math import isnan
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from ablation.cli.options import AS_JSON, STORE, STUDY_NAME
from ablation.cli.showing import first_line, plural, show_record

if TYPE_CHECKING:
    from ablation.store.columns import Columns
    from ablation.study import Study

_LABEL = ("study", "condition", "component", "status")
_COLUMNS = ("study", "condition", "component", "seed", "status", "attempt", "error")
_PLAIN = (*_COLUMNS, "wall_s", "cpu_s", "key")
_WRITTEN = ("metrics", "config", "environment")
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
    from ablation.errors import listed
    from ablation.store.listing import listed_trials

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
    study, trials = listed_trials(store, name, attempts=attempts)
    for form, target in targets.items():
        _write(target, partial(_WRITERS[form], store, study, trials))
    if as_json:
        written = {form: str(target) for form, target in targets.items()}
        show_record({**written, "rows": len(trials)})
    elif files := [str(each) for each in targets.values() if str(each) != "-"]:
        click.echo(f"Wrote {plural(len(trials), 'trial')} to {listed(files)}")


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


def _as_csv(_: Path, study: "Study", trials: "Columns", file: IO[bytes]) -> None:
    text = getwriter("utf-8")(file)  # leaves the file open, also where nobody reads on
    table = _table(study, trials, _guarded)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(map(_guarded, table))
    rows.writerows(zip(*table.values(), strict=True))


def _as_jsonl(store: Path, _: "Study", trials: "Columns", file: IO[bytes]) -> None:
    from ablation.store import Store
    from ablation.store.rows import COLUMNS

    encode = json.JSONEncoder(ensure_ascii=False).encode
    with Store.read(store) as opened:
        for row in opened.rows(trials.numbers["id"].tolist()):
            cells = dict(zip(COLUMNS, row, strict=True))
            plain = encode({name: cells[name] for name in _PLAIN})
            json_already = "".join(f', "{name}": {cells[name]!s}' for name in _WRITTEN)
            file.write(f"{plain[:-1]}{json_already}}}\n".encode())


def _as_parquet(store: Path, study: "Study", trials: "Columns", file: IO[bytes]) -> None:
    import pandas as pd

    from ablation.errors import AblationError
    from ablation.store import Store
    from ablation.store.rows import COLUMNS
    from ablation.trial import column

    try:
        import_module("pyarrow")
    except ImportError as error:
        raise AblationError(
            "Parquet needs pyarrow, which is not installed: "
            "pip install 'causal-ablation[parquet]', or write --csv or --jsonl."
        ) from error
    table: dict[str, object] = {**_table(study, trials, lambda text: text)}
    table |= {column(name): trials.metric(name) for name in _metrics(study, trials)}
    table |= {name: trials.numbers[name] for name in ("wall_s", "cpu_s")}
    beside: dict[str, list[object]] = {name: [] for name in ("config", "environment")}
    known: dict[object, object] = {}  # most configurations come often
    with Store.read(store) as opened:
        for row in opened.rows(trials.numbers["id"].tolist()):
            for name, cells in beside.items():
                cell = row[COLUMNS.index(name)]
                cells.append(known.setdefault(cell, cell) if name == "config" else cell)
    pd.DataFrame({**table, **beside}).to_parquet(file, engine="pyarrow", index=False)


_WRITERS = {"csv": _as_csv, "jsonl": _as_jsonl, "parquet": _as_parquet}


def _table(
    study: "Study", trials: "Columns", shown: Callable[[str | None], str | None]
) -> dict[str, list[object]]:
    """The columns that every form has; each text is made ready once, and not in every row."""
    from ablation.trial import column

    labels = {name: [shown(each) for each in trials.texts(name)] for name in _LABEL}
    errors = [shown(first_line(each)) for each in trials.errors]
    table: dict[str, list[object]] = {}
    for name in _COLUMNS:
        if name in trials.numbers:
            table[name] = trials.numbers[name].tolist()
        elif name == "error":
            table[name] = [errors[code] for code in trials.error.tolist()]
        else:
            table[name] = [labels[name][code] for code in trials.label.tolist()]
    for name in _metrics(study, trials):
        values = trials.metric(name).tolist()
        table[column(name)] = [None if isnan(value) else value for value in values]
    return table


def _metrics(study: "Study", trials: "Columns") -> list[str]:
    declared = [each.name for each in study.metrics]
    return declared + sorted(trials.metrics.keys() - set(declared))


def _guarded(text: str | None) -> str | None:
    """Keep a spreadsheet from running text.

    >>> _guarded("=1+1"), _guarded("1+1"), _guarded(None)
    ("'=1+1", '1+1', None)
    """
    return f"'{text}" if text is not None and text.startswith(_FORMULA) else text
