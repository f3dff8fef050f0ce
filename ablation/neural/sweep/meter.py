"""How far a sweep is, on one line of the terminal that is redrawn in place."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO, TypeAlias

from ablation.neural.sweep.asking import Progress

Watcher: TypeAlias = Callable[[Progress], None]
Watched: TypeAlias = Watcher | bool | None  # True: draw it

_BAR = 24
_REDRAW_S = 0.1
_PLAIN_S = 10.0


@dataclass(eq=False)
class Meter:
    """Writes the state of a sweep: redrawn on a terminal, else a plain line every ten seconds.

    >>> import sys
    >>> Meter(sys.stdout)(Progress(2, 2, 1.5, 1.5, "suffix"))
    [########################] 2 of 2 ablations, 1.5 whole passes run, 1.5 saved
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    next_s: float = 0.0

    def __call__(self, progress: Progress) -> None:
        """Write this state, unless another was written a moment ago; the last is always written."""
        drawn, ended = self.stream.isatty(), progress.done >= progress.planned
        now = time.monotonic()
        if now < self.next_s and not ended:
            return
        self.next_s = now + (_REDRAW_S if drawn else _PLAIN_S)
        start, end = ("\r\x1b[K", "\n" if ended else "") if drawn else ("", "\n")
        self.stream.write(f"{start}{line(progress)}{end}")
        self.stream.flush()

    def tell(self, words: str) -> None:
        """Write a line of its own."""
        self.stream.write(f"{words}\n")
        self.stream.flush()


def watcher(progress: Watched) -> Watcher | None:
    """The function to tell how far a sweep is: a meter where it is asked for by True."""
    if isinstance(progress, bool):
        return Meter() if progress else None
    return progress


def line(progress: Progress) -> str:
    """The state in words, behind a bar.

    >>> line(Progress(3, 12, 2.25, 1.0, "naive"))
    '[######..................] 3 of 12 ablations, 2.2 whole passes run, 1.0 saved (one by one)'
    """
    full = _BAR * progress.done // max(1, progress.planned)
    spent = f"{progress.forwards:.1f} whole passes run, {progress.saved:.1f} saved"
    how = "" if progress.engine == "suffix" else " (one by one)"
    bar = "#" * full + "." * (_BAR - full)
    return f"[{bar}] {progress.done} of {progress.planned} ablations, {spent}{how}"
