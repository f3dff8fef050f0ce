"""Run a study: every planned trial that the store does not have yet, recorded as it ends.

A trial counts once it is durable. Whatever stops the runner between two commits costs the trials
that were running, and the next run starts with those.
"""

from bisect import insort
from collections import Counter, deque
from contextlib import closing
from pathlib import Path
from time import perf_counter

from ablation.errors import StudyError, UnreturnedMetricError
from ablation.outcomes import Outcomes
from ablation.plan import Plan, PlannedTrial, plan
from ablation.runner.engine import Cluster, Engine, Finished
from ablation.runner.here import Here
from ablation.runner.limits import Limits
from ablation.runner.local import Local
from ablation.runner.messages import Hello
from ablation.runner.progress import Progress, Watcher
from ablation.store import Store
from ablation.study import Study
from ablation.trial import Status, Trial
from ablation.trials import Trials

_TICK_S = 1.0


def run(
    study: Study,
    store: str | Path = "runs.db",
    workers: int = 2,
    progress: Watcher | None = None,
    *,
    retry_failed: bool = False,
    retries: int = 0,
    limits: Limits | None = None,
    cluster: Cluster | None = None,
) -> Trials:
    """Run what is missing of a study and return all of it.

    Trials that are in the store are not repeated; failed ones are only with `retry_failed`. One
    that fails now is tried again up to `retries` times, each attempt a row. `limits` are on one
    trial, by default those of the study's budget. `workers=0` runs them in this process, which a
    function of a notebook needs, and a `cluster` runs them on its nodes. `progress` is called
    whenever something changes, and once a second. Ctrl-C stops cleanly: the same call continues.
    When the hours of the study's budget are spent, no trial is started any more.

    Raises `StudyBusyError` if another runner works on the study in this store.

    >>> from tempfile import TemporaryDirectory
    >>> from ablation import Component, LeaveOneOut, Metric
    >>> def train(config, seeds):
    ...     return {"accuracy": 0.9 if config["attention"] else 0.7}
    >>> study = Study("toy", train, [Component("attention", switch="attention")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=2, config={"attention": True})
    >>> with TemporaryDirectory() as folder:
    ...     trials = run(study, Path(folder, "runs.db"), workers=0)
    >>> [(trial.condition, trial.metrics["accuracy"]) for trial in trials[:2]]
    [('without attention', 0.7), ('baseline', 0.9)]
    """
    path = Path(store)
    laid = plan(study)
    recorded = _recorded(path, study)
    session = _Session(laid, recorded, retry_failed=retry_failed, retries=retries)
    if session.waiting and not session.spent():
        engine = _engine(study, workers, limits or Limits.of(study.budget), cluster)
        with closing(engine), Store.open(path) as opened:
            opened.register(study)
            opened.hold(study.name)
            if (since := opened.trials(study.name)) != recorded:  # another runner was at it
                session = _Session(laid, since, retry_failed=retry_failed, retries=retries)
            session.run(engine, opened, progress)
            recorded = opened.trials(study.name)
    return Trials(study, recorded)


def _recorded(path: Path, study: Study) -> tuple[Trial, ...]:
    if not path.exists():
        return ()
    with Store.read(path) as opened:
        opened.check(study)
        return opened.trials(study.name)


def _engine(study: Study, workers: int, limits: Limits | None, cluster: Cluster | None) -> Engine:
    if workers < 0:
        raise StudyError(f"workers is {workers}: 1 or more processes, or 0 for this one.")
    if workers == 0 and cluster is None:
        if limits is not None:
            raise StudyError("limits need a process to stop: pass workers=1 or more.")
        return Here(study)
    if not study.importable:
        raise StudyError(
            f"{study.system} is defined where a worker process cannot import it: "
            "move the function to a module, or pass workers=0."
        )
    hello = Hello.of(study)
    return Local(hello, workers, limits) if cluster is None else cluster.engine(hello, limits)


class _Session:
    """One run of the runner: what waits, what runs, what came."""

    def __init__(
        self, laid: Plan, recorded: tuple[Trial, ...], *, retry_failed: bool, retries: int
    ) -> None:
        if retries < 0:
            raise StudyError(f"retries is {retries}: 0 or more are possible.")
        latest = {_unit(each): each for each in recorded}
        kept = {unit: each for unit, each in latest.items() if each.done or not retry_failed}
        self.waiting = deque(each for each in laid.trials if _unit(each) not in kept)
        self._laid = laid
        self._running: dict[tuple[str, int], float] = {}  # since when; the oldest is first
        self._took = sorted(each.wall_s for each in kept.values())
        self._attempts = Counter(map(_unit, recorded))
        self._statuses = Counter(each.status for each in kept.values())
        self._returned = {name for each in kept.values() for name in each.metrics}
        self._trials = list(recorded)
        self._left = Counter({_unit(each): retries for each in laid.trials})
        self._spent_s = sum(each.wall_s for each in recorded)
        self._ended = 0
        self._began = perf_counter()

    def run(self, engine: Engine, store: Store, watcher: Watcher | None) -> None:
        """Start what waits while there is room, record what ends, until nothing is left."""
        self._began = perf_counter()
        while (self.waiting and not self.spent()) or self._running:
            while self.waiting and engine.room() and not self.spent():
                planned = self.waiting.popleft()
                self._running[_unit(planned)] = perf_counter()
                engine.start(planned)
            self._show(watcher)
            for finished in engine.finished(_TICK_S):
                self._check_metrics(finished)
                trial = self._settled(finished)
                store.append(trial, _examples(finished))
                self._trials.append(trial)
                self._again(finished.planned, trial)
            store.beat()
        self._show(watcher)

    def spent(self) -> bool:
        """Whether the hours of the budget are used up; what runs counts as far as it has come."""
        hours = self._laid.study.budget.hours
        if hours is None:
            return False
        now = perf_counter()
        running = sum(now - since for since in self._running.values())
        return self._spent_s + running >= hours * 3600

    def _settled(self, finished: Finished) -> Trial:
        """Turn an outcome into the trial that is recorded."""
        planned, outcome = finished.planned, finished.outcome
        del self._running[_unit(planned)]
        insort(self._took, outcome.wall_s)
        self._spent_s += outcome.wall_s
        self._attempts[_unit(planned)] += 1
        status: Status = "failed" if outcome.error else "done"
        self._statuses[status] += 1
        self._ended += 1
        return Trial(
            study=self._laid.study.name,
            condition=planned.condition,
            component=planned.component,
            seed=planned.seed,
            status=status,
            metrics=outcome.metrics,
            config=planned.config,
            error=outcome.error,
            attempt=self._attempts[_unit(planned)],
            wall_s=outcome.wall_s,
            cpu_s=outcome.cpu_s,
            key=planned.key,
            environment={**outcome.environment, "order": planned.order},
        )

    def _again(self, planned: PlannedTrial, trial: Trial) -> None:
        """Let a trial that failed wait once more, at the end, while it has tries left."""
        if not trial.done and self._left[_unit(planned)]:
            self._left[_unit(planned)] -= 1
            self._statuses[trial.status] -= 1
            self.waiting.append(planned)

    def _check_metrics(self, finished: Finished) -> None:
        """Stop at the first trial that returns names when a metric of the study never came.

        It is not recorded: the study is wrong, not the trial, and is put right and run again.
        Once it came, a trial that lacks it has failed and costs no other.
        """
        if not finished.outcome.returned:
            return
        self._returned |= set(finished.outcome.returned)
        for metric in self._laid.study.metrics:
            if metric.name not in self._returned:
                raise UnreturnedMetricError(metric.name, sorted(self._returned))

    def _show(self, watcher: Watcher | None) -> None:
        if watcher is None:
            return
        now = perf_counter()
        watcher(
            Progress(
                study=self._laid.study.name,
                total=len(self._laid.trials),
                done=self._statuses["done"],
                failed=self._statuses["failed"],
                running=tuple(f"{condition}, seed {seed}" for condition, seed in self._running),
                ended=self._ended,
                elapsed_s=now - self._began,
                oldest_s=now - next(iter(self._running.values()), now),
                typical_s=self._took[len(self._took) // 2] if self._took else None,
                trials=self._trials,
            )
        )


def _examples(finished: Finished) -> dict[str, Outcomes]:
    return {name: Outcomes.read(text) for name, text in finished.outcome.examples.items()}


def _unit(trial: PlannedTrial | Trial) -> tuple[str, int]:
    return trial.condition, trial.seed
