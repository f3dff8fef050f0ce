"""A study as it runs, on a terminal: trials, rate, time left, and each effect with its interval.

Effects so far are shown without a verdict: who stops a study when it looks right finds too much
(Armitage, McPherson & Rowe 1969), so the verdict waits for the last planned trial.
"""

from time import perf_counter
from typing import TYPE_CHECKING, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ablation.cli.meter import bar
from ablation.cli.showing import cell
from ablation.statistics import effects
from ablation.trials import Trials

if TYPE_CHECKING:
    import pandas as pd

    from ablation.runner.progress import Progress
    from ablation.study import Study

_REDRAW_S = 0.25
_BESIDE = 6  # lines of a terminal that are not rows of the table
_SHARE = 20  # times as long as the last estimate took, nothing is estimated


class Board:
    """A watcher that redraws a table in place; what is last on it stays."""

    def __init__(self, stream: TextIO, study: "Study") -> None:
        self._study = study
        self._console = Console(file=stream, highlight=False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._next_s = self._next_estimate = 0.0
        self._estimated = -1
        self._table: pd.DataFrame | None = None
        self.last: Progress | None = None

    @staticmethod
    def suits(stream: TextIO) -> bool:
        """Whether a stream is a terminal on which something can be drawn in place."""
        console = Console(file=stream)
        return console.is_terminal and not console.is_dumb_terminal

    def __call__(self, progress: "Progress") -> None:
        """Draw this state, unless the last one was drawn a moment ago."""
        if self.last is None:
            self._live.start()
        self.last = progress
        if progress.elapsed_s >= self._next_s:
            self._next_s = progress.elapsed_s + _REDRAW_S
            self._draw(progress)

    def close(self) -> None:
        """Draw the last state with the effects of every trial, and leave it on the terminal."""
        if self.last is None:
            return
        self._next_estimate = 0.0
        self._draw(self.last)
        self._live.stop()

    def _draw(self, progress: "Progress") -> None:
        self._estimate(progress)
        parts = [Text(f"{bar(progress)} {progress}", no_wrap=True, overflow="ellipsis")]
        if progress.running:
            running = "; ".join(progress.running)
            parts.append(Text(f"running: {running}", "dim", no_wrap=True, overflow="ellipsis"))
        rows = self._rows()
        self._live.update(Group(*parts, *([rows] if rows else [])), refresh=True)

    def _estimate(self, progress: "Progress") -> None:
        """Estimate anew when trials have come, but spend a small share of the time on it."""
        now = perf_counter()
        if len(progress.trials) == self._estimated or now < self._next_estimate:
            return
        self._estimated = len(progress.trials)
        metric = self._study.metrics[0].name
        self._table = effects(Trials(self._study, progress.trials), metric)
        took = perf_counter() - now
        self._next_estimate = now + took + max(_SHARE * took, _REDRAW_S)

    def _rows(self) -> Table | None:
        """Lay out effects with intervals, those without any left out."""
        found = self._table
        if found is None or self.last is None:
            return None
        known = found[found["n"] > 0]
        if not len(known):
            return None
        level = f"{found.attrs['level']:.0%} interval"
        metric = self._study.metrics[0]
        better = "higher" if metric.higher_is_better else "lower"
        ended = self.last.done + self.last.failed == self.last.total
        title = f"{metric.name} ({better} is better){'' if ended else ', so far'}"
        table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD)
        table.add_column("component", no_wrap=True, overflow="ellipsis")
        for heading in ("n", "with", "without", "effect", level, "failed"):
            table.add_column(heading, justify="right", no_wrap=True)
        room = max(self._console.size.height - _BESIDE, 3)
        for row in known.head(room).to_dict("records"):
            interval = f"{cell(row['lower'])} to {cell(row['upper'])}".strip()
            table.add_row(
                Text(str(row["component"])),
                *(cell(row[name]) for name in ("n", "baseline", "ablated", "effect")),
                interval if interval != "to" else "",
                cell(row["failed"]),
            )
        if len(known) > room:
            table.caption = f"and {len(known) - room} more"
        return table
