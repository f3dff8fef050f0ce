"""Progress on the terminal: one line redrawn in place, or a plain line every ten seconds."""

import shutil
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from ablation.runner.progress import Progress

_BAR = 24
_REDRAW_S = 0.1
_PLAIN_S = 10.0


class Meter:
    """A watcher that draws where there is a terminal and reports where there is none."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = stream.isatty()
        self._next_s = 0.0
        self.last: Progress | None = None

    def __call__(self, progress: "Progress") -> None:
        """Show this state, unless the last one was shown a moment ago."""
        self.last = progress
        if progress.elapsed_s < self._next_s:
            return
        self._next_s = progress.elapsed_s + (_REDRAW_S if self._drawn else _PLAIN_S)
        self._show(progress)

    def close(self) -> None:
        """Show the last state and leave the line."""
        if self.last is not None:
            self._show(self.last)
            if self._drawn:
                click.echo(file=self._stream)

    def _show(self, progress: "Progress") -> None:
        if not self._drawn:
            click.echo(str(progress), file=self._stream)
            return
        width = shutil.get_terminal_size().columns - 1
        line = f"{bar(progress)} {progress}"[:width]
        click.echo(f"\r\x1b[K{line}", nl=False, file=self._stream)


def bar(progress: "Progress") -> str:
    """Draw how many trials are done and have failed.

    >>> from ablation.runner.progress import Progress
    >>> bar(Progress(study="toy", total=4, done=2, failed=1, running=(), ended=3, elapsed_s=1.0))
    '[############xxxxxx......]'
    """
    done = _BAR * progress.done // progress.total
    failed = -(-_BAR * progress.failed // progress.total)
    return f"[{'#' * done}{'x' * failed}{'.' * (_BAR - done - failed)}]"
