"""Write docs/commands.md from what ``--help`` prints; ``--check`` only says if it is current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

import ablation.cli
import causal.cli

PAGE = Path(__file__).with_name("commands.md")
HEAD = """# Commands

This page is what `--help` prints, written by `make docs`.
"""


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """A command and everything below it, each with its help."""
    settings = {**command.context_settings, "terminal_width": 80, "max_content_width": 80}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for below_name in command.list_commands(context):
            below = command.get_command(context, below_name)
            if below is not None and not below.hidden:
                yield from commands(below, below_name, context)


def page() -> str:
    """The whole page."""
    tops = [("causal", causal.cli.causal), ("ablation", ablation.cli.ablation)]
    parts = [
        f"{'#' * (2 + (' ' in path))} `{path}`\n\n```text\n{text.rstrip()}\n```\n"
        for name, command in tops
        for path, text in commands(command, name)
    ]
    return "\n".join([HEAD, *parts])


def main() -> None:
    """Write the page, or compare it."""
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is not what the commands' --help says: run  make docs")


if __name__ == "__main__":
    main()
