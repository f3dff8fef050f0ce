"""Runs that a store has from a log already, known by what they are and not by where they lie.

A log may be named by another path, be moved, copied, or go on growing. A run is known if an
imported trial of its condition and seed has its numbers, its seconds and its end; of runs that are
alike in all that, as many are known as there are. A log that says again what it said before it was
changed is known as well, and yet outdated in the store.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from ablation.logs import Log
from ablation.trial import Trial

Content: TypeAlias = tuple[object, ...]


class Recognition:
    """What a store has of earlier imports, of a log and others; each trial is recognised once.

    >>> known = Recognition(Log(Path("log.csv"), "CSV", ()), [])
    >>> known.place(Trial(study="toy", condition="baseline", component=None, seed=0,
    ...                   status="done", metrics={"m": 0.5}), "monday") is None
    True
    """

    def __init__(self, log: Log, trials: Iterable[Trial]) -> None:
        self._own = (source(log, ""), f"{log.kind} {log.path}: ")
        self._places: dict[Content, list[str]] = defaultdict(list)
        self._names: set[str] = set()
        self._last: dict[tuple[str, int], Content] = {}
        for each in trials:
            if (place := each.environment.get("imported")) is not None:
                self._places[_content(each)].append(str(place))
                self._names.add(str(place))
                self.recorded(each)

    def recorded(self, trial: Trial) -> None:
        """Take note of a trial that is now in the store."""
        if str(trial.environment["imported"]).startswith(self._own):
            self._last[trial.condition, trial.seed] = _content(trial)

    def place(self, trial: Trial, run: str) -> str | None:
        """Where the log lay from which the store has this run; nothing if it has it from none."""
        places = self._places.get(_content(trial))
        return places.pop(0).removesuffix(f": {run}") if places else None

    def changed(self, run: str) -> bool:
        """Whether the store has a run of that name from this log, which said something else."""
        return not self._names.isdisjoint({own + run for own in self._own})

    def outdated(self, trial: Trial) -> bool:
        """Whether the store's last word of this log on a condition and seed is not this trial."""
        content = _content(trial)
        return self._last.get((trial.condition, trial.seed), content) != content


def source(log: Log, run: str) -> str:
    """Say where a run lies, so that it is the same from every folder."""
    return f"{log.kind} {Path(log.path).resolve()}: {run}"


def _content(trial: Trial) -> Content:
    metrics = tuple(sorted(trial.metrics.items()))
    return (trial.condition, trial.seed, metrics, trial.error, trial.wall_s)
