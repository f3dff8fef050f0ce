"""A run of somebody's log: what was set, what came, and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, overload

import pandas as pd

from ablation.canonical import Json, frozen
from ablation.errors import AblationError

Metrics: TypeAlias = Mapping[str, float]


class LogError(AblationError, ValueError):
    """A log that cannot be read; `path` says which file, `line` (from 1) where, if known."""

    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        self.path, self.problem, self.line = path, problem, line
        super().__init__(f"{path}{f':{line}' if line else ''}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: `config` by dotted names, the last finite value of every metric, how it ended.

    `finished` is false for one that failed, was killed or still runs, and `status` is its tool's
    own word. `seconds` is how long it took, where the log says so.

    >>> Run(name="a", config={"model": {"dropout": 0.1}}, metrics={"accuracy": 0.9}).config
    mappingproxy({'model.dropout': 0.1})
    """

    name: str
    config: Mapping[str, Json]
    metrics: Metrics
    status: str = "finished"
    finished: bool = True
    seconds: float | None = None

    def __post_init__(self) -> None:
        finite = {name: float(each) for name, each in self.metrics.items() if isfinite(each)}
        object.__setattr__(self, "config", frozen(dict(flat(self.config)), called="config"))
        object.__setattr__(self, "metrics", MappingProxyType(finite))

    def __hash__(self) -> int:
        return hash((self.name, self.status))


@dataclass(frozen=True, slots=True)
class Log(Sequence[Run]):
    """The runs of a log, in the order in which it names them, and where they came from.

    >>> log = Log(Path("log.csv"), "CSV", (Run(name="a", config={"lr": 0.1}, metrics={"m": 1}),))
    >>> len(log), log[0].name, log
    (1, 'a', <Log of 1 run, CSV, log.csv>)
    """

    path: Path
    kind: str
    runs: tuple[Run, ...] = field(repr=False)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Run, ...]: ...
    def __getitem__(self, index: int | slice) -> Run | tuple[Run, ...]:
        return self.runs[index]

    def __len__(self) -> int:
        return len(self.runs)

    def __repr__(self) -> str:
        many = "run" if len(self) == 1 else "runs"
        return f"<Log of {len(self)} {many}, {self.kind}, {self.path}>"

    def frame(self) -> pd.DataFrame:
        """Lay the log out as a table: run, status, seconds, the configuration, the metrics.

        A name that is both is the metric; where a run lacks something the cell is missing.
        """
        metrics = dict.fromkeys(name for each in self for name in each.metrics)
        config = dict.fromkeys(name for each in self for name in each.config if name not in metrics)
        rows = [
            [each.name, each.status, each.seconds]
            + [each.config.get(name) for name in config]
            + [each.metrics.get(name, float("nan")) for name in metrics]
            for each in self
        ]
        return pd.DataFrame(rows, columns=["run", "status", "seconds", *config, *metrics])


def flat(config: Mapping[str, Json], above: str = "") -> Iterable[tuple[str, Json]]:
    """Spell nested tables as dotted names."""
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
