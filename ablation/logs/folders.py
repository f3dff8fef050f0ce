"""Logs that are folders: MLflow's `mlruns`, W&B's local runs, Hydra's multirun.

Their YAML is read by a loader that makes plain values only.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from ablation.canonical import Json
from ablation.logs.run import LogError, Run
from ablation.logs.values import number_of, value_of

_MLFLOW = {1: "running", 2: "scheduled", 3: "finished", 4: "failed", 5: "killed"}
_RESULTS = ("metrics.json", "results.json", "result.json")


def mlflow_runs(folder: Path) -> Iterator[Run]:
    """Read every run below a folder: `meta.yaml`, `params/`, `metrics/` (time, value, step).

    Runs that were deleted are left out, as MLflow itself leaves them out.
    """
    found = {meta.parent: _table(meta) for meta in folder.rglob("meta.yaml")}
    for run, facts in sorted(found.items(), key=lambda each: _when(*each)):
        if "run_id" not in facts and "run_uuid" not in facts:
            continue  # an experiment's own
        if facts.get("lifecycle_stage") == "deleted":
            continue
        status = _MLFLOW.get(_whole(facts.get("status")), str(facts.get("status")).lower())
        began, ended = facts.get("start_time"), facts.get("end_time")
        tag = run / "tags" / "mlflow.runName"
        yield Run(
            name=str(facts.get("run_name") or (_text(tag) if tag.exists() else run.name)),
            config={name: value_of(text) for name, text in _texts(run / "params")},
            metrics={
                name: _last(run / "metrics" / name, text) for name, text in _texts(run / "metrics")
            },
            status=status,
            finished=status == "finished",
            seconds=_seconds(began, ended),
        )


def wandb_runs(folder: Path) -> Iterator[Run]:
    """Read the local runs of W&B: `run-*/files/config.yaml` and `wandb-summary.json`.

    A run that was interrupted has no summary, or one without its last words.
    """
    for config in sorted(folder.rglob("files/config.yaml")):
        files = config.parent
        summary = files / "wandb-summary.json"
        came = _object(summary) if summary.exists() else {}
        inner = came.get("_wandb")
        runtime = inner.get("runtime") if isinstance(inner, Mapping) else came.get("_runtime")
        yield Run(
            name=files.parent.name,
            config={
                name: each.get("value") if isinstance(each, Mapping) else each
                for name, each in _table(config).items()
                if name not in {"_wandb", "wandb_version"}
            },
            metrics=dict(_numbers(came)),
            status="finished" if came else "without a summary",
            finished=bool(came),
            seconds=number_of(runtime),
        )


def hydra_runs(folder: Path) -> Iterator[Run]:
    """Read a multirun of Hydra: `.hydra/config.yaml` of each job, and the metrics that it wrote.

    Metrics come from `metrics.json` or `results.json`, or from the last row of `metrics.csv`.
    """
    for config in sorted(folder.rglob(".hydra/config.yaml"), key=_by_number):
        job = config.parent.parent
        metrics = dict(_hydra_metrics(job))
        yield Run(
            name=str(job.relative_to(folder)) if job != folder else job.name,
            config=_table(config),
            metrics=metrics,
            status="finished" if metrics else "without metrics",
            finished=bool(metrics),
        )


def _hydra_metrics(job: Path) -> Iterator[tuple[str, float]]:
    for name in _RESULTS:
        if (job / name).exists():
            yield from _numbers(_object(job / name))
            return
    table = job / "metrics.csv"
    if table.exists():
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                read = {name: value_of(cell) for name, cell in row.items() if name and cell}
                yield from _numbers(read)


def _when(run: Path, facts: Mapping[str, Json]) -> tuple[int, str]:
    return _whole(facts.get("start_time")), str(run)


def _by_number(config: Path) -> tuple[object, ...]:
    job = config.parent.parent
    return (str(job.parent), int(job.name) if job.name.isdecimal() else -1, job.name)


def _numbers(facts: Mapping[str, Json], above: str = "") -> Iterator[tuple[str, float]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{above}{name}.")
        elif (number := number_of(value)) is not None:
            yield f"{above}{name}", number


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Files of a folder by their names; a name with a slash is a folder more."""
    for file in sorted(folder.rglob("*")) if folder.exists() else ():
        if file.is_file():
            yield file.relative_to(folder).as_posix(), _text(file)


def _last(path: Path, text: str) -> float:
    """The value of the line with the last step, then the last time: "time value step"."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    try:
        ordered = [(int(row[2]) if len(row) > 2 else 0, int(row[0]), float(row[1])) for row in rows]
        return max(ordered, key=lambda row: row[:2])[2]
    except (IndexError, ValueError) as error:
        raise LogError(path, "holds no lines of time, value and step.") from error


def _seconds(began: Json, ended: Json) -> float | None:
    """From one time in milliseconds to the other, where both are known."""
    if isinstance(began, int) and isinstance(ended, int):
        return (ended - began) / 1000
    return None


def _table(path: Path) -> dict[str, Json]:
    try:
        read = yaml.safe_load(_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise LogError(path, f"is no YAML: {str(error).splitlines()[0]}.", line) from error
    return _mapping(path, read if read is not None else {})


def _object(path: Path) -> dict[str, Json]:
    try:
        return _mapping(path, json.loads(_text(path)))
    except ValueError as error:
        raise LogError(path, f"is no JSON: {error}.") from error


def _mapping(path: Path, read: object) -> dict[str, Json]:
    if not isinstance(read, dict):
        raise LogError(path, f"holds {type(read).__name__}, not a table.")
    plain: dict[str, Json] = json.loads(json.dumps(read, default=str))  # dates become text
    return plain


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise LogError(path, f"is no text: {error.reason}.") from error


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else -1
