"""`ablation demo`: everything at once, on real data, in a few minutes."""

from pathlib import Path

import click


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
    from ablation.studies.demo import main

    return main(out=out, workers=workers)
