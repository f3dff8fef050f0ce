"""What one trial may take before it is stopped: time, memory, silence."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from ablation.errors import StudyError
from ablation.runner.family import resident_mib
from ablation.study import Budget

_SILENCE_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Most seconds and most MiB of memory (of all its processes) that one trial may take.

    A trial above a limit is ended and recorded as failed. One whose process shows no sign of life
    for `silence_s`, because it is stopped or never lets another thread run, is ended too.

    >>> Limits(seconds=60, memory_mib=2048).seconds
    60
    >>> Limits(seconds=-1)
    Traceback (most recent call last):
    ablation.errors.StudyError: the limit on seconds is -1: a number above 0 is needed.
    """

    seconds: float | None = None
    memory_mib: float | None = None
    silence_s: float = _SILENCE_S

    def __post_init__(self) -> None:
        for name in ("seconds", "memory_mib", "silence_s"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise StudyError(f"the limit on {name} is {value}: a number above 0 is needed.")
        if self.memory_mib is not None and not Path("/proc/self/statm").exists():
            raise StudyError("a limit on memory needs /proc, which this system does not have.")

    @classmethod
    def of(cls, budget: Budget) -> "Limits | None":
        """The limits on one trial that a study states, if it states any.

        >>> Limits.of(Budget(trial_seconds=60)), Limits.of(Budget(trials=9))
        (Limits(seconds=60, memory_mib=None, silence_s=600.0), None)
        """
        if budget.trial_seconds is None and budget.trial_gb is None:
            return None
        memory = None if budget.trial_gb is None else budget.trial_gb * 1e9 / 2**20
        return cls(seconds=budget.trial_seconds, memory_mib=memory)

    @property
    def glance_s(self) -> float:
        """How often they are to be looked at."""
        return 1.0 if self.seconds is self.memory_mib is None else 0.2

    def exceeded(self, process: int, elapsed_s: float, silent_s: float) -> str | None:
        """Say which limit a worker process and its family are over, if any."""
        if self.seconds is not None and elapsed_s > self.seconds:
            return f"the trial took longer than its limit of {self.seconds:g} s"
        if self.memory_mib is not None and resident_mib(process) > self.memory_mib:
            return f"the trial took more memory than its limit of {self.memory_mib:g} MiB"
        if silent_s > self.silence_s:
            return f"the worker gave no sign of life for {self.silence_s:g} s"
        return None
