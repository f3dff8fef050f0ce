"""The command ``causal`` with the pages of its subcommands, each opened when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["Commands", "Interrupted"]

PAGES = {
    "adjust": "adjust",
    "bounds": "bounds",
    "counterfactual": "counterfactual",
    "equivalents": "equality",
    "identify": "commands",
    "implications": "implications",
    "instruments": "instruments",
    "positivity": "positivity",
    "prove": "equality",
    "remedies": "remedies",
    "separated": "commands",
    "simplify": "simplify",
}


class Interrupted(Exception):  # noqa: N818 - not an error
    """Ctrl-C, which click would take for an abort of its own."""


class Commands(click.Group):
    """A group whose commands are known by name before their pages are read."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the same in all
        """Every subcommand, in order."""
        return sorted(PAGES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A subcommand, which its page registers."""
        if page := PAGES.get(cmd_name):
            import_module(f"causal.cli.{page}")
        return self.commands.get(cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run what was asked for; raises Interrupted for Ctrl-C."""
        try:
            return click.Group.invoke(self, ctx)
        except KeyboardInterrupt as stop:
            raise Interrupted from stop
