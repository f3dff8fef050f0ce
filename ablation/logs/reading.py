"""Which tool wrote a log, told by what lies there, and its runs."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ablation.errors import did_you_mean, listed, nearest
from ablation.logs.events import tensorboard_runs
from ablation.logs.folders import hydra_runs, mlflow_runs, wandb_runs
from ablation.logs.run import Log, LogError, Run
from ablation.logs.tables import csv_runs, jsonl_runs

_READERS: Mapping[str, Callable[[Path], Iterator[Run]]] = {
    "csv": csv_runs,
    "jsonl": jsonl_runs,
    "mlflow": mlflow_runs,
    "wandb": wandb_runs,
    "hydra": hydra_runs,
    "tensorboard": tensorboard_runs,
}
# What lies somewhere below a folder of each tool; Hydra's jobs may hold the others' files.
_SIGNS = {
    "hydra": ".hydra/config.yaml",
    "mlflow": "meta.yaml",
    "wandb": "files/config.yaml",
    "tensorboard": "*tfevents*",
}
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}

KINDS = tuple(_READERS)


def read_log(path: str | Path, kind: str | None = None) -> Log:
    """Read the runs of a CSV or JSON-lines file, or of a folder of MLflow, W&B, Hydra, TensorBoard.

    `kind` says which, where it cannot be told: "csv", "jsonl", "mlflow", "wandb", "hydra" or
    "tensorboard". Raises `LogError` where nothing can be read.

    >>> read_log("no-such-log.csv")
    Traceback (most recent call last):
    ablation.logs.run.LogError: no-such-log.csv: does not exist.
    """
    path = Path(path)
    if not path.exists():
        raise LogError(path, "does not exist.")
    kind = kind or _told(path)
    if kind not in _READERS:
        hint = did_you_mean(nearest(kind, KINDS))
        raise LogError(path, f"no kind of log is called {kind!r}; there is {listed(KINDS)}.{hint}")
    if path.is_dir() is not (kind in _SIGNS):
        raise LogError(path, f"is a {'folder' if path.is_dir() else 'file'}, which {kind} is not.")
    try:
        runs = tuple(_READERS[kind](path))
    except UnicodeDecodeError as error:
        raise LogError(path, f"is no text in UTF-8: {error.reason}.") from error
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}.") from error
    if not runs:
        raise LogError(path, f"holds no run of {kind}.")
    return Log(path, kind, runs)


def _told(path: Path) -> str:
    if path.is_dir():
        for kind, sign in _SIGNS.items():
            if next(path.rglob(sign), None) is not None:
                return kind
        if next(path.rglob("*.wandb"), None) is not None:
            raise LogError(
                path, "holds offline runs of W&B, which only W&B reads: sync them, then export CSV."
            )
        raise LogError(path, "holds no runs of MLflow, W&B, Hydra or TensorBoard.")
    if path.suffix.lower() in _SUFFIXES:
        return _SUFFIXES[path.suffix.lower()]
    raise LogError(path, "may be CSV or JSON lines: name it so, or say which with `kind`.")
