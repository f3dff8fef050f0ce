"""The command ``causal``: questions to a graph, answered on the terminal or as JSON.

A page is opened by the command that needs it, and whatever is heavy by the command itself, so that
``--help`` answers at once.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.cli.commands import causal as causal

__all__ = ["causal", "main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from causal.cli.start import main as start

        start()
    except KeyboardInterrupt:  # while pages are opened, or the process ends
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


def __getattr__(name: str) -> object:
    if name == "causal":
        from causal.cli.commands import causal

        return causal
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
