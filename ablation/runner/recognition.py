"""Runs that a store has from a log already, known by what they are and not by where they lie.

A log may be named by another path, be moved, copied, or go on growing. A run is known if an
imported trial of its condition and seed has its numbers, its seconds and its end; of runs that are
alike in all that, as many are known as there are.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from ablation.logs import Log
from ablation.trial import Trial

Content: TypeAlias = tuple[object, ...]


class Recognition:
    """What a store has of earlier imports; each of its trials is recognised once.

    >>> known = Recognition([])
    >>> known.place(Trial(study="toy", condition="baseline", component=None, seed=0,
    ...                   status="done", metrics={"m": 0.5}), "monday") is None
    True
    """

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._places: dict[Content, list[str]] = defaultdict(list)
        self._names: set[str] = set()
        for each in trials:
            if (place := each.environment.get("imported")) is not None:
                self._places[_content(each)].append(str(place))
                self._names.add(str(place))

    def place(self, trial: Trial, run: str) -> str | None:
        """Where the log lay from which the store has this run; nothing if it has it from none."""
        places = self._places.get(_content(trial))
        return places.pop(0).removesuffix(f": {run}") if places else None

    def changed(self, log: Log, run: str) -> bool:
        """Whether the store has a run of that name from that log, which said something else."""
        return not self._names.isdisjoint({source(log, run), f"{log.kind} {log.path}: {run}"})


def source(log: Log, run: str) -> str:
    """Say where a run lies, so that it is the same from every folder."""
    return f"{log.kind} {Path(log.path).resolve()}: {run}"


def _content(trial: Trial) -> Content:
    metrics = tuple(sorted(trial.metrics.items()))
    return (trial.condition, trial.seed, metrics, trial.error, trial.wall_s)
