"""How many runs go side by side: found by timing some, for long and for short ones apart.

More make better use of the processor, until what they compute no longer fits into its caches.
"""

import math
from dataclasses import dataclass, field

STEP = 4
MOST = 256
QUICK = 0.002  # seconds of a group in which more would cost hardly more


@dataclass(eq=False)
class Tuner:
    """Climbs to the size with the least time for the same work; at most `room` side by side.

    >>> tuner = Tuner(room=64, pass_seconds=1.0)
    >>> for seconds in (1.0, 3.0, 16.0):
    ...     size = tuner.size(1.0)
    ...     tuner.note(size, 1.0, seconds, passes=size)
    >>> sorted(tuner.speeds[0]), tuner.size(1.0)
    ([1, 4, 16], 4)
    """

    room: int
    pass_seconds: float
    fixed: int | None = None
    speeds: dict[int, dict[int, float]] = field(default_factory=dict)
    quick: dict[int, int] = field(default_factory=dict)
    last: int = 0

    def __post_init__(self) -> None:
        fit = QUICK * STEP / max(self.pass_seconds, 1e-9)
        self.last = self._bounded(STEP ** int(math.log(fit, STEP)) if fit >= 1 else 1)

    def size(self, share: float) -> int:
        """How many runs of this share of a whole pass to put side by side next."""
        if self.fixed is not None:
            return self._bounded(self.fixed)
        known = self.speeds.get(_regime(share))
        if not known:
            return self.last
        quick = self.quick.get(_regime(share), 0)
        best = min((size for size in known if size >= quick), key=known.__getitem__)
        around = [best * STEP] if best <= quick else [max(1, best // STEP), best * STEP]
        for size in map(self._bounded, around):
            if size not in known:
                return size
        self.last = best
        return best

    def note(self, size: int, share: float, spent: float, passes: float) -> None:
        """How long a group of that size took for so many whole passes."""
        if passes > 0:
            regime = _regime(share)
            known = self.speeds.setdefault(regime, {})
            known[size] = min(spent / passes, known.get(size, math.inf))
            if spent < QUICK:
                self.quick[regime] = max(self.quick.get(regime, 0), size)

    def _bounded(self, size: int) -> int:
        return max(1, min(size, self.room, MOST if self.fixed is None else self.room))


def _regime(share: float) -> int:
    return round(math.log2(share)) if share > 0 else -99
