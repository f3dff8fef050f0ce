"""Logs that are tables: CSV, and one JSON object a line. Every column may set or measure."""

import csv
import json
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import TextIO

from ablation.canonical import Json
from ablation.logs.run import LogError, Run
from ablation.logs.values import number_of, value_of

_NAMES = ("run", "name", "id", "run_id", "_name", "trial")
_STATES = ("status", "state")
_SECONDS = ("seconds", "runtime", "duration", "wall_s", "_runtime")
_GOOD = {"finished", "done", "completed", "complete", "success", "succeeded", "ok", ""}


def csv_runs(path: Path) -> Iterator[Run]:
    """Read a CSV file with a header, as spreadsheets, W&B and MLflow export it."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = _cells(path, file)
        header = next(rows, (0, []))[1]
        if len(set(header)) < len(header):
            twice = next(name for name in header if header.count(name) > 1)
            raise LogError(path, f"two columns are called {twice!r}.", 1)
        for line, cells in rows:
            if len(cells) != len(header):
                many = f"{len(cells)} cells under {len(header)} column names"
                raise LogError(path, f"there are {many}.", line)
            known = {name: _unguarded(cell) for name, cell in zip(header, cells, strict=True)}
            read = {name: value_of(cell) for name, cell in known.items() if cell != ""}
            yield run_of(read, f"row {line}")


def _cells(path: Path, file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Read the rows that are not empty, each with the number of its last line."""
    rows = csv.reader(file, strict=True)
    try:
        for cells in rows:
            if cells:
                yield rows.line_num, cells
    except csv.Error as error:
        raise LogError(path, f"is no CSV: {error}.", rows.line_num) from error


def jsonl_runs(path: Path) -> Iterator[Run]:
    """Read one JSON object a line, nested or flat; `config` and `metrics` may be tables of it."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                facts = _facts(line)
            except (ValueError, RecursionError) as error:
                raise LogError(path, f"is no JSON: {error}.", number) from error
            if not isinstance(facts, dict):
                raise LogError(path, f"holds {type(facts).__name__}, not an object.", number)
            yield run_of(facts, f"line {number}")


def _facts(line: str) -> object:
    """Read a line; what is no finite number stays text, as in CSV, and no name may come twice."""
    return json.loads(
        line, parse_constant=str, parse_float=_number, object_pairs_hook=_without_doubles
    )


def _number(text: str) -> Json:
    number = float(text)
    return number if isfinite(number) else text


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} comes twice")
    return found


def run_of(facts: Mapping[str, Json], place: str) -> Run:
    """Sort the facts of a row: its name, its end, how long it took, what was set, what came.

    >>> run_of({"run": "a", "state": "crashed", "lr": 0.1, "acc": 0.9}, "row 2").finished
    False
    """
    config, metrics = facts.get("config"), facts.get("metrics")
    tables = [each for each in (config, metrics) if isinstance(each, Mapping)]
    rest = {name: value for name, value in facts.items() if value not in tables}
    set_ = {**rest, **config} if isinstance(config, Mapping) else rest
    came = metrics if isinstance(metrics, Mapping) else _flattened(rest)
    status = str(_first(facts, _STATES) or "finished")
    read = {name: number_of(each) for name, each in came.items()}
    return Run(
        name=str(_first(facts, _NAMES) or place),
        config=set_,
        metrics={name: each for name, each in read.items() if each is not None},
        status=status,
        finished=status.lower() in _GOOD,
        seconds=number_of(_first(facts, _SECONDS)),
    )


def _flattened(facts: Mapping[str, Json], above: str = "") -> dict[str, Json]:
    flat: dict[str, Json] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            flat |= _flattened(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def _first(facts: Mapping[str, Json], names: tuple[str, ...]) -> Json:
    """The first of several names that a tool may use, whatever its case."""
    spelled = {name.lower(): value for name, value in facts.items()}
    return next((spelled[name] for name in names if name in spelled), None)


def _unguarded(cell: str) -> str:
    """Take away the apostrophe with which an export keeps a spreadsheet from running text."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r"} else cell
