"""`ablation demo`: everything at once, on real data, in a few minutes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ablation.cli.exits import Exit
from ablation.cli.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from ablation.runner.progress import Progress


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo",
    show_default=True,
    help="Folder for the report and the store.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Worker processes.",
)
def demo(out: Path, workers: int) -> int:
    """Show everything on the UCI digits, in minutes.

    Trains, ablates, discovers and explains; Ctrl-C stops, the same command continues.
    """
    click.echo("Five parts, a few minutes on two cores. Ctrl-C stops; the same command continues.")
    narrator = _Narrator()
    try:
        _story()(out, workers=workers, tell=narrator.tell, watch=narrator.watch)
    except KeyboardInterrupt:
        narrator.tell(f"Stopped. What is done is kept in {out}; the same command continues.")
        return Exit.INTERRUPTED
    return Exit.ANSWERED


def _story() -> "Callable[..., Path]":
    try:
        from ablation.studies.demo import demo as story
    except ModuleNotFoundError as missing:
        if missing.name not in ("torch", "sklearn"):
            raise
        raise click.ClickException(
            f"the demo trains networks, and {missing.name} is not installed: "
            'pip install "causal-ablation[torch]".'
        ) from missing
    return story


class _Narrator:
    """Tells the story on stdout, and shows the progress of each study on stderr meanwhile."""

    def __init__(self) -> None:
        self._meter: Meter | None = None

    def watch(self, progress: "Progress") -> None:
        """Show how far a study is."""
        if self._meter is None:
            self._meter = Meter(sys.stderr)
        self._meter(progress)

    def tell(self, line: str) -> None:
        """Leave the line of the meter, and say the next sentence."""
        if self._meter is not None:
            self._meter.close()
            self._meter = None
        click.echo(line)
