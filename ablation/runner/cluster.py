"""Trials on the nodes of a Ray cluster, behind the same four verbs as processes on one machine.

A node that dies costs nothing: what ran there is started again elsewhere, and as a trial depends on
its study, condition and seed only, the result is the same. On the node a trial runs in a process of
its own, so that whatever it does to that process is a result, as it is on one machine.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from importlib import import_module
from time import monotonic
from types import ModuleType
from typing import Any

from ablation.errors import StudyError, SystemNotFoundError, WorkerError
from ablation.plan import PlannedTrial
from ablation.runner.engine import Finished
from ablation.runner.limits import Limits
from ablation.runner.local import Local
from ablation.runner.messages import Hello, Request, read, written
from ablation.systems import Outcome

_MOST_LOSSES = 20  # of one trial: then it is not the nodes
_REFUSED = "refused: "
_LOOK_S = 5.0

_kept: dict[tuple[str, ...], Local] = {}  # on a node, a Ray worker's one worker process


@dataclass(frozen=True, slots=True, kw_only=True)
class Ray:
    """A Ray cluster, and what one trial needs there: CPUs, GPUs, each also in fractions.

    `address` is that of a running cluster ("auto" on one of its machines, "ray://head:10001" from
    outside); without one, Ray is started on this machine. `custom` names resources of your own.
    The nodes need this package and the study's system, at the same path or installed.

    >>> Ray(cpus=4, gpus=0.5).gpus
    0.5
    >>> Ray(cpus=-1)
    Traceback (most recent call last):
    ablation.errors.StudyError: a trial that needs -1 CPUs cannot be placed: 0 or more are possible.
    """

    address: str | None = None
    cpus: float = 1
    gpus: float = 0
    custom: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, amount in {"CPUs": self.cpus, "GPUs": self.gpus, **self.custom}.items():
            if not amount >= 0:
                raise StudyError(
                    f"a trial that needs {amount} {name} cannot be placed: 0 or more are possible."
                )

    @property
    def needs(self) -> dict[str, float]:
        """What a trial takes, by Ray's names of resources."""
        return {"CPU": self.cpus, "GPU": self.gpus, **self.custom}

    def engine(self, hello: Hello, limits: Limits | None) -> "Nodes":
        """Join the cluster, or start one; `WorkerError` if a trial can never be placed."""
        return Nodes(self, hello, limits or Limits())


class Nodes:
    """The engine behind `cluster=Ray(...)`."""

    def __init__(self, asked: Ray, hello: Hello, limits: Limits) -> None:
        self._asked = asked
        self._hello = hello
        self._ray = _ray()
        self._said = (written(hello), json.dumps(asdict(limits)))
        self._running: dict[Any, PlannedTrial] = {}
        self._losses: dict[str, int] = {}
        self._looked, self._slots = -_LOOK_S, 0
        self._ours = not self._ray.is_initialized()
        if self._ours:
            self._join(asked.address)
        self._trial = self._ray.remote(
            max_retries=0, num_cpus=asked.cpus, num_gpus=asked.gpus, resources=asked.custom or None
        )(_on_a_node)
        if not self._places():
            offered = self._ray.cluster_resources()
            self.close()
            raise WorkerError(_unplaceable(asked.needs, offered))

    def room(self) -> int:
        """How many more trials the nodes can take now; nodes may come and go."""
        return max(0, self._places() - len(self._running))

    def start(self, planned: PlannedTrial) -> None:
        """Hand a trial to the cluster."""
        request = Request(planned.seed, planned.config, planned.levels, planned.patches)
        self._running[self._trial.remote(*self._said, written(request))] = planned

    def finished(self, timeout_s: float) -> list[Finished]:
        """Wait until a trial ends, or so long; what a node lost is started again."""
        ready, _ = self._ray.wait(list(self._running), timeout=timeout_s)
        if ready:
            many = len(self._running)
            ready, _ = self._ray.wait(list(self._running), num_returns=many, timeout=0)
        ended = []
        for each in ready:
            planned = self._running.pop(each)
            outcome = self._outcome(each, planned)
            if outcome is None:
                self.start(planned)
            else:
                ended.append(Finished(planned, outcome))
        return ended

    def close(self) -> None:
        """Cancel what runs, and leave the cluster."""
        for each in self._running:
            self._ray.cancel(each, force=True)
        self._running.clear()
        if self._ours:
            self._ray.shutdown()

    def _join(self, address: str | None) -> None:
        try:
            self._ray.init(address=address, log_to_driver=False, logging_level="fatal")
        except (ConnectionError, RuntimeError, TimeoutError, ValueError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise WorkerError(
                f"no Ray cluster answers at {address!r} ({said.rstrip('.')}): give the address of "
                "one that runs, auto to find one on this machine, or local to start one."
            ) from error

    def _outcome(self, reference: object, planned: PlannedTrial) -> Outcome | None:
        """What a trial gave; nothing if the node that had it is lost."""
        try:
            said: str = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise WorkerError(f"the nodes cannot run trials: {error.cause}") from error
        except self._ray.exceptions.RayError as error:
            self._losses[planned.key] = self._losses.get(planned.key, 0) + 1
            if self._losses[planned.key] > _MOST_LOSSES:
                raise WorkerError(
                    f"{planned.condition!r}, seed {planned.seed}, was lost with its node "
                    f"{_MOST_LOSSES} times: {str(error).splitlines()[0]}"
                ) from error
            return None
        if said.startswith(_REFUSED):
            raise SystemNotFoundError(self._hello.system, said.removeprefix(_REFUSED))
        outcome = read(said)
        assert isinstance(outcome, Outcome)
        return outcome

    def _places(self) -> int:
        """How many trials fit on the nodes that are there, each looked at by itself."""
        if monotonic() - self._looked >= _LOOK_S:
            self._looked = monotonic()
            needed = {name: amount for name, amount in self._asked.needs.items() if amount}
            self._slots = sum(
                int(
                    min(
                        (
                            node["Resources"].get(name, 0) / amount
                            for name, amount in needed.items()
                        ),
                        default=1,
                    )
                )
                for node in self._ray.nodes()
                if node["Alive"]
            )
        return self._slots


def _on_a_node(hello: str, limits: str, request: str) -> str:
    """Run one trial in this Ray worker's own worker process, which stays for the next."""
    key = (hello, limits, os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    asked, greeting = read(request), read(hello)
    assert isinstance(asked, Request)
    assert isinstance(greeting, Hello)
    try:
        if key not in _kept:
            while _kept:
                _kept.popitem()[1].close()
            _kept[key] = Local(greeting, 1, Limits(**json.loads(limits)))
        engine = _kept[key]
        while not engine.room():
            engine.finished(1.0)
    except SystemNotFoundError as error:
        return _REFUSED + error.problem
    engine.start(_planned(asked))
    while True:
        for finished in engine.finished(1.0):
            return written(finished.outcome)


def _planned(asked: Request) -> PlannedTrial:
    """A trial as a worker needs it: what decides it, without what only its study knows."""
    return PlannedTrial(
        condition="", component=None, seed=asked.seed, config=asked.config, key="", order=0,
        levels=asked.levels, patches=asked.patches,
    )  # fmt: skip


def _ray() -> ModuleType:
    try:
        return import_module("ray")
    except ImportError as error:
        raise StudyError(
            "a cluster needs Ray, which is not installed: pip install 'causal-ablation[ray]'."
        ) from error


def _unplaceable(needs: dict[str, float], offered: dict[str, float]) -> str:
    asked = ", ".join(f"{amount:g} {name}" for name, amount in needs.items() if amount)
    there = ", ".join(f"{offered.get(name, 0):g} {name}" for name in needs)
    return f"no node has what a trial needs ({asked}); the cluster has {there}."
