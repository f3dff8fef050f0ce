"""Runs of another tool's log, taken into a study's store as the trials that they were.

A run is a trial of the study if its configuration is that of a condition, in every key that the
study's configuration has, and its seed is one of the study's. Nothing is guessed: a run that fits
nowhere is left out, and said why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ablation.canonical import Json
from ablation.errors import StudyError, did_you_mean, listed, nearest
from ablation.logs import Log, Run
from ablation.logs.run import flat
from ablation.logs.values import value_of
from ablation.plan import PlannedTrial, plan
from ablation.runner.recognition import Recognition, source
from ablation.store import Store
from ablation.study import Study
from ablation.trial import Trial

_AT_ONCE = 4096  # runs that are recorded in one transaction
_EXACT = 2**53  # from here on a float may stand for its neighbours too


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run that is no trial of the study, and why."""

    run: str
    reason: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a log gave a study: the trials now in its store, and the runs that are none of it.

    `known` counts runs that the store had already, imported from `known_from`: the same log by any
    path, or a copy of it. `changed` counts runs that it had from this log with other content; they
    are among the trials, as further attempts.
    """

    trials: tuple[Trial, ...]
    left_out: tuple[LeftOut, ...]
    known: int = 0
    known_from: tuple[str, ...] = ()
    changed: int = 0


def adopt(
    study: Study,
    log: Log,
    store: str | Path = "runs.db",
    *,
    seed: str = "seed",
    watch: Callable[[int], object] | None = None,
) -> Adopted:
    """Record the runs of a log as trials of a study; `seed` names what holds a run's seed.

    Runs of one condition and seed become attempts, in the log's order, of which the last counts;
    one that did not finish, or lacks a metric of the study, becomes a failed trial. They are
    recorded some thousands at once, and then `watch` hears how many runs were dealt with. A run is
    known by its content, wherever its log lies: doing it again adds nothing, after an interruption
    the rest, and what has changed is another attempt. Raises `StudyError` if no run of the log has
    the seed's name.
    """
    _check_seed(log, seed)
    with Store.open(store) as opened:
        opened.register(study)
        opened.hold(study.name)
        adoption = _Adoption(study, log, seed, opened.trials(study.name))
        for start in range(0, len(log), _AT_ONCE):
            runs = log[start : start + _AT_ONCE]
            opened.append_all([*adoption.fresh(runs)])
            opened.beat()
            if watch is not None:
                watch(len(runs))
        if overtaken := [*adoption.overtaken()]:
            opened.append_all(overtaken)
    return adoption.ended()


class _Adoption:
    """One log on its way into a store: what is new of it, what is known, what is left out."""

    def __init__(self, study: Study, log: Log, seed: str, before: Sequence[Trial]) -> None:
        self._study, self._log, self._seed = study, log, seed
        self._wanted = _Wanted.of(study)
        self._recognition = Recognition(log, before)
        self._attempts = Counter((each.condition, each.seed) for each in before)
        self._last: dict[tuple[str, int], Trial] = {}
        self._place: dict[tuple[str, int], str] = {}
        self._adopted: list[Trial] = []
        self._left_out: list[LeftOut] = []
        self._known_from: list[str] = []
        self._changed = 0

    def fresh(self, runs: Iterable[Run]) -> Iterator[Trial]:
        """Make a trial of every run that the store does not have."""
        for run in runs:
            found = self._wanted.placed(run, self._seed)
            if isinstance(found, str):
                self._left_out.append(LeftOut(run.name, found))
                continue
            where = source(self._log, run.name)
            trial = _trial(self._study, found, _measured(run, self._seed), where)
            self._last[trial.condition, trial.seed] = trial
            if (place := self._recognition.place(trial, run.name)) is not None:
                self._known_from.append(place)
                self._place[trial.condition, trial.seed] = place
                continue
            self._changed += self._recognition.changed(run.name)
            yield self._attempted(trial)

    def overtaken(self) -> Iterator[Trial]:
        """Record again what is last in the log and known, where the store has another run later.

        So it is where a log is put back as it was, and where new runs stand before old ones.
        """
        for trial in self._last.values():
            if self._recognition.outdated(trial):
                self._known_from.remove(self._place[trial.condition, trial.seed])
                self._changed += 1
                yield self._attempted(trial)

    def ended(self) -> Adopted:
        """Say what came of it."""
        places = tuple(dict.fromkeys(self._known_from))
        known = len(self._known_from)
        return Adopted(tuple(self._adopted), tuple(self._left_out), known, places, self._changed)

    def _attempted(self, trial: Trial) -> Trial:
        unit = (trial.condition, trial.seed)
        self._attempts[unit] += 1
        made = replace(trial, attempt=self._attempts[unit])
        self._recognition.recorded(made)
        self._adopted.append(made)
        return made


def _check_seed(log: Log, seed: str) -> None:
    names = dict.fromkeys(name for run in log for name in run.config)
    if seed not in names:
        hint = did_you_mean(nearest(seed, names))
        raise StudyError(
            f"no run of {log.path} says its {seed!r}, and a trial needs a seed; they say "
            f"{listed(names)}.{hint}"
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The trials of a plan that training alone realises, by their configuration and seed."""

    settings: Mapping[str, Json]
    seeds: frozenset[int]
    trials: Mapping[tuple[str, int], PlannedTrial]

    @classmethod
    def of(cls, study: Study) -> "_Wanted":
        trials = {
            (_spelled((name, _read(value)) for name, value in flat(each.config)), each.seed): each
            for each in plan(study).trials
            if not each.patches
        }
        seeds = frozenset(each.seed for each in trials.values())
        return cls(dict(flat(study.config)), seeds, trials)

    def placed(self, run: Run, seed: str) -> PlannedTrial | str:
        """The trial that a run is, or why it is none."""
        if missing := [name for name in self.settings if name not in run.config]:
            return f"its configuration lacks {listed(missing)}"
        number = _whole(_read(run.config.get(seed)))
        if number is None:
            return f"it has no seed: {seed} is {run.config.get(seed)!r}"
        said = {name: _read(run.config[name]) for name in self.settings}
        found = self.trials.get((_spelled(said.items()), number))
        if found is not None:
            return found
        if number not in self.seeds:
            return f"seed {number} is none of the study's"
        setting = listed(
            f"{name}={said[name]!r}"
            for name, value in self.settings.items()
            if _spell(said[name]) != _spell(_read(value))
        )
        return f"no condition of the study has {setting}"


def _measured(run: Run, seed: str) -> Run:
    """Leave out the seed, which a table of numbers counts among what was measured."""
    metrics = {name: value for name, value in run.metrics.items() if name != seed}
    return run if len(metrics) == len(run.metrics) else replace(run, metrics=metrics)


def _trial(study: Study, planned: PlannedTrial, run: Run, source: str) -> Trial:
    lacking = [each.name for each in study.metrics if each.name not in run.metrics]
    error = None
    if not run.finished:
        error = f"the run ended as {run.status!r}"
    elif lacking:
        error = f"the run has no number for {listed(lacking)}"
    other = {name: value for name, value in run.metrics.items() if name not in planned.config}
    return Trial(
        study=study.name,
        condition=planned.condition,
        component=planned.component,
        seed=planned.seed,
        status="failed" if error else "done",
        metrics={} if error else other,
        config=planned.config,
        error=error,
        wall_s=run.seconds or 0.0,
        key=planned.key,
        environment={"imported": source},
    )


def _read(value: Json) -> Json:
    """Read what a tool kept as text, as MLflow keeps every parameter."""
    return value_of(value) if isinstance(value, str) else value


def _whole(value: Json) -> int | None:
    """Read a seed; a table with a gap in the column writes 3 as 3.0.

    >>> _whole(3), _whole(3.0), _whole(0.5), _whole(True), _whole(2.0**53)
    (3, 3, None, None, None)
    """
    if type(value) is float and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value if type(value) is int else None


def _spelled(config: Iterable[tuple[str, Json]]) -> str:
    return repr(sorted((name, _spell(value)) for name, value in config))


def _spell(value: Json) -> str:
    """Spell a value so that 1 and 1.0 are one, and 1 and true are two."""
    if isinstance(value, bool | str) or value is None:
        return repr(value)
    return repr(float(value)) if isinstance(value, int | float) else str(value)
