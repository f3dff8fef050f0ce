"""Trials in worker processes on this machine: a process that dies costs one trial, not the study.

Workers stay, so a heavy import is paid once each; they have one numeric thread each, so the result
does not depend on how many of them there are.
"""

from contextlib import suppress
from queue import Empty, SimpleQueue

from ablation.errors import SystemNotFoundError, WorkerError
from ablation.plan import PlannedTrial
from ablation.runner.engine import Finished
from ablation.runner.limits import Limits
from ablation.runner.messages import Alive, Hello, Message, Ready, Refused
from ablation.runner.process import Worker
from ablation.systems import Outcome

# Deaths in a row before the system was imported that are not bad luck any more: few as long as no
# worker ever imported it, many once one has.
_TRIES, _MANY_TRIES = 3, 100


class Local:
    """The engine behind `workers=1` and more."""

    def __init__(self, hello: Hello, workers: int, limits: Limits | None = None) -> None:
        self._hello = hello
        self._limits = limits or Limits()
        self._events: SimpleQueue[tuple[Worker, Message | None]] = SimpleQueue()
        self._stillborn, self._tries = 0, _TRIES
        self._workers: list[Worker] = []
        try:
            for _ in range(workers):
                self._hire()
            while not self.room():
                self.finished(timeout_s=1.0)
        except BaseException:
            self.close()
            raise

    def room(self) -> int:
        """How many workers wait for a trial."""
        return sum(each.idle for each in self._workers)

    def start(self, planned: PlannedTrial) -> None:
        """Hand a trial to a worker that waits for one."""
        next(each for each in self._workers if each.idle).start(planned)

    def finished(self, timeout_s: float) -> list[Finished]:
        """Wait until a trial ends, or so long, and hand over those that have."""
        ended = []
        with suppress(Empty):
            event = self._events.get(timeout=min(timeout_s, self._limits.glance_s))
            while True:
                ended += self._heard(*event)
                event = self._events.get_nowait()
        for each in self._workers:
            each.notice()
        return ended + self._stopped()

    def close(self) -> None:
        """Kill every worker and whatever it started."""
        for each in self._workers:
            each.kill()
        self._workers.clear()

    def _stopped(self) -> list[Finished]:
        """End the trials that are over a limit."""
        ended = []
        for worker in tuple(self._workers):
            if worker.planned and (reason := worker.exceeded(self._limits)):
                ended.append(
                    Finished(
                        worker.planned,
                        Outcome(metrics={}, error=reason, wall_s=worker.elapsed_s),
                    )
                )
                worker.kill()
                self._workers.remove(worker)
                self._hire()
        return ended

    def _hire(self) -> None:
        self._workers.append(Worker(self._hello, self._events))

    def _heard(self, worker: Worker, message: Message | None) -> list[Finished]:
        if worker not in self._workers:
            return []  # it was given up before its last reply was read
        match message:
            case Alive():
                return []
            case Ready():
                worker.ready = True
                self._stillborn, self._tries = 0, _MANY_TRIES
                return []
            case Refused(problem):
                raise SystemNotFoundError(self._hello.system, problem)
            case Outcome() if worker.planned is not None:
                planned, worker.planned = worker.planned, None
                return [Finished(planned, message)]
        return self._buried(worker)

    def _buried(self, worker: Worker) -> list[Finished]:
        """Replace a worker that died, or made no sense; its trial, if it had one, has failed."""
        obituary, lost = worker.obituary(), worker.planned
        self._workers.remove(worker)
        self._stillborn += not worker.ready
        if self._stillborn >= self._tries:
            raise WorkerError(f"no worker could import {self._hello.system!r}: {obituary}")
        self._hire()
        if lost is None:
            return []
        return [Finished(lost, Outcome(metrics={}, error=obituary, wall_s=worker.elapsed_s))]
