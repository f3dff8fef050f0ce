"""The way in and out: one message for bad input and for Ctrl-C, silence for a closed pipe."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback

import click

from causal.cli.commands import causal
from causal.cli.exits import Exit
from causal.cli.group import Interrupted
from causal.errors import CausalError, DefectError

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no Σ shows its number instead of an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    sys.exit(code)


def _run() -> int:
    try:
        code = causal.main(prog_name="causal", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.MISUSE
    except CausalError as error:
        click.echo(f"Error: {error}", err=True)
        return Exit.FAILED if isinstance(error, DefectError) else Exit.MISUSE
    except (click.Abort, Interrupted, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return Exit.INTERRUPTED
    except SystemExit as ending:  # click's own way to end on a closed pipe, or after completion
        return Exit.CLOSED_PIPE if ending.code else Exit.ANSWERED
    except OSError as error:
        click.echo(f"Error: {error.strerror or error}", err=True)
        return Exit.FAILED
    except Exception:  # noqa: BLE001  a crash is shown in full, and must not exit 1, which says "no"
        traceback.print_exc()
        return Exit.FAILED
    return code if isinstance(code, int) else Exit.ANSWERED


def _nobody_reads() -> int:
    """Leave Python nothing to flush into the closed pipe when it shuts down."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.CLOSED_PIPE
