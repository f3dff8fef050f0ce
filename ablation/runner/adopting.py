"""Runs of another tool's log, taken into a study's store as the trials that they were.

A run is a trial of the study if its configuration is that of a condition, in every key that the
study's configuration has, and its seed is one of the study's. Nothing is guessed: a run that fits
nowhere is left out, and said why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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
    wanted = _Wanted.of(study)
    adopted: list[Trial] = []
    left_out: list[LeftOut] = []
    known_from: list[str] = []
    changed = 0
    with Store.open(store) as opened:
        opened.register(study)
        opened.hold(study.name)
        before = opened.trials(study.name)
        attempts = Counter((each.condition, each.seed) for each in before)
        recognition = Recognition(before)
        for start in range(0, len(log), _AT_ONCE):
            fresh: list[Trial] = []
            for run in log[start : start + _AT_ONCE]:
                found = wanted.placed(run, seed)
                if isinstance(found, str):
                    left_out.append(LeftOut(run.name, found))
                    continue
                attempt = attempts[found.condition, found.seed] + 1
                where = source(log, run.name)
                trial = _trial(study, found, _measured(run, seed), where, attempt)
                if (place := recognition.place(trial, run.name)) is not None:
                    known_from.append(place)
                    continue
                attempts[found.condition, found.seed] = attempt
                changed += recognition.changed(log, run.name)
                fresh.append(trial)
            opened.append_all(fresh)
            opened.beat()
            adopted += fresh
            if watch is not None:
                watch(min(_AT_ONCE, len(log) - start))
    places = tuple(dict.fromkeys(known_from))
    return Adopted(tuple(adopted), tuple(left_out), len(known_from), places, changed)


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


def _trial(study: Study, planned: PlannedTrial, run: Run, source: str, attempt: int) -> Trial:
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
        attempt=attempt,
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
