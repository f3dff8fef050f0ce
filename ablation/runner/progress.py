"""How far a study is: numbers for whoever shows them, and one line for those who do not care how.

Durations come from a monotonic clock; a clock that is set changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ablation.trial import Trial

_PATIENCE_S, _MUCH_LONGER = 10.0, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many trials are planned, done and failed, which are running, and how fast it goes.

    `ended` counts the trials that this run of the runner brought to an end; the rate is of those.
    `running` begins with the oldest, which has run for `oldest_s`; `typical_s` is the median time
    of the trials that came to an end, and `trials` are these trials, those of earlier runs first.

    >>> Progress(study="toy", total=10, done=4, failed=1, running=("baseline, seed 3",),
    ...          ended=5, elapsed_s=10.0).left_s
    10.0
    >>> print(Progress(study="toy", total=10, done=4, failed=0, running=("baseline, seed 3",),
    ...                ended=0, elapsed_s=60.0, oldest_s=60.0, typical_s=2.5))
    toy: 4 of 10 done, 0 failed, 1 running, one for 1 min 0 s (baseline, seed 3)
    """

    study: str
    total: int
    done: int
    failed: int
    running: tuple[str, ...]
    ended: int
    elapsed_s: float
    oldest_s: float = 0.0
    typical_s: float | None = None
    trials: Sequence[Trial] = field(default=(), repr=False)

    @property
    def lags(self) -> bool:
        """Whether the oldest trial has run much longer than trials do, as far as that is known."""
        return self.oldest_s > max(_PATIENCE_S, _MUCH_LONGER * (self.typical_s or 0.0))

    @property
    def rate_per_s(self) -> float | None:
        """Trials ended a second, once one has."""
        return self.ended / self.elapsed_s if self.ended and self.elapsed_s > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds until the last planned trial, at this rate."""
        rate = self.rate_per_s
        return (self.total - self.done - self.failed) / rate if rate else None

    def __str__(self) -> str:
        rate, left = self.rate_per_s, self.left_s
        parts = [
            f"{self.done} of {self.total} done",
            f"{self.failed} failed",
            f"{len(self.running)} running",
            *([f"one for {_duration(self.oldest_s)}"] if self.lags else []),
            *([f"{_per_time(rate)}, {_duration(left)} left"] if rate and left is not None else []),
        ]
        # Which one it is comes last: a narrow terminal cuts the line.
        which = f" ({self.running[0]})" if self.lags and self.running else ""
        return f"{self.study}: {', '.join(parts)}{which}"


Watcher: TypeAlias = Callable[[Progress], None]


def _per_time(rate: float) -> str:
    return f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"


def _duration(seconds: float) -> str:
    """Spell out a duration as coarsely as it is known.

    >>> _duration(42), _duration(95), _duration(7300)
    ('42 s', '1 min 35 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
