"""How many runs go side by side: found by timing some, for long and for short ones apart.

More make better use of the processor, until what they compute no longer fits into its caches.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

STEP = 4  # from size to size where more cost hardly more
CLOSE = 2  # and where they do
MOST = 256
EVEN = 1.05  # what is as good: then rather more, for there are fewer groups to prepare
MARGIN = 1.1  # how much slower is worse; twice in a row settles it for all lengths
QUICK = 0.002  # seconds of a group in which more would cost hardly more
PAYS = 8  # so many groups of a size must be left before it is worth a trial
MANY = 10**9


@dataclass(eq=False)
class Tuner:
    """Climbs to the size with the least time for the same work; at most `room` side by side.

    Long runs begin with `start`; more than `most` is not tried, nor what too few could gain by.

    >>> tuner = Tuner(room=64, most=64, pass_seconds=1.0)
    >>> for seconds in (1.0, 1.5, 4.0):
    ...     size = tuner.size(1.0)
    ...     tuner.note(size, 1.0, seconds, passes=size)
    >>> sorted(tuner.speeds[0]), tuner.size(1.0)
    ([1, 2, 4], 2)
    """

    room: int
    most: int
    pass_seconds: float
    fixed: int | None = None
    start: int = 1
    speeds: dict[int, dict[int, float]] = field(default_factory=dict)
    quick: dict[int, int] = field(default_factory=dict)
    worse: dict[int, int] = field(default_factory=dict)  # how often in a row a size was worse
    tried: set[int] = field(default_factory=set)  # with runs of any length
    last: int = 0  # the best size when last seen; 0 where it was not yet clear

    def size(self, share: float, alike: int = MANY, left: int = MANY) -> int:
        """How many runs of this share of a whole pass to put side by side next.

        So many are left, and so many of them of the same cost.
        """
        if self.fixed is not None:
            return self._bounded(self.fixed)
        known = self.speeds.get(_regime(share))
        if not known:
            return self._first(share, left)
        quick = self.quick.get(_regime(share), 0)
        least = min(speed for size, speed in known.items() if size >= quick)
        best = max(size for size in known if size >= quick and known[size] <= EVEN * least)
        around = [best * STEP] if best <= quick else [best * CLOSE, max(1, best // CLOSE)]
        for size in map(self._bounded, around):
            pays = alike >= PAYS * size or (size not in self.tried and left >= PAYS**2 * size)
            if (best <= quick or pays) and size not in known and self.worse.get(size, 0) < 2:
                return size
        self.last = 0 if best <= quick else best
        return best

    def note(self, size: int, share: float, spent: float, passes: float) -> None:
        """How long a group of that size took for so many whole passes."""
        if passes > 0:
            regime = _regime(share)
            self.tried.add(size)
            known = self.speeds.setdefault(regime, {})
            known[size] = min(spent / passes, known.get(size, math.inf))
            if spent < QUICK:
                self.quick[regime] = max(self.quick.get(regime, 0), size)
            else:
                slow = known[size] > MARGIN * min(known.values())
                self.worse[size] = self.worse.get(size, 0) + 1 if slow else 0

    def fits(self, shares: Sequence[float], size: int) -> int:
        """How many of these runs, deepest first, make a group of that size.

        Runs much longer than the first wait for another, unless all of it takes next to no time.
        """
        total = 0.0
        for place, share in enumerate(shares[:size]):
            total += share * self.pass_seconds
            if total > QUICK * STEP and share > STEP * shares[0]:
                return max(1, place)
        return min(size, len(shares))

    def _first(self, share: float, left: int) -> int:
        """What was best for other runs; where more cost hardly more, as many as will be quick.

        A rest of as many again goes along: alone it would cost as much.
        """
        fit = QUICK * STEP / max(share * self.pass_seconds, 1e-9)
        if self.last or fit < 1:
            return self._bounded(self.last or self.start)
        quick = STEP ** int(math.log(fit, STEP))
        return self._bounded(left if left <= CLOSE * quick else quick)

    def _bounded(self, size: int) -> int:
        most = min(self.most, MOST) if self.fixed is None else self.room
        return max(1, min(size, self.room, most))


def _regime(share: float) -> int:
    return round(math.log2(share)) if share > 0 else -99
