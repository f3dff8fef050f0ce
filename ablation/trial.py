"""A trial: one run of the system, in one condition, with one seed, and what came of it.

A failure is a result too: it has no metrics, and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Literal, TypeAlias

from ablation.canonical import Json, frozen
from ablation.covariates import Covariates
from ablation.errors import AblationError

Status: TypeAlias = Literal["done", "failed"]
TABLE = ("study", "condition", "component", "seed", "status", "attempt", "error", "wall_s", "cpu_s")
"""The columns that every table of trials has before those of the metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run: what was asked for (condition, seed, config) and what came (metrics or error).

    The first line of `error` says what went wrong; a traceback may follow. `key` is the digest of
    what was asked for, `environment` is what was recorded of where and how it ran, and
    `covariates` is the same, typed.

    >>> trial = Trial(study="toy", condition="baseline", component=None, seed=0,
    ...               status="done", metrics={"accuracy": 0.9})
    >>> trial.done, trial.metrics["accuracy"]
    (True, 0.9)
    """

    study: str
    condition: str
    component: str | None
    seed: int
    status: Status
    metrics: Mapping[str, float]
    config: Mapping[str, Json] = field(default_factory=dict)
    error: str | None = None
    attempt: int = 1
    wall_s: float = 0.0
    cpu_s: float = 0.0
    key: str = ""
    environment: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        metrics = {name: float(value) for name, value in self.metrics.items()}
        if bad := [name for name, value in metrics.items() if not isfinite(value)]:
            raise AblationError(
                f"metric {bad[0]!r} of {self.condition!r}, seed {self.seed}, is "
                f"{metrics[bad[0]]}: a trial without a number is a failed one."
            )
        if (self.status == "failed") != (self.error is not None):
            raise AblationError("a failed trial says why in `error`, and only a failed one does.")
        object.__setattr__(self, "metrics", MappingProxyType(metrics))
        object.__setattr__(self, "config", frozen(self.config, called="config"))
        object.__setattr__(self, "environment", frozen(self.environment, called="environment"))

    def __hash__(self) -> int:
        return hash((self.study, self.condition, self.seed, self.attempt, self.status))

    @property
    def done(self) -> bool:
        """Whether it came to an end with its metrics."""
        return self.status == "done"

    @property
    def covariates(self) -> Covariates:
        """What was recorded beside the metrics: code, machine, versions, steps, memory, streams."""
        return Covariates.read(self.environment)


def column(metric: str) -> str:
    """Name a metric's column in a table of trials: no two metrics share one, and none is taken.

    >>> column("accuracy"), column("seed"), column("metric seed")
    ('accuracy', 'metric seed', 'metric metric seed')
    """
    taken = metric.rsplit("metric ", maxsplit=1)[-1] in {*TABLE, "config", "environment"}
    return f"metric {metric}" if taken else metric
